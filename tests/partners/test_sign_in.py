"""Personas: one click on a demonstration, nothing elsewhere, and never a way out of the house."""

import pytest

from tests.partners.world import HERE, REPORTING, World


@pytest.mark.usefixtures("tela")
async def test_the_page_offers_each_colleague_of_an_active_organisation(world: World) -> None:
    await world.organisation("msa", kind="farmers_fund", active=False)
    await world.colleague("tela", "nadia", "mediator", "professional")
    await world.colleague("msa", "paul")

    page = await world.client.get(f"/sign-in?next={REPORTING}/", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert "Claire Nadia" in page.text
    assert "Médiateur numérique" in page.text
    assert f"/sign-in/as/nadia?next={REPORTING}/".replace(":", "%3A") in page.text
    assert "paul" not in page.text


@pytest.mark.usefixtures("tela")
async def test_one_click_signs_in_with_a_cookie_of_the_day(world: World) -> None:
    await world.colleague("tela", "nadia")

    answer = await world.client.get("/sign-in/as/nadia")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("maillage_session=", "httponly", "samesite=lax", "path=/", "max-age=28800"):
        assert part in cookie
    assert "domain=" not in cookie
    shown = await world.client.get("/v1/organisations")
    assert shown.status_code == 200


@pytest.mark.usefixtures("tela")
async def test_behind_https_the_cookie_is_secure(world: World) -> None:
    await world.colleague("tela", "nadia")
    async with world.reconfigured(public_url="https://maillage.test") as client:
        answer = await client.get("/sign-in/as/nadia")

    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.usefixtures("tela")
async def test_it_leads_back_to_where_one_came_from(world: World) -> None:
    await world.colleague("tela", "nadia")
    wanted = f"{REPORTING}/journeys/1?a=b"

    back = await world.client.get("/sign-in/as/nadia", params={"next": wanted})
    home = await world.client.get("/sign-in/as/nadia", params={"next": "https://evil.test/"})

    assert back.headers["location"] == wanted
    assert home.headers["location"] == f"{HERE}/"


@pytest.mark.usefixtures("tela")
async def test_nobody_signs_in_for_a_suspended_organisation(world: World) -> None:
    await world.colleague("tela", "nadia")
    await world.step("tela", "suspend", reason="misuse")

    assert (await world.client.get("/sign-in/as/nadia")).status_code == 404
    assert (await world.client.get("/sign-in/as/nobody")).status_code == 404


@pytest.mark.usefixtures("tela")
async def test_signing_out_forgets_the_session(world: World) -> None:
    await world.colleague("tela", "nadia")
    await world.client.get("/sign-in/as/nadia")

    answer = await world.client.post("/sign-out", headers={"origin": REPORTING})

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/sign-in")
    assert (await world.client.get("/v1/organisations")).status_code == 401


async def test_a_foreign_page_signs_nobody_out(world: World) -> None:
    answer = await world.client.post("/sign-out", headers={"origin": "https://evil.test"})

    assert answer.status_code == 403


@pytest.mark.usefixtures("tela")
async def test_without_personas_the_routes_do_not_exist(world: World) -> None:
    await world.colleague("tela", "nadia")
    async with world.reconfigured(personas=False) as client:
        answers = [
            await client.get("/sign-in"),
            await client.get("/sign-in/as/nadia"),
            await client.post("/sign-out"),
        ]

    assert [each.status_code for each in answers] == [404, 404, 404]
