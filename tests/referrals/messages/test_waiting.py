"""What is cited before it is known waits for it, up to a minute; then it is refused."""

from datetime import timedelta
from uuid import uuid4

from chassis.database import Transaction
from contracts.codes import SuspensionReason
from contracts.events.partners import (
    OrganisationActivated,
    OrganisationReinstated,
    OrganisationSuspended,
)
from contracts.intents import referrals as intents
from referrals.application.sending import SendReferral, send_referral
from referrals.domain.events import ReferralSent
from referrals.storage import referrals
from referrals.storage.referrals import Departure
from tests.referrals.messages.conftest import Intake
from tests.referrals.messages.test_intents import sending
from tests.referrals.told import GUERET, World
from tests.timing import FixedClock
from tests.told import Directory, registered

LONG = timedelta(seconds=61)


async def test_an_answer_to_an_unknown_referral_waits_then_is_refused(
    intake: Intake, clock: FixedClock
) -> None:
    submission = await intake.bring("tela", intents.ReferralAccepted(referral=uuid4()))
    assert await intake.verdicts() == []
    assert await intake.aside() == [("waiting", "waiting")]

    clock.advance(timedelta(seconds=59))
    await intake.consumers.expire()
    assert await intake.verdicts() == []

    clock.advance(timedelta(seconds=2))
    await intake.consumers.expire()
    verdict = await intake.verdict(submission)
    assert verdict["data"]["reason"] == "unknown-referral"
    assert verdict["data"]["detail"]
    assert await intake.aside() == []


async def test_a_sending_to_an_organisation_not_yet_known_goes_when_it_is_active(
    world: World, intake: Intake
) -> None:
    directory = Directory()
    newcomer = uuid4()
    intent = sending(world, "tela").model_copy(update={"targets": [newcomer]})

    submission = await intake.bring("caf", intent)
    await intake.directory.take([directory.tell(newcomer, registered(newcomer))])
    assert await intake.aside() == [("waiting", "waiting")]
    await intake.directory.take(
        [directory.tell(newcomer, OrganisationActivated(organisation=newcomer))]
    )

    assert (await intake.verdict(submission))["type"] == "intent.accepted"
    assert await intake.aside() == []


async def test_a_sending_to_an_organisation_that_never_comes_is_refused(
    world: World, intake: Intake, clock: FixedClock
) -> None:
    intent = sending(world, "tela").model_copy(update={"targets": [uuid4()]})
    submission = await intake.bring("caf", intent)

    clock.advance(LONG)
    await intake.consumers.expire()

    assert (await intake.verdict(submission))["data"]["reason"] == "unknown-organisation"


async def test_a_person_cited_by_who_does_not_know_her_is_refused_like_nobody(
    world: World, intake: Intake, clock: FixedClock
) -> None:
    kept = await world.deposit("caf")
    known_to_caf = await intake.bring("mission-locale", sending(world, "tela", person=kept.inner))
    nobody = await intake.bring("mission-locale", sending(world, "tela", person=uuid4()))

    clock.advance(LONG)
    await intake.consumers.expire()

    reasons = {(await intake.verdict(each))["data"]["reason"] for each in (known_to_caf, nobody)}
    assert reasons == {"unknown-person"}


async def test_a_person_cited_before_her_deposit_is_committed_is_waited_for(
    world: World, intake: Intake
) -> None:
    kept = await world.deposit("caf")
    submission = await intake.bring("tela", sending(world, "mission-locale", person=kept.inner))
    assert await intake.verdicts() == []

    await world.sent("caf", "tela", person=kept.inner)  # now Tela knows her too

    assert (await intake.verdict(submission))["type"] == "intent.accepted"


async def test_an_answer_that_overtakes_its_referral_is_applied_with_it(
    world: World, intake: Intake
) -> None:
    """Order is promised within one door only: the key of a sending is its submission."""
    referral = uuid4()
    submission = await intake.bring("tela", intents.ReferralAccepted(referral=referral))
    kept = await world.deposit("caf")
    fact = ReferralSent(
        referral=referral,
        sender=world["caf"],
        person=kept.inner,
        targets=(world["tela"],),
        need="email",
        urgency="ordinary",
        due_on=None,
        level=None,
        commune=None,
        birth_band=None,
        agreement=None,
    )
    an_hour_ago = world.clock.now() - timedelta(hours=1)
    departure = Departure(
        correlation=uuid4(),
        sent_at=an_hour_ago,
        learnt_at=an_hour_ago,
        who="/partners/caf",
        partner_reference=None,
    )

    async with world.store.transaction() as tx:
        await referrals.add(tx.connection, fact, departure)
        tx.arrived(f"referral:{referral}")

    assert (await intake.verdict(submission))["type"] == "intent.accepted"
    (accepted,) = await world.facts("referral.accepted")
    assert accepted["sequence"] == 2


async def test_a_sending_says_that_its_referral_has_arrived(world: World) -> None:
    command = SendReferral(
        act=world.act("caf"),
        person=GUERET,
        need="email",
        urgency="ordinary",
        due_on=None,
        level=None,
        targets=(world["tela"],),
        agreement=None,
    )

    tokens: list[str] = []

    async def note(_: Transaction, arrived: list[str]) -> None:
        tokens.extend(arrived)

    world.store.release = note
    async with world.store.transaction() as tx:
        done = await send_referral(tx, command)

    assert f"referral:{done.subject}" in tokens
    assert f"person:{done.person}" in tokens


async def test_a_suspended_organisation_receives_again_once_reinstated(
    world: World, intake: Intake
) -> None:
    directory = Directory()
    place = uuid4()
    intent = sending(world, "tela").model_copy(update={"targets": [place]})
    reason = SuspensionReason.OWN_REQUEST
    await intake.directory.take(
        [
            directory.tell(place, registered(place)),
            directory.tell(place, OrganisationActivated(organisation=place)),
            directory.tell(place, OrganisationSuspended(organisation=place, reason=reason)),
        ]
    )

    refused = await intake.bring("caf", intent)
    await intake.directory.take([directory.tell(place, OrganisationReinstated(organisation=place))])
    accepted = await intake.bring("caf", intent)

    assert (await intake.verdict(refused))["data"]["reason"] == "organisation-not-active"
    assert (await intake.verdict(accepted))["type"] == "intent.accepted"
