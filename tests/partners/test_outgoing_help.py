"""Help told on: who hears of a seat, a presence, a visit, a booklet and a voucher, and how much."""

from typing import Any

import pytest

from chassis.events import Event
from contracts import catalogue
from tests.partners.story import CORRELATION, Help, Story
from tests.partners.world import Partner, World, event

IN_ORDER = [
    "booking.confirmed",
    "attendance.recorded",
    "attendance.corrected",
    "booklet.issued",
    "voucher.redeemed",
    "voucher.settled",
]


def course(of: Help) -> list[Event]:
    """From the seat to the money: each fact of help once, but a giving back and a visit."""
    seated = [of.booked(), of.attended("missed"), of.corrected("seen", previous="missed")]
    return [*seated, of.issued(), of.redeemed(), of.settled()]


def kinds(events: list[Event]) -> list[str]:
    return [each.type.removeprefix("maillage.").removesuffix(".v1") for each in events]


async def heard(story: Story, partner: Partner) -> list[Event]:
    """What the partner is told of the help, without what it is told of the referral."""
    every = [each.event for each in await story.told(partner)]
    return [each for each in every if not each.type.startswith("maillage.referral.")]


async def test_whoever_sent_the_person_hears_each_step_under_its_own_word(
    story: Story, world: World, caf: Partner, tela: Partner
) -> None:
    story.submission = (await caf.post(event())).json()["submission"]
    (known_as,) = await story.introduce(caf)
    await story.take(story.sent())
    seat = Help(story, tela.id)

    await seat.take(*(facts := course(seat)))

    told = await heard(story, caf)
    assert kinds(told) == IN_ORDER
    for each, fact in zip(told, facts, strict=True):
        assert (each.source, each.sequence, each.time) == ("/partners", None, fact.time)
        assert (each.subject, each.partitionkey) == (fact.subject, fact.subject)
        assert (each.correlationid, each.causationid) == (CORRELATION, fact.id)
        assert each.data["person"] == each.datasubject == str(known_as)
        assert each.data["partner_reference"] == "DOSSIER-1"
        assert each.extensions == {"submission": story.submission}
    (metric,) = world.here.metrics.outgoing_facts_total.collect()
    counted = {each.labels["type"]: each.value for each in metric.samples if "total" in each.name}
    assert counted == {each.type: 1 for each in facts}


async def test_the_sender_hears_that_the_person_came_and_not_what_was_worked_on(
    story: Story, caf: Partner, tela: Partner
) -> None:
    (known_as,) = await story.introduce(caf)
    await story.take(story.sent())
    seat = Help(story, tela.id)

    await seat.take(seat.booked(), seat.attended(note="Odile Exemplaire est venue."))

    booked, came = await heard(story, caf)
    base = {
        "booking": str(seat.booking),
        "session": str(seat.session),
        "place": str(seat.place),
        "organisation": str(tela.id),
        "person": str(known_as),
        "referral": str(story.referral),
        "starts_at": "2026-03-17T13:00:00Z",
    }
    assert booked.data == {
        **base,
        "booked_by": str(caf.id),
        "kind": "workshop",
        "need": "email",
        "level": "beginner",
        "ends_at": "2026-03-17T15:00:00Z",
    }
    assert came.data == {**base, "status": "seen", "topics": [], "title_presented": True}


async def test_the_place_hears_the_whole_of_its_own_help(
    story: Story, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.sender, story.targets = tela, (youth.id,)
    (known_as,) = await story.introduce(youth)
    await story.take(story.sent())
    seat = Help(story, youth.id)

    await seat.take(*course(seat))

    told = await heard(story, youth)
    assert kinds(told) == IN_ORDER
    assert (told[1].data["topics"], told[1].data["minutes"]) == (["email"], 50)
    assert told[4].data["split"] == [{"funder": str(seat.funder), "cents": 1_000}]
    for each in told:
        assert each.data["person"] == each.datasubject == str(known_as)
        assert "partner_reference" not in each.data
        assert each.extensions == {}
    assert await heard(story, caf) == []


async def test_whoever_sends_someone_to_its_own_place_is_told_once_and_whole(
    story: Story, caf: Partner
) -> None:
    story.submission = (await caf.post(event())).json()["submission"]
    await story.introduce(caf)
    await story.take(story.sent())
    seat = Help(story, caf.id)

    await seat.take(seat.booked(), seat.attended())

    told = await heard(story, caf)
    assert kinds(told) == ["booking.confirmed", "attendance.recorded"]
    assert told[1].data["topics"] == ["email"]
    assert {each.data["partner_reference"] for each in told} == {"DOSSIER-1"}


async def test_a_seat_given_back_is_told_to_both(
    story: Story, caf: Partner, youth: Partner
) -> None:
    story.targets = (youth.id,)
    await story.introduce(caf, youth)
    await story.take(story.sent())
    seat = Help(story, youth.id)

    await seat.take(seat.booked(), seat.cancelled())

    for partner in (caf, youth):
        _, given_back = await heard(story, partner)
        assert given_back.type == "maillage.booking.cancelled.v1"
        assert given_back.data["reason"] == "by_person"


async def test_without_a_referral_the_place_alone_is_told_and_never_the_id_used_inside(
    story: Story, caf: Partner, youth: Partner
) -> None:
    seat = Help(story, youth.id, referred=False)

    await seat.take(*course(seat))

    told = await heard(story, youth)
    assert kinds(told) == IN_ORDER
    for each in told:
        assert each.datasubject is None
        assert {"person", "referral"}.isdisjoint(each.data)
        assert str(story.person) not in str(each)
    assert await heard(story, caf) == []
    assert await story.aside() == []


@pytest.mark.parametrize("known", [True, False], ids=["known-there", "nobody-there"])
async def test_a_visit_is_told_to_its_place_alone(
    story: Story, caf: Partner, youth: Partner, *, known: bool
) -> None:
    introduced = await story.introduce(youth) if known else []
    visit = Help(story, youth.id, referred=False)

    await visit.take(visit.visited(story.person if known else None))

    (told,) = await heard(story, youth)
    assert told.data == {
        "visit": str(visit.booking),
        "place": str(visit.place),
        "organisation": str(youth.id),
        "minutes": 20,
        "topics": ["email"],
        "autonomy": "partly_autonomous",
        **({"person": str(introduced[0])} if known else {}),
    }
    assert await heard(story, caf) == []


async def test_an_organisation_without_a_topic_or_a_part_in_it_is_told_nothing(
    story: Story, tela: Partner, youth: Partner
) -> None:
    story.sender, story.targets = tela, (tela.id, youth.id)
    await story.introduce(tela, youth)
    await story.take(story.sent())
    seat = Help(story, tela.id)

    await seat.take(*course(seat))

    # A target hears nothing of the help that another gives.
    assert await heard(story, youth) == []
    assert await heard(story, tela) == []
    assert await story.aside() == []


async def test_help_waits_for_the_referral_that_it_follows(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.introduce(caf)
    seat = Help(story, tela.id)
    await seat.take(*course(seat))
    early = await heard(story, caf)

    await story.take(story.sent())

    assert early == []
    told = kinds(await heard(story, caf))
    assert sorted(told) == sorted(IN_ORDER)
    for prefix in ("booking.", "voucher."):
        of_one = [each for each in told if each.startswith(prefix)]
        assert of_one == [each for each in IN_ORDER if each.startswith(prefix)]
    assert await story.aside() == []


async def test_a_voucher_waits_for_the_booking_that_it_paid(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.introduce(caf)
    await story.take(story.sent())
    seat = Help(story, tela.id)
    await seat.take(seat.redeemed(), seat.settled())
    early, waiting = await heard(story, caf), await story.aside()

    await seat.take(seat.booked())

    assert early == []
    assert waiting == [("waiting", "waiting"), ("waiting", "follower")]
    assert kinds(await heard(story, caf)) == [
        "booking.confirmed",
        "voucher.redeemed",
        "voucher.settled",
    ]
    assert await story.aside() == []


async def test_the_sender_and_the_place_hear_that_a_redemption_was_undone(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.introduce(caf)
    await story.take(story.sent())
    seat = Help(story, tela.id)

    await seat.take(seat.booked(), seat.redeemed(), seat.undone())

    (undone,) = [each for each in await heard(story, caf) if "reversed" in each.type]
    assert (undone.data["reason"], undone.data["cents"]) == ("missed", 1000)
    assert await story.aside() == []


async def test_help_waits_until_it_is_known_how_a_target_knows_the_person(
    story: Story, caf: Partner, youth: Partner
) -> None:
    story.targets = (youth.id,)
    await story.introduce(caf)
    await story.take(story.sent())
    seat = Help(story, youth.id)
    await seat.take(seat.booked(), seat.attended())
    early = await heard(story, caf), await heard(story, youth)

    (known_as,) = await story.introduce(youth)

    assert early == ([], [])
    assert kinds(await heard(story, caf)) == ["booking.confirmed", "attendance.recorded"]
    assert {each.datasubject for each in await heard(story, youth)} == {str(known_as)}


async def test_what_became_of_a_booking_from_before_facts_were_told_nobody_hears(
    story: Story, youth: Partner
) -> None:
    seat = Help(story, youth.id, referred=False)

    await seat.take(seat.attended())

    assert await heard(story, youth) == []


async def test_help_delivered_again_is_told_once(story: Story, caf: Partner, tela: Partner) -> None:
    await story.introduce(caf)
    await story.take(story.sent())
    seat = Help(story, tela.id)
    facts = course(seat)

    await seat.take(*facts)
    await seat.take(*facts, facts[0])

    assert kinds(await heard(story, caf)) == IN_ORDER


async def test_an_erasure_finds_every_row_about_the_person(
    story: Story, world: World, caf: Partner, youth: Partner
) -> None:
    story.targets = (youth.id,)
    known_as = await story.introduce(caf, youth)
    await story.take(story.sent())
    seat = Help(story, youth.id)

    await seat.take(*course(seat))

    rows = await world.rows(
        "SELECT topic, data_subject, headers::text || convert_from(value, 'UTF8') AS text "
        "FROM outbox WHERE topic LIKE 'partner.%.out.v1'"
    )
    (kept,) = await world.rows("SELECT * FROM booking")
    assert {row["data_subject"] for row in rows} == {str(each) for each in known_as}
    assert str(story.person) not in "".join(row["text"] for row in rows)
    for row in rows:
        mine, others = known_as if "caf" in row["topic"] else reversed(known_as)
        assert str(mine) in row["text"]
        assert str(others) not in row["text"]
    assert (kept["id"], kept["organisation"]) == (seat.booking, youth.id)
    assert (kept["person"], kept["data_subject"]) == (story.person, str(story.person))


@pytest.mark.parametrize("type_", sorted(each.type for each in catalogue.OUTGOING))
def test_every_outgoing_fact_has_a_reader_and_a_teller(world: World, type_: str) -> None:
    handled: dict[str, Any] = {}
    for name in ("referrals", "scheduling", "vouchers"):
        handled |= world.inbox(f"partners.{name}").subscription.handlers

    assert type_ in handled
