"""Someone who is referred, and how far the referral is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.codes import AttendanceStatus, Need, birth_band
from maillage.founding.data import Place
from maillage.scenario import customs
from maillage.scenario.dice import Dice
from maillage.scenario.happenings import Cited, Known
from maillage.scenario.timetable import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who is referred; `deposit` is empty when no name was given."""

    id: str
    commune: str
    born: int
    deposit: str = ""

    @property
    def whom(self) -> Mapping[str, Any]:
        """How an intent of whoever deposited the person names them."""
        if self.deposit:
            return {"person": Cited(Known.PERSON, self.deposit)}
        return self.nameless

    @property
    def nameless(self) -> Mapping[str, Any]:
        """How others name them under the referral, which says who it is."""
        return {"anonymous": {"commune": self.commune, "birth_band": birth_band(self.born)}}


@dataclass(slots=True, kw_only=True)
class Course:
    """One referral on its way."""

    id: str
    sender: str
    person: Person
    need: Need
    place: Place
    asked: list[str]
    turn: int = 1
    not_before: datetime | None = None
    accepted: str = ""
    booklet: str = ""
    seen: int = 0
    last_at: datetime
    steps: list[str] = field(default_factory=list)

    @property
    def referral(self) -> Cited:
        return Cited(Known.SUBJECT, self.id)

    @property
    def host(self) -> str:
        return self.place.organisation


def presence(
    dice: Dice, session: Session, booking: str, *, came: bool, excused: bool = False
) -> dict[str, Any]:
    """What the place writes of one person on the sheet."""
    cited = Cited(Known.SUBJECT, booking)
    if not came:
        status = AttendanceStatus.EXCUSED if excused else AttendanceStatus.MISSED
        return {"booking": cited, "status": status}
    length = int((session.ends_at - session.starts_at).total_seconds() // 60)
    return {
        "booking": cited,
        "status": AttendanceStatus.SEEN,
        "topics": sorted({session.need, dice.one(customs.VISIT_TOPICS)}),
        "minutes": length - dice.whole(0, length // 4),
    }
