"""A professional sends a person, who agrees, to one or several organisations."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from referrals.application.acts import Act, Done, RefusedError, begin
from referrals.application.communes import recognise
from referrals.application.outward import introduce
from referrals.domain.events import AgreementRecorded, PersonRegistered, ReferralSent
from referrals.domain.refusals import Refusal, UnknownCommune, UnknownPerson
from referrals.domain.sending import AgreementTaken, Need, Sending, decide_sending
from referrals.storage import decisions, organisations, persons, referrals
from referrals.storage.persons import Person
from referrals.storage.referrals import Departure


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameless:
    """Une personne anonyme: no name was deposited, so the sender says this much."""

    commune: str
    birth_band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReferral:
    """`person` is the id used inside, or what is known of someone without a name."""

    act: Act
    person: UUID | Nameless
    need: str
    urgency: str
    due_on: date | None
    level: str | None
    targets: tuple[UUID, ...]
    agreement: AgreementTaken | None
    partner_reference: str | None = None


async def send_referral(tx: Transaction, command: SendReferral) -> Done:
    """Decide a sending; with it a new parcours begins.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Done):
        return begun
    person = await _person(tx, command)
    sending = _sending(command, person)
    found = await organisations.find(tx.connection, command.targets)
    standings = {one.id: one.standing for one in found.values()}
    facts = decide_sending(sending, standings=standings, at=begun)
    if isinstance(facts, Refusal):
        raise RefusedError(facts)
    done = Done(fresh=True, subject=sending.referral, correlation=new_id(), person=person.id)
    if isinstance(command.person, Nameless):
        await _register(tx, command.act, person, done, at=begun)
    for fact in facts:
        await _keep(tx, command, fact, done, at=begun)
    await introduce(tx, person.id, {sending.sender, *sending.targets})
    await decisions.concern(tx.connection, command.act.id, subject=sending.referral)
    tx.arrived(f"referral:{sending.referral}")
    return done


async def _person(tx: Transaction, command: SendReferral) -> Person:
    """The person meant, or one to be made; nothing is written yet."""
    sender = command.act.organisation
    if isinstance(command.person, Nameless):
        commune = recognise(command.person.commune)
        if isinstance(commune, UnknownCommune):
            raise RefusedError(commune)
        return Person(
            id=new_id(),
            registered_by=sender,
            anonymous=True,
            commune=commune.code,
            birth_band=command.person.birth_band,
        )
    person = await persons.find(tx.connection, command.person)
    known_as = await persons.outward_of(
        tx.connection, organisation=sender, person_id=command.person
    )
    # Whom the organisation never deposited nor received it may not send on.
    if person is None or known_as is None:
        raise RefusedError(UnknownPerson(command.person))
    return person


def _sending(command: SendReferral, person: Person) -> Sending:
    return Sending(
        referral=new_id(),
        sender=command.act.organisation,
        person=person.id,
        need=Need(
            need=command.need,
            urgency=command.urgency,
            due_on=command.due_on,
            level=command.level,
            commune=person.commune,
            birth_band=person.birth_band,
        ),
        targets=tuple(dict.fromkeys(command.targets)),
        agreement=command.agreement,
        agreement_id=new_id(),
    )


async def _register(tx: Transaction, act: Act, person: Person, done: Done, *, at: datetime) -> None:
    await persons.add(tx.connection, person, registered_at=tx.now)
    fact = PersonRegistered(
        person=person.id,
        registered_by=person.registered_by,
        commune=person.commune,
        birth_band=person.birth_band,
    )
    _tell(tx, act, fact, done, key=person.id, at=at)


async def _keep(
    tx: Transaction,
    command: SendReferral,
    fact: AgreementRecorded | ReferralSent,
    done: Done,
    *,
    at: datetime,
) -> None:
    match fact:
        case AgreementRecorded():
            await referrals.add_agreement(tx.connection, fact, recorded_at=tx.now)
            _tell(tx, command.act, fact, done, key=fact.agreement, at=at)
        case ReferralSent():
            await referrals.add(tx.connection, fact, _departure(tx, command, done, at=at))
            _tell(tx, command.act, fact, done, key=fact.referral, at=at)


def _departure(tx: Transaction, command: SendReferral, done: Done, *, at: datetime) -> Departure:
    if done.correlation is None:
        raise TypeError("a sending opens a parcours")
    return Departure(
        correlation=done.correlation,
        sent_at=at,
        learnt_at=tx.now,
        who=command.act.who,
        partner_reference=command.partner_reference,
    )


def _tell(tx: Transaction, act: Act, fact: object, done: Done, *, key: UUID, at: datetime) -> None:
    """Each of these facts is the first of its aggregate."""
    tx.emit(
        fact,
        key=key,
        sequence=1,
        happened_at=at,
        correlation=done.correlation,
        data_subject=done.person,
        extensions=act.stamps,
    )
