"""What a colleague sees and does at a browser."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from referrals.domain.referrals import Step
from tests.doors import Doors
from tests.referrals.doors.conftest import Count
from tests.referrals.doors.shown import act_in, text_of
from tests.referrals.told import ODETTE, World


async def test_what_waits_longest_is_the_first_sentence(doors: Doors, world: World) -> None:
    for days in (12, 10, 1):
        at = world.clock.now() - timedelta(days=days)
        await world.send("caf", "tela", act=world.act("caf", at=at), agreement=None)

    page = await doors.colleague("tela").get("/")

    words = text_of(page)
    assert page.status_code == 200
    assert "2 orientations attendent votre réponse depuis plus de 9 jours." in words
    assert words.index("il y a 12 jours") < words.index("il y a 10 jours")


async def test_an_organisation_sees_what_it_received_and_nothing_else(
    doors: Doors, world: World
) -> None:
    to_tela = await world.sent("caf", "tela", "mission-locale")
    to_mission = await world.sent("caf", "mission-locale")

    tela = await doors.colleague("tela").get("/")
    mission = await doors.colleague("mission-locale").get("/")
    caf = await doors.colleague("caf").get("/")

    assert str(to_tela) in tela.text
    assert str(to_mission) not in tela.text
    assert "Mission-Locale" not in tela.text
    assert str(to_tela) in mission.text
    assert str(to_mission) in mission.text
    assert str(to_tela) not in caf.text
    assert "Aucune orientation reçue" in text_of(caf)


async def test_the_sent_list_is_the_senders_alone(doors: Doors, world: World) -> None:
    referral = await world.sent("caf", "tela", "mission-locale")
    await world.answer("tela", referral, Step.ACCEPT)

    caf = await doors.colleague("caf").get("/sent")
    tela = await doors.colleague("tela").get("/sent")

    assert "Mission-Locale : en attente de réponse" in text_of(caf)
    assert "Tela : prise en charge" in text_of(caf)
    assert "CAF-0042" in text_of(caf)
    assert str(referral) not in tela.text


async def test_what_nobody_answered_is_the_senders_first_sentence(
    doors: Doors, world: World
) -> None:
    long_ago = world.clock.now() - timedelta(days=10)
    sent = [
        await world.send(
            "caf", "tela", "mission-locale", act=world.act("caf", at=long_ago), agreement=None
        )
        for _ in range(3)
    ]
    taken, refused, _ = [done.subject for done in sent if done.subject is not None]
    await world.answer("tela", taken, Step.ACCEPT)
    for slug in ("tela", "mission-locale"):
        await world.answer(slug, refused, Step.REFUSE, "session_full")

    page = await doors.colleague("caf").get("/sent")
    one = await doors.colleague("caf").get(f"/referrals/{refused}")

    assert "1 de vos orientations est sans réponse depuis plus de 9 jours." in text_of(page)
    assert "Réorientez la personne vers une autre organisation." in text_of(one)


async def test_lists_hold_no_name(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner)

    pages = [await doors.colleague("tela").get("/"), await doors.colleague("caf").get("/sent")]

    assert all("Chambonneau" not in page.text for page in pages)
    assert await world.rows("SELECT 1 FROM name_lookup WHERE act = 'read'") == []


async def test_a_long_list_goes_on_by_a_cursor(doors: Doors, world: World) -> None:
    for minutes in range(52):
        at = world.clock.now() - timedelta(minutes=minutes)
        await world.send("caf", "tela", act=world.act("caf", at=at), agreement=None)
    tela = doors.colleague("tela")

    first = await tela.get("/")
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = await tela.get(following.replace("&amp;", "&"))

    links = [set(re.findall(r"/referrals/[0-9a-f-]{36}", page.text)) for page in (first, second)]
    assert [len(each) for each in links] == [50, 2]
    assert not links[0] & links[1]


@pytest.mark.parametrize("after", ["nonsense", "eyJhdCI6IjIwMjYtMTEtMjQiLCJpZCI6IngifQ", "e30"])
async def test_a_cursor_that_is_not_ours_is_refused(doors: Doors, after: str) -> None:
    page = await doors.colleague("tela").get(f"/?kind=waiting&after={after}")

    assert page.status_code == 400


async def test_a_target_reads_the_name_and_what_to_do(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", person=kept.inner)

    page = await doors.colleague("tela").get(f"/referrals/{referral}")

    words = text_of(page)
    assert "Caf attend votre réponse" in words
    assert "Chambonneau" in words
    assert "05 55 00 11 22" in words
    assert "Utiliser une boîte de courriel" in words
    assert "Guéret (23096)" in words
    assert "dimanche 22 novembre 2026, 13 h" in words
    assert "Enregistrée le mardi 24 novembre 2026, 13 h" in words
    assert "Prendre en charge" in words
    (row,) = await world.rows("SELECT who, referral FROM name_lookup WHERE act = 'read'")
    assert (row["who"], row["referral"]) == ("someone@tela", referral)


async def test_without_agreement_the_page_says_why_and_what_to_do(
    doors: Doors, world: World
) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", person=kept.inner, agreement=None)

    page = await doors.colleague("tela").get(f"/referrals/{referral}")

    assert "Chambonneau" not in page.text
    assert "Le nom n'est pas affiché" in text_of(page)
    assert "recueillir cet accord" in text_of(page)


async def test_the_three_answers_end_in_facts(doors: Doors, world: World, count: Count) -> None:
    referral = await world.sent("caf", "tela")
    tela = doors.colleague("tela")
    address = f"/referrals/{referral}"

    first = await tela.get(address)
    accepted = await tela.post(f"{address}/accept", data={"act": act_in(first)})
    second = await tela.get(accepted.headers["location"])
    ended = await tela.post(
        f"{address}/complete",
        data={
            "act": act_in(second),
            "outcome": "helped_to_do",
            "complete_message": "Deux\r\nséances.",
        },
    )
    third = await tela.get(ended.headers["location"])

    assert (accepted.status_code, ended.status_code) == (303, 303)
    assert "Vous avez pris cette personne en charge" in text_of(second)
    assert "Suite donnée : Aidée à faire." in text_of(third)
    told = [fact["type"] for fact in await world.facts() if fact["key"] == str(referral)]
    assert told == ["referral.sent", "referral.accepted", "referral.completed"]
    (step,) = await world.rows("SELECT * FROM referral_transition WHERE state = 'completed'")
    assert (step["message"], step["who"]) == ("Deux\nséances.", "someone@tela")
    assert count("referrals_decisions_total", door="page", result="accepted") == 2
    assert 'name="act"' not in third.text


async def test_a_double_click_is_one_answer(doors: Doors, world: World) -> None:
    referral = await world.sent("caf", "tela")
    tela = doors.colleague("tela")
    act = act_in(await tela.get(f"/referrals/{referral}"))

    answers = [
        await tela.post(f"/referrals/{referral}/accept", data={"act": act}) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(await world.facts("referral.accepted")) == 1


async def test_two_colleagues_who_answer_are_told_who_came_first(
    doors: Doors, world: World
) -> None:
    referral = await world.sent("caf", "tela")
    claire, paul = doors.colleague("tela"), doors.colleague("tela")
    acts = [act_in(await each.get(f"/referrals/{referral}")) for each in (claire, paul)]

    await claire.post(f"/referrals/{referral}/accept", data={"act": acts[0]})
    late = await paul.post(
        f"/referrals/{referral}/refuse", data={"act": acts[1], "refuse_reason": "session_full"}
    )

    assert late.status_code == 409
    assert "Votre organisation a déjà répondu à cette orientation." in text_of(late)
    assert await world.facts("referral.refused") == []


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("refuse", {"refuse_message": "Complet."}, "Choisissez un motif."),
        ("refuse", {"refuse_reason": "because"}, "Choisissez un motif."),
        ("refuse", {"refuse_reason": "other"}, "Dites en quelques mots pourquoi"),
        ("accept", {"accept_message": "x" * 501}, "dépasse 500 caractères"),
        ("accept", {"accept_message": "Son n° : 2 51 02 23 096 012"}, "sécurité sociale"),
    ],
)
async def test_a_form_that_comes_back_keeps_what_was_typed(
    doors: Doors, world: World, step: str, typed: dict[str, str], said: str
) -> None:
    referral = await world.sent("caf", "tela")

    page = await doors.colleague("tela").post(
        f"/referrals/{referral}/{step}", data={"act": str(uuid4()), **typed}
    )

    assert page.status_code == 422
    assert said in text_of(page)
    for value in typed.values():
        assert value in page.text or value == "because"
    assert await world.facts("referral.accepted", "referral.refused") == []


async def test_a_stranger_to_the_referral_sees_and_does_nothing(doors: Doors, world: World) -> None:
    referral = await world.sent("caf", "tela")
    mission = doors.colleague("mission-locale")

    page = await mission.get(f"/referrals/{referral}")
    answer = await mission.post(f"/referrals/{referral}/accept", data={"act": str(uuid4())})

    assert (page.status_code, answer.status_code) == (404, 404)
    assert "n'est pas adressée à votre organisation" in text_of(page)
    assert await world.facts("referral.accepted") == []


async def test_the_sender_sees_no_form_and_cannot_answer(doors: Doors, world: World) -> None:
    referral = await world.sent("caf", "tela")
    caf = doors.colleague("caf")

    page = await caf.get(f"/referrals/{referral}")
    answer = await caf.post(f"/referrals/{referral}/accept", data={"act": str(uuid4())})

    assert "1 destinataire n'a pas encore répondu." in text_of(page)
    assert 'name="act"' not in page.text
    assert answer.status_code == 409


async def test_who_does_not_work_with_persons_answers_nothing(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", person=kept.inner)
    auditor = doors.colleague("tela", "auditor")

    page = await auditor.get(f"/referrals/{referral}")
    answer = await auditor.post(f"/referrals/{referral}/accept", data={"act": str(uuid4())})

    assert "Chambonneau" not in page.text
    assert 'name="act"' not in page.text
    assert answer.status_code == 403


async def test_who_is_not_signed_in_is_sent_to_sign_in(doors: Doors) -> None:
    page = await doors.stranger(accept="text/html").get("/sent")

    assert page.status_code == 303
    assert page.headers["location"].startswith("http://issuer.test/sign-in?next=")


async def test_a_form_of_another_site_does_nothing(doors: Doors, world: World) -> None:
    referral = await world.sent("caf", "tela")

    answer = await doors.colleague("tela").post(
        f"/referrals/{referral}/accept",
        data={"act": str(uuid4())},
        headers={"origin": "http://elsewhere.test"},
    )

    assert answer.status_code == 403
    assert await world.facts("referral.accepted") == []


async def test_a_colleague_of_a_suspended_organisation_is_told_so(
    doors: Doors, world: World
) -> None:
    await world.suspend("tela")

    page = await doors.colleague("tela").get("/")

    assert page.status_code == 403
    assert "Votre organisation n'est pas active" in text_of(page)


@pytest.mark.parametrize("given", ["id", "reference"])
async def test_a_reference_leads_to_its_referral(doors: Doors, world: World, given: str) -> None:
    referral = await world.sent("caf", "tela")
    typed = {"id": f" {referral} ", "reference": "CAF-0042"}[given]

    of_caf = await doors.colleague("caf").get("/search", params={"reference": typed})
    of_mission = await doors.colleague("mission-locale").get("/search", params={"reference": typed})

    assert of_caf.headers["location"] == f"/referrals/{referral}"
    assert of_mission.status_code == 404


async def test_markup_in_a_name_stays_text(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf", identity=replace(ODETTE, family_name="<script>x</script>"))
    referral = await world.sent("caf", "tela", person=kept.inner)

    page = await doors.colleague("tela").get(f"/referrals/{referral}")

    assert "<script>x" not in page.text
    assert "&lt;script&gt;x" in page.text
