"""« Réorienter »: the page of the sender, and of a target itself."""

from uuid import UUID, uuid4

import pytest

from referrals.domain.referrals import Step
from tests.doors import Doors
from tests.referrals.doors.shown import act_in, text_of
from tests.referrals.told import World


def form(world: World, from_: str, *targets: str, act: str = "") -> dict[str, str | list[str]]:
    return {
        "act": act or str(uuid4()),
        "from_organisation": str(world[from_]),
        "targets": [str(world[target]) for target in targets],
        "reason": "refused",
    }


async def test_the_sender_redirects_and_reads_it_on_the_timeline(
    doors: Doors, world: World
) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela")
    await world.answer("tela", referral, Step.REFUSE, "session_full")
    caf = doors.colleague("caf")
    before = await caf.get(f"/referrals/{referral}")
    page = await caf.get(f"/referrals/{referral}/redirect")

    answer = await caf.post(
        f"/referrals/{referral}/redirect", data=form(world, "tela", "mairie", act=act_in(page))
    )
    after = text_of(await caf.get(answer.headers["location"]))

    assert f"/referrals/{referral}/redirect" in before.text
    assert "Tela (a refusé)" in text_of(page)
    assert answer.status_code == 303
    assert "Vous avez réorienté la personne" in after
    assert "Réorientation : Tela n'est plus sollicitée" in after
    assert "Désormais sollicitée : Mairie." in after
    assert "Refus de l’organisation sollicitée" in after


async def test_each_target_reads_its_own_side_alone(doors: Doors, world: World) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela")
    await world.redirect("caf", referral, "mairie", from_="tela")

    old = text_of(await doors.colleague("tela").get(f"/referrals/{referral}"))
    new = text_of(await doors.colleague("mairie").get(f"/referrals/{referral}"))

    assert "n'est plus sollicitée" in old
    assert "Mairie" not in old
    assert "Caf attend votre réponse" in new
    assert "Tela" not in new


async def test_a_target_hands_it_on_itself(doors: Doors, world: World) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela")
    tela = doors.colleague("tela")

    assert "Confier à une autre organisation" in text_of(await tela.get(f"/referrals/{referral}"))
    answer = await tela.post(f"/referrals/{referral}/redirect", data=form(world, "tela", "mairie"))

    assert answer.status_code == 303
    (told,) = await world.facts("referral.redirected")
    assert told["data"]["targets"] == [str(world["mairie"])]


async def test_another_page_may_propose_whom_to_ask(doors: Doors, world: World) -> None:
    referral = await world.sent("caf", "tela")

    page = await doors.colleague("caf").get(
        f"/referrals/{referral}/redirect", params={"to": str(world["mission-locale"])}
    )

    assert f'value="{world["mission-locale"]}" checked' in page.text


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"targets": []}, "targets", "de une à dix organisations"),
        ({"from_organisation": ""}, "from_organisation", "n'est plus sollicitée"),
        ({"reason": "whim"}, "reason", "un motif de la liste"),
    ],
    ids=["targets", "from", "reason"],
)
async def test_a_fault_stands_beside_its_field(
    doors: Doors, world: World, changes: dict[str, str], field: str, said: str
) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela", "mission-locale")

    page = await doors.colleague("caf").post(
        f"/referrals/{referral}/redirect", data=form(world, "tela", "mairie") | changes
    )

    assert page.status_code == 422
    assert said in text_of(page)
    assert f'href="#{field}"' in page.text
    assert await world.facts("referral.redirected") == []


async def test_a_refusal_is_told_and_what_was_typed_stays(doors: Doors, world: World) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela", "mission-locale")

    page = await doors.colleague("caf").post(
        f"/referrals/{referral}/redirect", data=form(world, "tela", "mission-locale")
    )

    assert page.status_code == 409
    assert "a déjà été sollicitée" in text_of(page)
    assert f'value="{world["tela"]}" checked' in page.text


async def test_who_may_not_answer_may_not_redirect(doors: Doors, world: World) -> None:
    referral = await world.sent("caf", "tela")
    data = form(world, "tela", "mission-locale")

    auditor = await doors.colleague("caf", "auditor").post(
        f"/referrals/{referral}/redirect", data=data
    )
    stranger = await doors.colleague("mission-locale").get(f"/referrals/{referral}/redirect")

    assert auditor.status_code == 403
    assert stranger.status_code == 404


async def test_where_nothing_can_be_redirected_the_page_says_so(doors: Doors, world: World) -> None:
    referral: UUID = await world.sent("caf", "tela")
    await world.answer("tela", referral, Step.ACCEPT)

    page = await doors.colleague("caf").get(f"/referrals/{referral}/redirect")

    assert "Rien à réorienter" in text_of(page)
