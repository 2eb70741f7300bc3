"""A form that comes back keeps what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was typed and what is wrong with it, by field name.

    ``errors`` keeps the order of the page: the summary at the top lists them in that order.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
