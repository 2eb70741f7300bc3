"""Free seats on the page of a referral: who sees which, by which form, what became of them."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from referrals.application.appointments import SeatFact
from referrals.domain.appointments import AppointmentStep
from referrals.domain.referrals import Step
from referrals.storage import seats
from tests.doors import Doors
from tests.referrals.doors.conftest import SCHEDULING
from tests.referrals.doors.shown import act_in, text_of
from tests.referrals.doors.test_send_page import whole_form
from tests.referrals.told import World
from tests.timing import FixedClock

AUBUSSON = "23008"
KEPT = re.compile(rf'action="{SCHEDULING}/sessions/([0-9a-f-]{{36}})/holds"')


def kept_in(page: str) -> list[UUID]:
    """The sessions whose seat the page offers to keep, in its order."""
    return [UUID(found) for found in KEPT.findall(page)]


async def test_the_sender_keeps_a_seat_from_the_page_of_the_referral(
    doors: Doors, world: World
) -> None:
    far = await world.session(await world.place("tela", "Atelier d'Aubusson", commune=AUBUSSON))
    near = await world.session(await world.place("tela", "Tela", commune="23096"), capacity=1)
    referral = await world.sent("caf", "mission-locale")

    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert kept_in(page.text) == [near, far]
    assert f'<input type="hidden" name="referral" value="{referral}">' in page.text
    words = text_of(page)
    assert "Guéret, sur place" in words
    assert re.search(r"Aubusson, à \d+ km environ", words)
    assert "1 place libre" in words
    assert "Atelier, débutant" in words
    assert "form-action 'self' " in page.headers["content-security-policy"]
    assert SCHEDULING in page.headers["content-security-policy"]


async def test_only_the_sender_is_offered_seats_and_only_who_works_with_persons(
    doors: Doors, world: World
) -> None:
    await world.session(await world.place("tela", "Tela"))
    referral = await world.sent("caf", "tela")

    target = await doors.colleague("tela").get(f"/referrals/{referral}")
    auditor = await doors.colleague("caf", "auditor").get(f"/referrals/{referral}")

    assert "Places libres" not in text_of(target)
    assert "Places libres" not in text_of(auditor)


async def test_a_place_that_gives_its_seats_itself_is_asked_for_one(
    doors: Doors, world: World
) -> None:
    await world.introduce("mairie")
    await world.session(await world.place("mairie", "Mairie", online_booking=False))
    await world.session(await world.place("tela", "Tela"), direct_booking=False)
    referral = await world.sent("caf", "tela")

    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert kept_in(page.text) == []
    assert f"/referrals/{referral}/redirect?to={world['mairie']}" in page.text
    assert "Demandée à Tela" in text_of(page)


async def test_who_refused_or_is_asked_no_longer_is_not_proposed(
    doors: Doors, world: World
) -> None:
    await world.introduce("mairie")
    for slug in ("tela", "mairie", "caf"):
        await world.session(await world.place(slug, slug))
    open_one = await world.session(await world.place("mission-locale", "Mission"))
    referral = await world.sent("caf", "tela", "mairie")
    await world.answer("tela", referral, Step.REFUSE, "session_full")
    await world.redirect("caf", referral, "mission-locale", from_="mairie")

    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert kept_in(page.text) == [open_one]


async def test_once_taken_the_seats_are_those_of_who_took_the_person(
    doors: Doors, world: World
) -> None:
    await world.session(await world.place("mission-locale", "Mission"))
    own = await world.session(await world.place("tela", "Tela"), days=9)
    referral = await world.sent("caf", "tela", "mission-locale")
    await world.answer("tela", referral, Step.ACCEPT)

    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert kept_in(page.text) == [own]


async def test_an_appointment_stands_on_the_page_until_it_is_over(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    place = await world.place("tela", "L'atelier")
    session = await world.session(place)
    another = await world.session(place, days=12)
    referral = await world.sent("caf", "mission-locale")
    fact = await world.book("tela", place=place, session=session, referral=referral)
    before = await doors.colleague("caf").get(f"/referrals/{referral}")

    clock.advance(timedelta(days=4))
    await world.see(fact, AppointmentStep.MISSED)
    after = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert "Vendredi 27 novembre 2026 à 13 h, L'atelier (Guéret)." in text_of(before)
    assert kept_in(before.text) == []
    words = text_of(after)
    assert "Rendez-vous vendredi 27 novembre 2026 à 13 h" in words
    assert "N'a pas pu venir vendredi 27 novembre 2026" in words
    assert "En donnant une place à la personne." in words
    assert kept_in(after.text) == [another]


async def test_after_a_missed_appointment_the_sender_reads_what_may_follow(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    place = await world.place("tela", "L'atelier")
    referral = await world.sent("caf", "tela")
    sender = doors.colleague("caf")

    async def booked() -> SeatFact:
        session = await world.session(place)
        return await world.book("tela", place=place, session=session, referral=referral)

    async def read() -> str:
        return text_of(await sender.get(f"/referrals/{referral}"))

    first = await booked()
    nothing_to_do = "Rien n'est à faire de votre part."
    assert nothing_to_do in await read()

    clock.advance(timedelta(days=4))
    await world.see(first, AppointmentStep.MISSED)
    missed = await read()
    assert (
        "La personne n'a pas pu venir au rendez-vous du vendredi 27 novembre 2026. Vous pouvez "
        "l'appeler ; Tela peut lui en donner un autre, ou clôturer l'orientation." in missed
    )
    assert nothing_to_do not in missed

    second = await booked()
    assert nothing_to_do in await read()

    clock.advance(timedelta(days=4))
    await world.see(second, AppointmentStep.EXCUSED)
    assert "n'a pas pu venir au rendez-vous du mardi 1er décembre 2026" in await read()
    await world.see(second, AppointmentStep.SEEN)
    assert nothing_to_do in await read()
    await world.see(second, AppointmentStep.MISSED)
    await world.answer("tela", referral, Step.COMPLETE, "not_reachable")
    assert nothing_to_do in await read()


async def test_after_a_seat_missed_at_the_senders_own_place_another_is_its_own_to_give(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    place = await world.place("caf", "Espace")
    referral = await world.sent("caf", "tela")
    session = await world.session(place)
    fact = await world.book("caf", place=place, session=session, referral=referral)
    clock.advance(timedelta(days=4))
    await world.see(fact, AppointmentStep.MISSED)

    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert "Appelez-la : vous pouvez lui en donner un autre." in text_of(page)

    await world.answer("tela", referral, Step.ACCEPT)
    await world.answer("tela", referral, Step.COMPLETE, "autonomous")
    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert "Appelez-la" not in text_of(page)


async def test_a_corrected_presence_is_a_line_of_its_own(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    place = await world.place("tela", "L'atelier")
    referral = await world.sent("caf", "tela")
    session = await world.session(place)
    fact = await world.book("tela", place=place, session=session, referral=referral)
    clock.advance(timedelta(days=4))
    for step in (AppointmentStep.SEEN, AppointmentStep.EXCUSED, AppointmentStep.SEEN):
        clock.advance(timedelta(minutes=1))
        await world.see(fact, step)

    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    words = text_of(page)
    assert words.count("Venue vendredi 27 novembre 2026") == 2
    assert words.count("Excusée vendredi 27 novembre 2026") == 1
    lines = re.findall(r'<li id="(etapes-[^"]+)"', page.text)
    assert len(lines) == len(set(lines))


async def test_a_target_reads_of_its_own_place_alone(doors: Doors, world: World) -> None:
    place = await world.place("tela", "L'atelier")
    referral = await world.sent("caf", "mission-locale")
    session = await world.session(place)
    await world.book("tela", place=place, session=session, referral=referral)

    other = await doors.colleague("mission-locale").get(f"/referrals/{referral}")
    host = await doors.colleague("tela").get(f"/referrals/{referral}")

    assert "L'atelier" not in text_of(other)
    assert "Rendez-vous vendredi 27 novembre" in text_of(host)


async def test_the_nearest_may_be_asked_without_being_chosen(doors: Doors, world: World) -> None:
    await world.introduce("mairie")
    await world.session(await world.place("mairie", "Mairie", commune=AUBUSSON))
    kept = await world.session(await world.place("tela", "Tela", commune="23096"))
    await world.session(await world.place("mission-locale", "Own", commune="23096"))
    mission = doors.colleague("mission-locale")
    typed = whole_form(world, act_in(await mission.get("/send")), level="beginner", nearest="oui")

    answer = await mission.post("/send", data=typed)
    page = await mission.get(answer.headers["location"])

    (sent,) = await world.facts("referral.sent")
    assert sent["data"]["targets"] == [str(world["tela"]), str(world["mairie"])]
    assert kept_in(page.text)[0] == kept
    assert "Orientation envoyée" in text_of(page)


async def test_where_nobody_is_near_the_form_says_so_and_keeps_everything(
    doors: Doors, world: World
) -> None:
    typed = whole_form(world, str(uuid4()), nearest="oui")

    page = await doors.colleague("caf").post("/send", data=typed)

    assert page.status_code == 422
    assert "Aucune place libre n'est connue" in text_of(page)
    assert 'href="#targets"' in page.text
    assert 'value="Chambonneau"' in page.text
    assert await world.rows("SELECT 1 FROM identity") == []


async def test_a_person_of_the_same_reference_is_the_same(doors: Doors, world: World) -> None:
    mission = doors.colleague("mission-locale")

    for _ in range(2):
        typed = whole_form(world, str(uuid4()), "tela", reference=" D-42 ")
        assert (await mission.post("/send", data=typed)).status_code == 303

    assert len(await world.facts("referral.sent")) == 2
    assert len(await world.rows("SELECT 1 FROM person")) == 1


@pytest.mark.parametrize("commune", ["Saint Vaury", "St Vaury", "saint-vaury"])
async def test_a_commune_is_known_as_people_write_it(
    doors: Doors, world: World, commune: str
) -> None:
    typed = whole_form(world, str(uuid4()), "tela", commune=commune)

    answer = await doors.colleague("caf").post("/send", data=typed)

    assert answer.status_code == 303
    (sent,) = await world.facts("referral.sent")
    assert sent["data"]["commune"] == "23247"


async def test_without_any_free_seat_the_page_says_so(doors: Doors, world: World) -> None:
    place = await world.place("tela", "Tela")
    session = await world.session(place)
    async with world.store.transaction() as tx:
        await seats.set_free(tx.connection, session, free=0)
    referral = await world.sent("caf", "tela")

    page = await doors.colleague("caf").get(f"/referrals/{referral}")

    assert "Aucune place libre ne nous est connue." in text_of(page)
