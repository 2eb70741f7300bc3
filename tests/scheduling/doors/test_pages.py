"""The pages: the week, the sheet, a booking on the phone, a visit; usable without a script."""

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import httpx
import pytest

from scheduling.domain.bookings import State
from tests.doors import Doors
from tests.scheduling.told import World
from tests.timing import FixedClock


def text(answer: httpx.Response) -> str:
    """What is read, spaces plain."""
    bare = unescape(re.sub(r"<[^>]+>", " ", answer.text.replace("<wbr>", "")))
    return re.sub(r"\s+", " ", bare)


def hidden(answer: httpx.Response) -> dict[str, str]:
    """The hidden fields of the page's forms; they share one act."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    return dict(found)


async def post(client: httpx.AsyncClient, page: str, path: str, **fields: str) -> httpx.Response:
    """Fill the form of a page in and send it."""
    shown = await client.get(page)
    assert shown.status_code == 200
    assert path in re.findall(r'action="([^"]+)"', shown.text)
    return await client.post(path, data={**hidden(shown), **fields})


async def test_the_week_shows_what_is_held_and_what_is_left(doors: Doors, world: World) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place)
    await world.book("caf", session)
    tela = doors.colleague("tela")

    here = await tela.get("/")
    later = await tela.get(f"/?place={place}&day=2026-12-07")

    assert "Tiers-lieu Tela : la semaine" in text(here)
    assert "semaine paire" in text(here)
    assert "mercredi 25 novembre 2026" in text(here)
    assert "1 sur 6" in text(here)
    assert "5 places libres" in text(here)
    assert f"/sessions/{session}" in here.text
    assert "Aucune séance cette semaine" in text(later)


async def test_a_booking_on_the_phone_and_given_back(doors: Doors, world: World) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place)
    caf = doors.colleague("caf", "professional")

    look = await caf.get("/book?commune=La+Souterraine&need=online_procedures&level=beginner")
    assert "Tiers-lieu Tela, Guéret" in text(look)
    assert "km par la route" in text(look)
    assert f"/sessions/{session}/book?commune=La+Souterraine" in look.text

    form, path = f"/sessions/{session}/book", f"/sessions/{session}/book"
    sent = await post(caf, form, path, commune="La Souterraine", birth_band="1940-1949")
    assert sent.status_code == 303
    booking = sent.headers["location"].partition("?")[0]
    shown = await caf.get(sent.headers["location"])
    assert "La place est réservée" in text(shown)
    [fact] = await world.facts("booking.confirmed")
    assert fact["data"]["commune"] == "23176"
    assert fact["data"]["person"].replace("-", "")[-6:].upper() in text(shown)
    assert f'href="/sessions/{session}"' not in shown.text

    off = await post(caf, booking, f"{booking}/cancel", reason="by_person")
    assert "La réservation est annulée" in text(await caf.get(off.headers["location"]))
    assert len(await world.facts("booking.cancelled")) == 1


async def test_a_booking_under_a_referral_follows_it(doors: Doors, world: World) -> None:
    session = await world.session("tela", await world.place("tela"))
    referral = await world.referral("caf", "tela")
    caf = doors.colleague("caf", "professional")

    page = f"/sessions/{session}/book"
    sent = await post(caf, f"{page}?referral={referral.id}", page, referral=str(referral.id))

    assert str(referral.correlation) in text(await caf.get(sent.headers["location"]))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"commune": "St Vory"}, "Nous n'avons pas reconnu la commune « St Vory »"),
        ({"referral": "12"}, "Recopiez la référence"),
    ],
    ids=["commune", "referral"],
)
async def test_a_form_comes_back_with_what_was_typed(
    doors: Doors, world: World, fields: Mapping[str, str], said: str
) -> None:
    session = await world.session("tela", await world.place("tela"))
    page = f"/sessions/{session}/book"

    back = await post(doors.colleague("caf", "professional"), page, page, **fields)

    assert back.status_code == 422
    assert said in text(back)
    assert next(iter(fields.values())) in back.text
    assert await world.facts("booking.confirmed") == []


async def test_the_sheet_from_who_is_expected_to_who_came(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    session = await world.session("tela", await world.place("tela"))
    first, second = [await world.book("caf", session) for _ in range(2)]
    tela, page = doors.colleague("tela"), f"/sessions/{session}"

    before = await tela.get(page)
    assert "2 personnes inscrites" in text(before)
    assert "Enregistrer la feuille" not in text(before)

    clock.advance(timedelta(days=1, hours=1))
    added = await post(tela, page, f"{page}/walk-in", commune="Guéret")
    assert added.headers["location"] == f"{page}?done=walked-in"
    saved = await post(
        tela,
        page,
        f"{page}/sheet",
        **{
            f"status-{first}": "seen",
            f"title-{first}": "oui",
            f"status-{second}": "missed",
            "topic-email": "oui",
        },
    )
    assert "La feuille est enregistrée" in text(await tela.get(saved.headers["location"]))
    told = {each["key"]: each["data"] for each in await world.facts("attendance.recorded")}
    assert set(told) == {str(first), str(second)}
    assert told[str(first)]["topics"] == ["email"]
    assert told[str(first)]["title_presented"] is True
    assert told[str(first)]["minutes"] == 120
    assert (told[str(second)]["status"], told[str(second)]["topics"]) == ("missed", [])

    # Said again as it is, nothing is told; the forgotten title of nobody, one correction.
    same = {f"status-{first}": "seen", f"title-{first}": "oui", f"status-{second}": "missed"}
    await post(tela, page, f"{page}/sheet", **same)
    assert await world.facts("attendance.corrected") == []
    await post(tela, page, f"{page}/sheet", **{**same, f"status-{second}": "excused"})
    [corrected] = await world.facts("attendance.corrected")
    assert corrected["data"]["previous_status"] == "missed"
    shown = await tela.get(f"/bookings/{second}")
    assert "Excusée" in text(shown)


async def test_a_walk_in_written_down_in_the_evening_happened_in_the_session(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    session = await world.session("tela", await world.place("tela"))
    clock.advance(timedelta(days=1, hours=5))
    page = f"/sessions/{session}"

    await post(doors.colleague("tela"), page, f"{page}/walk-in")

    [fact] = await world.facts("booking.confirmed")
    assert fact["time"][:19] == fact["data"]["starts_at"][:19]


async def test_a_session_is_called_off_by_its_place(doors: Doors, world: World) -> None:
    session = await world.session("tela", await world.place("tela"))
    booking = await world.book("caf", session)
    page = f"/sessions/{session}"
    tela = doors.colleague("tela")

    off = await post(tela, page, f"{page}/cancel", reason="weather")

    shown = text(await tela.get(off.headers["location"]))
    assert "Cette séance est annulée Intempéries" in shown
    rows = await world.rows("SELECT state FROM booking WHERE id = $1", booking)
    assert rows == [{"state": State.CANCELLED.value}]


async def test_a_visit_in_two_gestures(doors: Doors, world: World) -> None:
    await world.place("tela")
    tela = doors.colleague("tela")
    usual = {"minutes": "15", "autonomy": "partly_autonomous"}

    wrong = await post(tela, "/visits/new", "/visits/new", topic="", **usual)
    assert wrong.status_code == 422
    assert "Choisissez ce pour quoi la personne est venue" in text(wrong)
    noted = await post(tela, "/visits/new", "/visits/new", topic="email", **usual)

    after = text(await tela.get(noted.headers["location"]))
    assert "La visite est notée" in after
    assert "1 visite notée aujourd'hui" in after
    [fact] = await world.facts("visit.recorded")
    assert (fact["data"]["topics"], fact["data"]["minutes"]) == (["email"], 15)
    assert "person" not in fact["data"]
    other = {"topic": "email", "other": "parenting", **usual}
    await post(tela, "/visits/new", "/visits/new", **other)
    assert (await world.facts("visit.recorded"))[-1]["data"]["topics"] == ["parenting"]


async def test_a_double_click_is_one_booking_and_one_visit(doors: Doors, world: World) -> None:
    session = await world.session("tela", await world.place("tela"))
    tela = doors.colleague("tela")
    page = f"/sessions/{session}/book"
    fields = hidden(await tela.get(page))

    for _ in range(2):
        assert (await tela.post(page, data=fields)).status_code == 303

    assert len(await world.facts("booking.confirmed")) == 1


@pytest.mark.parametrize(
    ("who", "role", "sheet", "booking"),
    [
        ("tela", "mediator", 200, 200),
        ("tela", "coordinator", 200, 200),
        ("tela", "professional", 200, 200),
        ("tela", "auditor", 404, 404),
        ("caf", "professional", 404, 200),
        ("mission-locale", "mediator", 404, 404),
        ("mission-locale", "department", 200, 200),
    ],
)
async def test_who_sees_which_page(
    doors: Doors, world: World, who: str, role: str, sheet: int, booking: int
) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place)
    seat = await world.book("caf", session)
    someone = doors.colleague(who, role)

    assert (await someone.get(f"/sessions/{session}")).status_code == sheet
    assert (await someone.get(f"/bookings/{seat}")).status_code == booking
    week = await someone.get(f"/?place={place}")
    assert week.status_code == sheet
    assert (await someone.get("/book")).status_code == 200


@pytest.mark.parametrize("role", ["department", "auditor"])
@pytest.mark.parametrize("path", ["sheet", "walk-in", "cancel", "book"])
async def test_who_only_reads_changes_nothing(
    doors: Doors, world: World, role: str, path: str
) -> None:
    session = await world.session("tela", await world.place("tela"))
    booking = await world.book("tela", session)
    before = await world.facts()
    said = {"act": str(uuid4()), "reason": "weather", f"status-{booking}": "seen"}

    answer = await doors.colleague("tela", role).post(f"/sessions/{session}/{path}", data=said)

    assert answer.status_code in {403, 404}
    assert await world.facts() == before


async def test_another_organisations_forms_change_nothing(doors: Doors, world: World) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place)
    booking = await world.book("tela", session)
    before = await world.facts()
    stranger, act = doors.colleague("mission-locale"), str(uuid4())
    visit = {"topic": "email", "minutes": "15", "autonomy": "autonomous", "place": str(place)}

    answers = [
        await stranger.post(f"/bookings/{booking}/cancel", data={"act": act, "reason": "other"}),
        await stranger.post(f"/sessions/{session}/cancel", data={"act": act, "reason": "other"}),
        await stranger.post(f"/sessions/{session}/walk-in", data={"act": act}),
        await stranger.post("/visits/new", data={"act": act, **visit}),
    ]

    assert {each.status_code for each in answers} <= {404, 409}
    assert await world.facts() == before


async def test_nothing_to_show_says_how_to_begin(doors: Doors) -> None:
    tela = doors.colleague("tela")

    assert "Aucun lieu à montrer" in text(await tela.get("/"))
    assert "Aucun lieu où noter une visite" in text(await tela.get("/visits/new"))
    assert "Aucune place libre" in text(await tela.get("/book"))
    assert (await tela.get(f"/sessions/{UUID(int=1)}")).status_code == 404
