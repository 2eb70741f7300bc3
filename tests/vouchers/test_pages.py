"""The pages, as people of each side see them, without any script."""

import re
from uuid import UUID

import pytest

from tests.vouchers.test_api import PROGRAMME, Site, site
from tests.vouchers.world import World

__all__ = ["site"]  # the fixture

HTML = {"accept": "text/html"}


def read(answer: str) -> str:
    """The page's words on one line, no-break spaces as spaces."""
    text = re.sub(r"<[^>]+>", " ", answer).replace("&#39;", "'")
    return " ".join(text.split())


async def look(site: Site, path: str, *, role: str = "professional", of: str = "caf") -> str:
    headers = HTML | site.headers("luc", role, of=of)
    answer = await site.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


async def submit(site: Site, form: dict[str, str], *, of: str = "caf") -> tuple[int, str]:
    headers = HTML | site.headers("luc", "professional", of=of)
    answer = await site.client.post("/hand-over", data=form, headers=headers)
    return answer.status_code, read(answer.text)


async def settled(world: World) -> None:
    await world.ready()
    await world.issue()
    await world.tell(world.booked("rdv"), world.attended("rdv"))


async def test_a_booklet_is_handed_over_once_by_a_form_sent_twice(site: Site) -> None:
    await site.founded()
    await site.world.refer("orientation", "odette", sender="caf")
    page = await look(site, "/hand-over")
    form = {
        "act": str(UUID(int=1)),
        "referral": f" {site.world['orientation']} ",
        "programme": str(PROGRAMME),
    }

    first, _ = await submit(site, form)
    second, _ = await submit(site, form)

    assert "2 carnets restants" in page
    assert (first, second) == (303, 303)
    after = await look(site, "/hand-over?done=oui")
    assert "Le carnet est remis" in after
    assert "1 carnet restant" in after
    assert "50,00 €" in after


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"referral": "la caf"}, "Recopiez le numéro de l'orientation"),
        ({"programme": ""}, "Choisissez le dispositif"),
        ({"referral": str(UUID(int=7))}, "Nous ne connaissons pas cette orientation"),
        ({"programme": str(UUID(int=7))}, "Nous ne connaissons pas ce dispositif"),
    ],
    ids=["no-number", "no-programme", "unknown-referral", "unknown-programme"],
)
async def test_a_form_that_comes_back_says_what_to_write(
    site: Site, changes: dict[str, str], said: str
) -> None:
    await site.founded()
    await site.world.refer("orientation", "odette", sender="caf")
    form = {
        "act": str(UUID(int=1)),
        "referral": str(site.world["orientation"]),
        "programme": str(PROGRAMME),
    }

    status, page = await submit(site, form | changes)

    assert status == 422
    assert said in page


async def test_a_place_sees_what_it_earned_and_what_pays_nothing(site: Site) -> None:
    world = site.world
    await settled(world)
    await world.tell(world.attended("other", "marcel", sequence=1))

    page = await look(site, "/counter", of="tela")
    home = await look(site, "/", of="tela")

    assert "10,00 € seront dans votre prochain décompte" in page
    assert "au prochain décompte" in page
    assert "La personne n'avait pas de pass utilisable ce jour-là" in page
    assert "1 pass présenté n'a pas pu être encaissé" in home


async def test_the_departement_draws_up_and_a_place_reads_its_own(site: Site) -> None:
    world = site.world
    await settled(world)
    headers = HTML | site.headers("claire", "department")
    form = {"act": str(UUID(int=2)), "programme": str(world["creuse"])}

    answer = await site.client.post("/settlements", data=form, headers=headers)
    done = await look(site, answer.headers["location"], role="department", of="departement")
    others = await look(site, "/settlements")
    [drawn] = await world.rows("SELECT id FROM settlement")
    own = await look(site, f"/settlements/{drawn['id']}", of="tela")
    refused = await site.client.get(
        f"/settlements/{drawn['id']}", headers=HTML | site.headers("luc", "professional", of="caf")
    )

    assert answer.status_code == 303
    assert "Les décomptes sont établis" in done
    assert "Tela" in done
    assert "Aucun décompte" in others
    assert "10,00 € pour Tela : 1 pass utilisé" in own
    assert "Departement 6,00 €" in own
    assert refused.status_code == 404


async def test_a_place_draws_nothing_up(site: Site) -> None:
    await settled(site.world)
    form = {"act": str(UUID(int=2)), "programme": str(site.world["creuse"])}

    page = await look(site, "/settlements", of="tela")
    answer = await site.client.post(
        "/settlements", data=form, headers=HTML | site.headers("luc", "professional", of="tela")
    )

    assert "Établir les décomptes" not in page
    assert answer.status_code == 403


async def test_the_first_page_says_where_the_money_is(site: Site) -> None:
    await settled(site.world)

    page = await look(site, "/", role="department", of="departement")

    assert "Financé par les mandats 50,00 €" in page
    assert "À utiliser 40,00 €" in page
    assert "Dû aux lieux 10,00 €" in page


@pytest.mark.parametrize(
    ("role", "offered"), [("professional", True), ("department", False), ("auditor", False)]
)
async def test_the_navigation_offers_what_a_role_may_open(
    site: Site, role: str, *, offered: bool
) -> None:
    page = await look(site, "/settlements", role=role, of="departement")

    assert ("Remettre un carnet" in page) is offered
    assert ("Messages arrêtés" in page) is (role == "department")
