"""What can become of a record, as types.

Done        the handler returns
Refused     an intent is answered no; never retried
Waiting     something it names is not known yet; applied when that arrives
Poison      it breaks the contract; dead letter, its key parked until a person decides
(transient) the database or the network failed; rolled back, waited, tried again
"""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

# Deadlock and serialisation failures, shutdown and start-up, too many connections, lock time-out.
_TRANSIENT_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300", "25P03"}


class Refused(Exception):
    """A rule of the owner says no; `code` is coded and documented, `detail` is for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Waiting(Exception):
    """What `token` names (such as `thing:<id>`) is not known yet.

    `unknown` is the code of the refusal when the one who waits is an intent and time runs out.
    """

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token

    @property
    def unknown(self) -> str:
        return f"unknown-{self.token.partition(':')[0]}"


class Poison(Exception):
    """The record breaks the contract of its topic; `detail` never quotes its content."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def is_transient(error: BaseException) -> bool:
    """Whether trying the same again later may succeed."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        lost = isinstance(error, OperationalError | InterfaceError) and state is None
        return lost or error.connection_invalidated or state in _TRANSIENT_STATES
    return isinstance(error, OSError | TimeoutError)
