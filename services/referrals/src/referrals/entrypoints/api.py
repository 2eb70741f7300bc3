"""What referrals answers to programs: the vault's door, a name, a referral."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel

from chassis.database import Database
from referrals.application.acts import RefusedError
from referrals.application.communes import Commune, area
from referrals.application.deposit import DepositPerson, deposit_person
from referrals.application.names import Anonymous, LookUpName, find_outward, look_up_name
from referrals.application.viewing import View, view_referral
from referrals.domain.persons import Identity
from referrals.domain.refusals import NoAgreement
from referrals.entrypoints.access import NAME_SCOPE, AsMember, Member, check_active
from referrals.entrypoints.deposits import PersonDeposit, refuse_nir
from referrals.entrypoints.wording import sentence, sentence_of
from referrals.metrics import Metrics
from web.auth import require
from web.problems import Problem

REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._:/#-]*$"

router = APIRouter(prefix="/v1", dependencies=[Depends(require())])


class Correction(BaseModel):
    """What was kept instead of what was written."""

    field: str
    given: str
    kept: str
    label: str


class PersonKept(BaseModel):
    """`person` is the id under which your organisation, and no other, speaks of the person."""

    person: UUID
    corrected: list[Correction]


class Names(BaseModel):
    """The identity from the vault, as it is now."""

    family_name: str
    given_name: str
    birth_year: int | None
    commune: str | None
    phone: str | None
    email: str | None
    preferred_contact: str | None


class PersonView(BaseModel):
    """A person; `names` is absent when none was ever deposited."""

    person: UUID
    anonymous: bool
    names: Names | None


class Withheld(BaseModel):
    """Why a name is not given."""

    code: str
    detail: str


class OrganisationView(BaseModel):
    organisation: UUID
    name: str


class TargetView(OrganisationView):
    state: str
    changed_at: datetime


class StepView(BaseModel):
    organisation: UUID
    state: str
    happened_at: datetime
    recorded_at: datetime
    code: str | None
    message: str | None


class ReferralView(BaseModel):
    """A referral as your organisation may see it: a target sees its own side alone."""

    referral: UUID
    correlation_id: UUID
    state: str
    sender: OrganisationView
    sent_at: datetime
    need: str
    urgency: str | None
    due_on: date | None
    level: str | None
    commune: str | None
    """INSEE code; to a target only of a commune of 200 inhabitants or more, else `epci`."""
    epci: str | None
    birth_band: str | None
    person: UUID | None
    partner_reference: str | None
    targets: list[TargetView]
    steps: list[StepView]
    names: Names | None
    names_withheld: Withheld | None


@router.put(
    "/persons/{reference:path}",
    dependencies=[Depends(require(scope=NAME_SCOPE))],
    responses={201: {"model": PersonKept, "description": "A person was made"}},
)
async def put_person(
    request: Request,
    response: Response,
    reference: Annotated[str, Path(pattern=REFERENCE, max_length=64)],
    body: PersonDeposit,
    member: AsMember,
) -> PersonKept:
    """Deposit a person under your own reference; the same again answers the same."""
    refuse_nir({"reference": reference, **body.model_dump()})
    database: Database = request.app.state.database
    metrics: Metrics = request.app.state.service_metrics
    command = DepositPerson(
        organisation=member.organisation,
        who=member.who,
        reference=reference,
        identity=body.identity(),
    )
    try:
        async with database.transaction() as tx:
            await check_active(tx.connection, member.organisation)
            kept = await deposit_person(tx, command)
    except RefusedError as error:
        metrics.deposits_total.labels("refused").inc()
        raise _unprocessable(error) from error
    metrics.deposits_total.labels("created" if kept.created else "known").inc()
    response.status_code = 201 if kept.created else 200
    return PersonKept(
        person=kept.person, corrected=_corrections(body.commune or "", kept.corrected_commune)
    )


@router.get("/persons/{person}")
async def get_person(request: Request, person: UUID, member: AsMember) -> PersonView:
    """Look a name up, by your organisation's own id of the person; each look-up is written down."""
    _check_may_read(member)
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        await check_active(tx.connection, member.organisation)
        inner = await find_outward(tx, organisation=member.organisation, outward=person)
        if inner is None:
            said = sentence_of("unknown-person")
            raise Problem(404, "unknown-person", "No person of yours bears this id", said)
        found = await look_up_name(tx, _look_up(member, inner))
    count_lookup(request, found)
    if isinstance(found, NoAgreement):
        raise Problem(403, found.code, "No agreement to share covers this", sentence(found))
    return PersonView(
        person=person,
        anonymous=isinstance(found, Anonymous),
        names=_names(found) if isinstance(found, Identity) else None,
    )


@router.get("/referrals/{referral}")
async def get_referral(request: Request, referral: UUID, member: AsMember) -> ReferralView:
    """One referral from or to your organisation, with the name if an agreement covers it."""
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        await check_active(tx.connection, member.organisation)
        view = await view_referral(
            tx.connection, organisation=member.organisation, referral=referral
        )
        if view is None:
            said = sentence_of("unknown-referral")
            raise Problem(404, "unknown-referral", "No referral of yours bears this id", said)
        found = None
        if member.works_with_persons:
            found = await look_up_name(tx, _look_up(member, view.line.person))
    count_lookup(request, found)
    return _referral(view, found)


Found = Identity | Anonymous | NoAgreement | None


def count_lookup(request: Request, found: Found) -> None:
    """Count a look-up that was made."""
    metrics: Metrics = request.app.state.service_metrics
    match found:
        case Identity():
            metrics.name_lookups_total.labels("given").inc()
        case NoAgreement():
            metrics.name_lookups_total.labels("withheld").inc()
        case Anonymous():
            metrics.name_lookups_total.labels("anonymous").inc()
        case None:
            pass


def _look_up(member: Member, person: UUID) -> LookUpName:
    return LookUpName(organisation=member.organisation, who=member.who, person=person)


def _check_may_read(member: Member) -> None:
    if not member.works_with_persons:
        raise Problem(403, "forbidden", "Neither role nor scope lets the caller read names")


def _unprocessable(error: RefusedError) -> Problem:
    said = sentence(error.refusal)
    return Problem(422, error.refusal.code, "A rule says no", said)


def _corrections(given: str, commune: Commune | None) -> list[Correction]:
    if commune is None:
        return []
    return [Correction(field="commune", given=given, kept=commune.code, label=commune.name)]


def _names(identity: Identity) -> Names:
    return Names(
        family_name=identity.family_name,
        given_name=identity.given_name,
        birth_year=identity.birth_year,
        commune=identity.commune,
        phone=identity.phone,
        email=identity.email,
        preferred_contact=identity.preferred_contact,
    )


def _withheld(found: Found) -> Withheld | None:
    match found:
        case Identity():
            return None
        case NoAgreement():
            return Withheld(code=found.code, detail=sentence(found))
        case Anonymous():
            return Withheld(code="anonymous", detail=sentence_of("anonymous"))
        case None:
            return Withheld(code="forbidden", detail=sentence_of("name-not-for-you"))


def _referral(view: View, found: Found) -> ReferralView:
    line = view.line
    where = area(line.commune, whole=view.by_sender)
    return ReferralView(
        referral=line.id,
        correlation_id=line.correlation,
        state=view.state,
        sender=OrganisationView(organisation=line.sender, name=line.sender_name),
        sent_at=line.sent_at,
        need=line.need,
        urgency=line.urgency,
        due_on=line.due_on,
        level=line.level,
        commune=where.commune,
        epci=where.epci,
        birth_band=line.birth_band,
        person=view.outward,
        partner_reference=view.partner_reference,
        targets=[
            TargetView(
                organisation=target.organisation,
                name=target.name,
                state=target.state,
                changed_at=target.changed_at,
            )
            for target in view.targets
        ],
        steps=_steps(view),
        names=_names(found) if isinstance(found, Identity) else None,
        names_withheld=_withheld(found),
    )


def _steps(view: View) -> list[StepView]:
    return [
        StepView(
            organisation=step.organisation,
            state=step.state,
            happened_at=step.happened_at,
            recorded_at=step.learnt_at,
            code=step.code or None,
            message=step.message,
        )
        for step in view.steps
    ]
