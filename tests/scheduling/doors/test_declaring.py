"""Declaring a place and a session on a page: errors beside the field, nothing typed is lost."""

import re
from collections.abc import Mapping
from html import unescape

import httpx
import pytest

from tests.doors import Doors
from tests.scheduling.doors.test_pages import post, text
from tests.scheduling.told import World

PLACE = {
    "name": "Médiathèque de Guéret",
    "kind": "library",
    "commune": "Guéret",
    "address": "1 place Fictive",
    "online_booking": "oui",
}
SESSION = {
    "kind": "workshop",
    "day": "2026-11-26",
    "starts": "14:00",
    "ends": "16:00",
    "need": "email",
    "capacity": "6",
    "direct_booking": "oui",
}


def error(answer: httpx.Response, field: str) -> str:
    """What stands beside the field."""
    found = re.search(rf'id="{field}-erreur">(.*?)</p>', answer.text, re.DOTALL)
    return "" if found is None else unescape(re.sub(r"<[^>]+>", "", found[1]))


async def test_a_place_and_its_first_session(doors: Doors, world: World) -> None:
    tela = doors.colleague("tela")
    assert "/places/new" in (await tela.get("/")).text

    declared = await post(tela, "/places/new", "/places/new", **PLACE)
    week = await tela.get(declared.headers["location"])
    assert "Médiathèque de Guéret : la semaine" in text(week)
    [form] = re.findall(r'href="(/places/[^"]+/sessions/new)"', week.text)
    sent = await post(tela, form, form, **SESSION)
    sheet = await tela.get(sent.headers["location"])

    assert "La séance est déclarée" in text(sheet)
    assert "jeudi 26 novembre 2026, 14 h à 16 h" in text(sheet)
    [fact] = await world.facts("session.scheduled")
    assert (fact["data"]["starts_at"], fact["data"]["capacity"]) == ("2026-11-26T13:00:00Z", 6)
    [place] = await world.facts("place.registered")
    assert (place["data"]["commune"], place["data"]["online_booking"]) == ("23096", True)
    [row] = await world.rows("SELECT reference FROM place")
    assert row["reference"].startswith("mediatheque-de-gueret-")


async def test_two_places_of_one_name_are_two_and_one_is_corrected(
    doors: Doors, world: World
) -> None:
    tela = doors.colleague("tela")
    first = await post(tela, "/places/new", "/places/new", **PLACE)
    await post(tela, "/places/new", "/places/new", **PLACE)
    place = first.headers["location"].rpartition("=")[2]
    page = f"/places/{place}/edit"

    shown = await tela.get(page)
    await post(tela, page, page, **{**PLACE, "access": "Rampe", "online_booking": ""})

    assert "1 place Fictive" in shown.text
    assert len(await world.facts("place.registered")) == 2
    [changed] = await world.facts("place.changed")
    assert changed["key"] == place
    assert (changed["data"]["access"], changed["data"]["online_booking"]) == ("Rampe", False)


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": " "}, "name", "Donnez le nom du lieu"),
        ({"name": "Chez 1 85 05 78 006 084 91"}, "name", "sans numéro de sécurité sociale"),
        ({"kind": ""}, "kind", "Choisissez ce qu'est ce lieu"),
        ({"commune": ""}, "commune", "Donnez la commune"),
        ({"commune": "St Vory"}, "commune", "Nous n'avons pas reconnu"),
    ],
    ids=["no name", "a number", "no kind", "no commune", "no such commune"],
)
async def test_a_place_comes_back_with_what_was_typed(
    doors: Doors, world: World, wrong: Mapping[str, str], field: str, said: str
) -> None:
    back = await post(doors.colleague("tela"), "/places/new", "/places/new", **{**PLACE, **wrong})

    assert back.status_code == 422
    assert said in error(back, field)
    assert "1 place Fictive" in back.text
    assert await world.facts("place.registered") == []


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"day": "bientôt"}, "day", "Donnez le jour"),
        ({"day": "23/11/2026"}, "day", "Le jour de cette séance est passé"),
        ({"starts": "midi"}, "starts", "Donnez l'heure"),
        ({"ends": "25 h"}, "ends", "Donnez l'heure"),
        ({"ends": "13 h 30"}, "ends", "finit avant de commencer"),
        ({"ends": "16h01"}, "ends", "deux heures au plus"),
        ({"need": "magic"}, "need", "Choisissez ce qui sera travaillé"),
        ({"capacity": "7"}, "capacity", "Choisissez un nombre"),
        ({"kind": "one_to_one"}, "capacity", "une seule place"),
        ({"mediator": "12"}, "mediator", "Choisissez dans la liste"),
    ],
    ids=[
        *("no day", "yesterday", "no hour", "no such hour", "backwards", "too long"),
        *("no need", "too many", "one seat only", "no mediator"),
    ],
)
async def test_a_session_comes_back_with_what_was_typed(
    doors: Doors, world: World, wrong: Mapping[str, str], field: str, said: str
) -> None:
    place = await world.place("tela")
    await world.mediator("tela")
    page = f"/places/{place}/sessions/new"

    back = await post(doors.colleague("tela"), page, page, **{**SESSION, **wrong})

    assert back.status_code == 422
    assert said in error(back, field)
    assert await world.facts("session.scheduled") == []


async def test_a_busy_mediator_is_said_beside_the_choice(doors: Doors, world: World) -> None:
    place, mediator = await world.place("tela"), await world.mediator("tela")
    page, tela = f"/places/{place}/sessions/new", doors.colleague("tela")
    said = {**SESSION, "mediator": str(mediator)}

    first = await post(tela, page, page, **said)
    second = await post(tela, page, page, **said)

    assert (first.status_code, second.status_code) == (303, 422)
    assert "tient déjà une autre séance" in error(second, "mediator")


@pytest.mark.parametrize(
    ("who", "status"),
    [(("caf", "professional"), 404), (("tela", "auditor"), 403)],
    ids=["another's place", "no such work"],
)
async def test_only_the_place_s_own_colleagues_declare(
    doors: Doors, world: World, who: tuple[str, str], status: int
) -> None:
    place = await world.place("tela")

    for page in (f"/places/{place}/sessions/new", f"/places/{place}/edit"):
        assert (await doors.colleague(*who).get(page)).status_code == status
