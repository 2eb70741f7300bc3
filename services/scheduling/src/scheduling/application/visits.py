"""Someone came in without appointment and was helped."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from scheduling.application.acts import Act, Done, RefusedError, begin, refuse_if
from scheduling.application.bookings import Nameless
from scheduling.application.communes import check_commune
from scheduling.application.directory import check_standing
from scheduling.domain.events import VisitRecorded
from scheduling.domain.heard import Person
from scheduling.domain.places import check_place_open
from scheduling.domain.refusals import UnknownPerson, UnknownPlace
from scheduling.storage import heard, places, visits

NOBODY: Final = Nameless()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVisit:
    """`topics` and `autonomy` are codes; most visits are nobody's."""

    act: Act
    place: UUID
    minutes: int
    topics: tuple[str, ...]
    autonomy: str
    person: UUID | Nameless = NOBODY


async def record_visit(tx: Transaction, command: RecordVisit) -> Done:
    """Write a visit down; it opens a parcours.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    visit = new_id()
    begun = await begin(tx, command.act, makes=visit)
    if isinstance(begun, Done):
        return begun
    organisation = command.act.organisation
    await check_standing(tx, organisation)
    place = await places.find(tx.connection, command.place)
    if place is None:
        raise RefusedError(UnknownPlace(command.place))
    refuse_if(check_place_open(place, organisation=organisation))
    person = await _person(tx, command.person)
    nameless = command.person if isinstance(command.person, Nameless) else NOBODY
    fact = VisitRecorded(
        visit=visit,
        place=place.id,
        organisation=organisation,
        minutes=command.minutes,
        topics=command.topics,
        autonomy=command.autonomy,
        person=None if person is None else person.id,
        commune=nameless.commune if person is None else person.commune,
        birth_band=nameless.birth_band if person is None else person.birth_band,
    )
    correlation = new_id()
    await visits.add(
        tx.connection,
        fact,
        correlation=correlation,
        happened_at=begun,
        learnt_at=tx.now,
        who=command.act.who,
    )
    tx.emit(
        fact,
        key=fact.visit,
        sequence=1,
        happened_at=begun,
        correlation=correlation,
        data_subject=fact.person,
    )
    tx.arrived(f"visit:{fact.visit}")
    return Done(fresh=True, subject=fact.visit, correlation=correlation, person=fact.person)


async def _person(tx: Transaction, cited: UUID | Nameless) -> Person | None:
    if isinstance(cited, Nameless):
        check_commune(cited.commune)
        return None
    person = await heard.find_person(tx.connection, cited)
    if person is None:
        raise RefusedError(UnknownPerson(cited))
    return person
