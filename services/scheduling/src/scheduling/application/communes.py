"""Whether a commune is one of the register."""

import territory
from scheduling.application.acts import RefusedError
from scheduling.domain.refusals import UnknownCommune


def check_commune(code: str | None) -> None:
    """Let an Insee code of the register go on, or none at all.

    Raises:
        RefusedError: the register does not hold the code.
    """
    if code is not None and territory.commune(code) is None:
        raise RefusedError(UnknownCommune())
