"""The pages: what a colleague reads about what was sent, and how the Département acts."""

from uuid import uuid4

import pytest

from tests.partners.world import HERE, REPORTING, Partner, World, event, raw


@pytest.fixture
async def claire(world: World, caf: Partner) -> str:
    await world.colleague(caf.slug, "claire")
    return "claire"


@pytest.fixture
async def helene(world: World) -> str:
    await world.organisation("departement", kind="department")
    await world.colleague("departement", "helene", "department")
    return "helene"


async def test_an_empty_page_says_how_to_begin(world: World, claire: str) -> None:
    page = await world.page("/", claire)

    assert page.status_code == 200
    assert "Mes envois et leurs réponses" in page.text
    assert "n&#39;a encore rien envoyé" in page.text
    assert "/<wbr>v1/<wbr>events" in page.text
    assert "partner.<wbr>caf.<wbr>in.<wbr>v1" in page.text


async def test_the_list_shows_reference_state_reason_in_words_and_the_journey(
    world: World, caf: Partner, claire: str
) -> None:
    data = event()["data"]
    ids = []
    for number in range(3):
        sent = event(data={**data, "partner_reference": f"DOSSIER-{number}"})
        ids.append((await caf.post(sent)).json()["submission"])
    await world.decide(caf, ids[0], subject=str(uuid4()))
    await world.decide(caf, ids[1], reason="not-addressed-to-you")

    text = (await world.page("/", claire)).text

    assert "1\xa0envoi attend encore une réponse." in text
    for number in range(3):
        assert f"DOSSIER-<wbr>{number}" in text
    assert "pas adressée à votre organisation" in text
    assert f'href="{REPORTING}/journeys/019530f0-0000-7000-8000-00000000c0de"' in text
    assert text.count("Voir le parcours") == 1


async def test_the_list_can_be_narrowed_to_a_state(world: World, caf: Partner, claire: str) -> None:
    kept = (await caf.post(event())).json()["submission"]
    refused = (await caf.post(event())).json()["submission"]
    await world.decide(caf, refused, reason="unknown-commune")

    page = await world.page("/?state=refused", claire)
    none = await world.page("/?state=accepted", claire)

    assert f"/submissions/{refused}" in page.text
    assert f"/submissions/{kept}" not in page.text
    assert 'aria-current="true">Refusés (1)' in page.text
    assert "Aucun envoi dans cet état" in none.text


async def test_a_sending_is_found_by_any_of_its_references(
    world: World, caf: Partner, claire: str
) -> None:
    data = {**event()["data"], "partner_reference": "DOSSIER-77"}
    wanted = (await caf.post(event(id="evt-77", data=data))).json()["submission"]
    other = (await caf.post(event())).json()["submission"]

    for reference in ("DOSSIER-77", " evt-77 ", wanted.upper()):
        text = (await world.page(f"/?reference={reference}", claire)).text
        assert f"/submissions/{wanted}" in text
        assert f"/submissions/{other}" not in text
    none = await world.page("/?reference=DOSSIER-78", claire)
    assert "Aucun envoi ne porte cette référence" in none.text


async def test_a_long_list_goes_on_from_page_to_page(
    world: World, caf: Partner, claire: str
) -> None:
    media = {"content-type": "application/cloudevents-batch+json"}
    await caf.post([event() for _ in range(60)], **media)

    first = await world.page("/", claire)
    href = first.text.split('rel="next" href="')[1].split('"')[0]
    second = await world.page(href.replace("&amp;", "&"), claire)

    assert first.text.count("/submissions/") == 50
    assert second.text.count("/submissions/") == 10
    assert "Revenir au début" in second.text


async def test_one_submission_tells_its_story(world: World, caf: Partner, claire: str) -> None:
    submission = (await caf.post(event(id="2026-7"))).json()["submission"]
    before = (await world.page(f"/submissions/{submission}", claire)).text
    await world.decide(caf, submission, reason="unknown-commune", detail="no such commune")

    after = (await world.page(f"/submissions/{submission}", claire)).text

    assert "Envoi reçu par HTTP" in before
    assert "Transmis au service qui décide" in before
    assert "Réponse attendue" in before
    assert "Réponse\xa0: refusé" in after
    assert "Nous n&#39;avons pas reconnu la commune." in after
    assert "no such commune" in after
    assert "2026-<wbr>7" in after


async def test_a_waiting_and_an_unreadable_one_tell_theirs(
    world: World, caf: Partner, claire: str
) -> None:
    data = {"person": str(uuid4()), "need": "email", "targets": [str(uuid4())]}
    waiting = (await caf.post(event(data=data))).json()["submission"]
    await world.send("caf", raw("caf", b"hello", offset=1_240))
    (unreadable,) = await world.rows("SELECT id FROM submission WHERE identity IS NULL")

    assert "pas encore connu ici" in (await world.page(f"/submissions/{waiting}", claire)).text
    text = (await world.page(f"/submissions/{unreadable['id']}", claire)).text
    assert "par votre topic Kafka" in text
    assert "Nous n&#39;avons pas pu lire cet envoi" in text
    assert "1\u202f240" in text


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(world: World) -> None:
    answer = await world.client.get("/?state=refused", headers={"accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{HERE}/sign-in?next=")


async def test_the_department_sees_every_organisation_and_what_may_be_done(
    world: World, helene: str
) -> None:
    await world.organisation("tela", kind="third_place", active=False)

    text = (await world.page("/organisations", helene)).text

    assert "1\xa0organisation attend votre activation." in text
    assert "Tiers-lieu" in text
    assert 'href="/organisations/tela/activate"' in text
    assert 'href="/organisations/departement/suspend"' in text
    assert 'href="/organisations/tela/suspend"' not in text


async def test_a_step_is_confirmed_with_what_it_will_do_and_then_done(
    world: World, tela: Partner, helene: str
) -> None:
    headers = await world.session(helene)
    asked = await world.client.get("/organisations/tela/suspend", headers=headers)
    without = await world.client.post(
        "/organisations/tela/suspend", data={"reason": ""}, headers=headers
    )
    before = await tela.post(event())
    done = await world.client.post(
        "/organisations/tela/suspend", data={"reason": "misuse"}, headers=headers
    )

    assert "Rien n&#39;est effacé" in asked.text
    assert "Organisation activée" in asked.text
    assert "· plateforme" in asked.text
    assert without.status_code == 422
    assert "Choisissez le motif" in without.text
    assert before.status_code == 202
    assert (done.status_code, done.headers["location"]) == (303, "/organisations")
    assert (await tela.post(event())).status_code == 403


async def test_a_step_that_another_took_meanwhile_is_told_kindly(world: World, helene: str) -> None:
    headers = await world.session(helene)
    await world.organisation("tela", kind="third_place")

    answer = await world.client.post("/organisations/tela/activate", headers=headers)

    assert answer.status_code == 409
    assert "relisez la liste" in answer.text


async def test_everyone_sees_who_takes_part_and_only_the_department_acts(
    world: World, tela: Partner, claire: str
) -> None:
    headers = await world.session(claire)

    page = await world.client.get("/organisations", headers=headers)
    refused = [
        await world.client.get("/organisations/tela/suspend", headers=headers),
        await world.client.post(
            "/organisations/tela/suspend", data={"reason": "misuse"}, headers=headers
        ),
    ]

    assert "TELA" in page.text
    assert "/organisations/tela/suspend" not in page.text
    assert [each.status_code for each in refused] == [403, 403]
    assert (await tela.post(event())).status_code == 202


async def test_a_foreign_page_cannot_take_a_step_with_our_cookie(
    world: World, tela: Partner, helene: str
) -> None:
    headers = await world.session(helene)

    answer = await world.client.post(
        "/organisations/tela/suspend",
        data={"reason": "misuse"},
        headers={**headers, "origin": "https://evil.test", "sec-fetch-site": "cross-site"},
    )

    assert answer.status_code == 403
    assert (await tela.post(event())).status_code == 202


async def test_a_name_is_shown_and_never_run(world: World, helene: str) -> None:
    await world.client.put(
        "/v1/organisations/tela",
        json={"name": "<script>alert(1)</script>", "kind": "third_place"},
        headers=world.admin,
    )

    text = (await world.page("/organisations", helene)).text

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
