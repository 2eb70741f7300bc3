"""What an organisation sees of a journey it takes part in: its own side, while it is active."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.events import Event
from contracts.codes import (
    AttendanceStatus,
    Need,
    Outcome,
    RedirectReason,
    RefusalReason,
    SessionKind,
)
from contracts.events import vouchers
from contracts.events.referrals import (
    ReferralAppointmentSet,
    ReferralAttended,
    ReferralMissed,
    ReferralRedirected,
)
from contracts.events.scheduling import BookingConfirmed
from tests.reporting.site import Site
from tests.reporting.telling import CAF, MAIRIE, START, TELA, Referral, named, organisation, told

HOUR = timedelta(hours=1)
KNOWN = [*organisation(CAF), *organisation(TELA), *organisation(MAIRIE)]
DOORS = ("", "/live")


def a_referral_to_two() -> tuple[Referral, list[Event]]:
    """CAF sends to Tela, who helps, and to the town hall, who refuses."""
    referral = Referral("one", sender=CAF, targets=(TELA, MAIRIE))
    return referral, [
        referral.sent(START),
        referral.refused(MAIRIE, START + HOUR, RefusalReason.SESSION_FULL),
        referral.accepted(TELA, START + 2 * HOUR),
        referral.completed(TELA, START + 3 * HOUR, Outcome.AUTONOMOUS),
    ]


@pytest.mark.parametrize(
    ("role", "viewer", "seen"),
    [
        ("professional", CAF, (0, 1, 2, 3)),
        ("mediator", TELA, (0, 2, 3)),
        ("mediator", MAIRIE, (0, 1)),
        ("department", MAIRIE, (0, 1, 2, 3)),
    ],
)
async def test_a_target_reads_and_hears_its_own_side_alone(
    site: Site, role: str, viewer: UUID, seen: tuple[int, ...]
) -> None:
    referral, events = a_referral_to_two()
    await site.happen(events)
    who, path = site.as_(role, organisation=viewer), f"/v1/journeys/{referral.journey}"

    answer = await site.get(path, who)
    async with site.follow(f"{path}/live", who) as stream:
        heard = [(await stream.next()).json()["event_id"] for _ in seen]
        with pytest.raises(TimeoutError):
            await stream.next(within_s=0.3)

    ids = [events[number].id for number in seen]
    assert [step["event_id"] for step in answer.json()["steps"]] == ids
    assert heard == ids


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [(CAF, (0, 1)), (TELA, (0, 1)), (MAIRIE, (0,))],
    ids=["sender", "place", "other-target"],
)
async def test_a_seat_at_a_place_is_seen_by_the_sender_and_the_place_alone(
    site: Site, viewer: UUID, seen: tuple[int, ...]
) -> None:
    referral = Referral("one", sender=CAF, targets=(TELA, MAIRIE))
    seat = BookingConfirmed(
        booking=named("booking"),
        session=named("session"),
        place=named("place"),
        organisation=TELA,
        person=referral.person,
        referral=referral.id,
        booked_by=CAF,
        kind=SessionKind.WORKSHOP,
        need=Need.EMAIL,
        starts_at=START + 24 * HOUR,
        ends_at=START + 26 * HOUR,
    )
    booked = told(
        seat, seat.booking, START + HOUR, source="/scheduling", sequence=1, journey=referral.journey
    )
    events = [referral.sent(START), booked]
    await site.happen(events)

    answer = await site.get(
        f"/v1/journeys/{referral.journey}", site.as_("professional", organisation=viewer)
    )

    assert [step["event_id"] for step in answer.json()["steps"]] == [
        events[number].id for number in seen
    ]


def paid_by_a_voucher(referral: Referral) -> list[Event]:
    """The CAF sent, Tela helped; the facts of the voucher name the booking and no referral."""
    booking, voucher, booklet = named("booking"), named("voucher"), named("booklet")
    about = {"person": referral.person, "programme": named("programme"), "booklet": booklet}
    at_tela = {"booking": booking, "place": named("place")}
    split = [vouchers.FunderCents(funder=named("funder"), cents=1000)]
    paid = {
        **about,
        **at_tela,
        "voucher": voucher,
        "serial": 1,
        "organisation": TELA,
        "cents": 1000,
        "split": split,
    }
    seat = BookingConfirmed(
        session=named("session"),
        organisation=TELA,
        person=referral.person,
        referral=referral.id,
        booked_by=TELA,
        kind=SessionKind.WORKSHOP,
        need=Need.EMAIL,
        starts_at=START + 24 * HOUR,
        ends_at=START + 26 * HOUR,
        **at_tela,
    )
    held = vouchers.BookletHeld(session=seat.session, amount_cents=1000, **about, **at_tela)
    redeemed = vouchers.VoucherRedeemed(session=seat.session, **paid)
    settled = vouchers.VoucherSettled(settlement=named("settlement"), **paid)
    facts = [
        (seat, booking, "/scheduling", 1),
        (held, booklet, "/vouchers", 2),
        (redeemed, voucher, "/vouchers", 1),
        (settled, voucher, "/vouchers", 2),
    ]
    return [
        referral.sent(START),
        *(
            told(
                fact,
                key,
                START + hours * HOUR,
                source=source,
                sequence=sequence,
                journey=referral.journey,
            )
            for hours, (fact, key, source, sequence) in enumerate(facts, 1)
        ),
    ]


@pytest.mark.parametrize(
    ("viewer", "count"),
    [(CAF, 5), (TELA, 5), (MAIRIE, 1)],
    ids=["sender", "place", "other-target"],
)
async def test_what_a_voucher_pays_is_seen_by_the_sender_and_the_place_alone(
    site: Site, viewer: UUID, count: int
) -> None:
    referral = Referral("one", sender=CAF, targets=(TELA, MAIRIE))
    events = paid_by_a_voucher(referral)
    await site.happen(events)
    who, path = site.as_("professional", organisation=viewer), f"/v1/journeys/{referral.journey}"

    answer = await site.get(path, who)
    async with site.follow(f"{path}/live", who) as stream:
        heard = [(await stream.next()).json()["event_id"] for _ in range(count)]

    wanted = [event.id for event in events[:count]]
    assert [step["event_id"] for step in answer.json()["steps"]] == wanted
    assert heard == wanted


async def test_a_distributor_sees_the_booklet_that_it_handed_over(site: Site) -> None:
    issued = vouchers.BookletIssued(
        booklet=named("booklet"),
        programme=named("programme"),
        person=named("person"),
        distributor=CAF,
        face_cents=5000,
        valid_until=date(2026, 12, 31),
    )
    journey = named("journey of a booklet")
    await site.happen(
        [told(issued, issued.booklet, START, source="/vouchers", sequence=1, journey=journey)]
    )

    own = await site.get(f"/v1/journeys/{journey}", site.as_("professional", organisation=CAF))
    other = await site.get(f"/v1/journeys/{journey}", site.as_("professional", organisation=TELA))

    assert [step["type"] for step in own.json()["steps"]] == ["maillage.booklet.issued.v1"]
    assert other.status_code == 404


async def test_a_target_hears_what_it_does_later_and_not_what_others_do(site: Site) -> None:
    referral, (sent, refused, accepted, _completed) = a_referral_to_two()
    await site.happen([sent])
    path = f"/v1/journeys/{referral.journey}/live"

    async with site.follow(path, site.as_("mediator", organisation=TELA)) as stream:
        await stream.next()
        await site.happen([refused])
        with pytest.raises(TimeoutError):
            await stream.next(within_s=0.5)
    async with site.follow(path, site.as_("professional", organisation=CAF)) as stream:
        heard = [(await stream.next()).json()["event_id"] for _ in range(2)]
        await site.happen([accepted])
        heard.append((await stream.next()).json()["event_id"])

    assert heard == [sent.id, refused.id, accepted.id]


async def test_neither_the_page_nor_its_stream_names_another_target(site: Site) -> None:
    referral, events = a_referral_to_two()
    await site.happen([*KNOWN, *events])
    path, who = f"/journeys/{referral.journey}", site.as_("mediator", organisation=TELA)

    page = await site.page(path, who)
    async with site.follow(f"{path}/live", who) as stream:
        told = await stream.next()

    for shown in (page.text, told.data):
        assert "Adressée à Tela." in shown
        assert "Acceptée par Tela" in shown
        assert "envoyée par la CAF de la Creuse" in shown.replace("\xa0", " ")
        assert "Mairie de Guéret" not in shown
        assert "Refusée" not in shown
    whole = await site.page(path, site.as_("professional", organisation=CAF))
    assert "Mairie de Guéret" in whole.text
    assert "Refusée" in whole.text


async def test_another_referral_of_the_journey_shows_its_own_parties_alone(site: Site) -> None:
    """Tela sends the person on: it sees all of its own referral, still its side of the first."""
    first = Referral("one", sender=CAF, targets=(TELA, MAIRIE))
    onward = Referral("two", sender=TELA, targets=(MAIRIE,))
    events = [
        first.sent(START),
        first.refused(MAIRIE, START + HOUR, RefusalReason.OTHER),
        *(
            replace(event, correlationid=str(first.journey))
            for event in (onward.sent(START + 2 * HOUR), onward.accepted(MAIRIE, START + 3 * HOUR))
        ),
    ]
    await site.happen(events)
    path = f"/v1/journeys/{first.journey}"

    tela, caf = [
        [step["event_id"] for step in answer.json()["steps"]]
        for answer in [
            await site.get(path, site.as_("mediator", organisation=each)) for each in (TELA, CAF)
        ]
    ]

    assert tela == [events[0].id, events[2].id, events[3].id]
    assert caf == [events[0].id, events[1].id]


@pytest.mark.parametrize("role", ["professional", "mediator", "department", "auditor"])
async def test_a_suspended_organisation_reads_nothing_more(site: Site, role: str) -> None:
    referral, events = a_referral_to_two()
    await site.happen([*KNOWN, *organisation(MAIRIE, suspended=True)[2:], *events])
    suspended = site.as_(role, organisation=MAIRIE)
    journey = referral.journey
    paths = [
        *(f"/v1/journeys/{journey}{door}" for door in DOORS),
        *("/v1/figures", "/v1/figures/referrals-sent/events"),
    ]
    pages = ["/", f"/journeys/{journey}", "/figures/referrals-sent/events"]

    answers = [await site.get(path, suspended) for path in paths]
    shown = [await site.page(path, suspended) for path in pages]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (403, "organisation-not-active")
    }
    assert {each.status_code for each in shown} == {403}
    assert all("Votre organisation est suspendue" in each.text for each in shown)


@pytest.mark.parametrize("role", ["mediator", "department", "coordinator", "auditor"])
async def test_an_active_organisation_and_one_not_told_of_yet_read_on(
    site: Site, role: str
) -> None:
    referral = Referral("one", sender=CAF, targets=(TELA, unheard := named("not told of yet")))
    await site.happen([*organisation(TELA), referral.sent(START)])

    answers = [
        await site.get(f"/v1/journeys/{referral.journey}", site.as_(role, organisation=each))
        for each in (TELA, unheard)
    ]

    assert [each.status_code for each in answers] == [200, 200]


@pytest.mark.parametrize(
    ("viewer", "said"),
    [
        (CAF, "sollicitée : Tela. Désormais adressée à la Mairie"),
        (TELA, "sollicitée : Tela. Motif"),
        (MAIRIE, "Désormais adressée à la Mairie"),
    ],
    ids=["sender", "old-target", "new-target"],
)
async def test_of_a_redirection_each_target_reads_its_own_side(
    site: Site, viewer: UUID, said: str
) -> None:
    referral = Referral("one", sender=CAF, targets=(TELA,))
    redirected = ReferralRedirected(
        referral=referral.id,
        from_organisation=TELA,
        targets=[MAIRIE],
        reason=RedirectReason.NO_ANSWER,
    )
    fact = told(
        redirected,
        referral.id,
        START + HOUR,
        source="/referrals",
        sequence=2,
        journey=referral.journey,
    )
    await site.happen([*KNOWN, referral.sent(START), fact])

    who = site.as_("professional", organisation=viewer)
    page = (await site.page(f"/journeys/{referral.journey}", who)).text.replace("\xa0", " ")

    assert said in page
    assert ("Tela" in page) == (viewer != MAIRIE)
    assert ("Mairie de Guéret" in page) == (viewer != TELA)


@pytest.mark.parametrize(
    ("viewer", "seen"), [(CAF, 3), (TELA, 3), (MAIRIE, 0)], ids=["sender", "place", "other-target"]
)
async def test_what_the_sender_hears_of_a_seat_the_place_reads_and_no_other_target(
    site: Site, viewer: UUID, seen: int
) -> None:
    referral = Referral("one", sender=CAF, targets=(TELA, MAIRIE))
    base: dict[str, Any] = {"referral": referral.id, "organisation": TELA}
    base |= {name: named(name) for name in ("booking", "session")}
    base["starts_at"] = START + 24 * HOUR
    heard = [
        ReferralAppointmentSet(**base, place=named("place")),
        ReferralMissed(**base, status=AttendanceStatus.EXCUSED),
        ReferralAttended(**base, status=AttendanceStatus.SEEN),
    ]
    events = [
        told(
            fact,
            referral.id,
            START + number * HOUR,
            source="/referrals",
            sequence=1 + number,
            journey=referral.journey,
        )
        for number, fact in enumerate(heard, start=1)
    ]
    await site.happen([*KNOWN, referral.sent(START), *events])

    who = site.as_("professional", organisation=viewer)
    page = (await site.page(f"/journeys/{referral.journey}", who)).text

    assert page.count("Un lieu tenu par Tela") == seen
    assert page.count("qui oriente apprend") == seen
