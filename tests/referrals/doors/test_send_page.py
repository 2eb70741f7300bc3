"""The form that sends a referral."""

from uuid import uuid4

import pytest

from tests.doors import Doors
from tests.referrals.doors.shown import act_in, text_of
from tests.referrals.told import World


def whole_form(world: World, act: str, *targets: str, **changes: str) -> dict[str, str | list[str]]:
    typed = {
        "family_name": "Chambonneau",
        "given_name": "Odette",
        "birth_year": "1951",
        "commune": "Guéret",
        "phone": "05 55 00 11 22",
        "need": "email",
        "urgency": "urgent",
        "agreed": "oui",
        "channel": "in_presence",
        "taken_on": "2026-11-24",
    }
    return {"act": act, **typed, "targets": [str(world[one]) for one in targets], **changes}


async def test_a_professional_without_software_sends_a_referral(doors: Doors, world: World) -> None:
    mission = doors.colleague("mission-locale")
    form = await mission.get("/send")

    answer = await mission.post("/send", data=whole_form(world, act_in(form), "tela", "caf"))
    page = await mission.get(answer.headers["location"])

    assert "Orientation envoyée" in text_of(page)
    assert str(world["mission-locale"]) not in form.text  # nobody sends to oneself
    (sent,) = await world.facts("referral.sent")
    assert sent["data"]["targets"] == [str(world["tela"]), str(world["caf"])]
    assert sent["data"]["urgency"] == "urgent"
    assert sent["data"]["commune"] == "23096"
    received = await doors.colleague("tela").get(f"/referrals/{sent['key']}")
    assert "Chambonneau" in text_of(received)


async def test_a_form_sent_twice_is_one_person_and_one_referral(doors: Doors, world: World) -> None:
    mission = doors.colleague("mission-locale")
    typed = whole_form(world, act_in(await mission.get("/send")), "tela")

    answers = [await mission.post("/send", data=typed) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(await world.facts("referral.sent")) == 1
    assert len(await world.rows("SELECT 1 FROM person")) == 1


async def test_a_referral_without_name_needs_a_commune_only(doors: Doors, world: World) -> None:
    mission = doors.colleague("mission-locale")
    typed = whole_form(
        world, str(uuid4()), "tela", family_name="", given_name="", birth_year="", agreed=""
    )

    answer = await mission.post("/send", data=typed)

    assert answer.status_code == 303
    (registered,) = await world.facts("person.registered")
    assert registered["data"]["birth_band"] == "unknown"
    assert await world.rows("SELECT 1 FROM identity") == []
    assert await world.facts("agreement.recorded") == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("family_name", "", "Écrivez le nom"),
        ("birth_year", "51", "en quatre chiffres"),
        ("commune", "Saint-Vauri", "« Saint-Vauri ». Vouliez-vous dire Saint-Vaury (23247)"),
        ("commune", "", "Écrivez la commune"),
        ("phone", "chez sa fille", "Écrivez un numéro de téléphone"),
        ("phone", "251022309601231", "sécurité sociale"),
        ("need", "", "Choisissez un besoin."),
        ("due_on", "demain", "Écrivez une date"),
        ("channel", "", "comment la personne a donné son accord"),
        ("taken_on", "2026-11-25", "une date qui n'est pas encore passée"),
        ("targets", "", "Choisissez de une à dix organisations, ou les plus proches."),
    ],
)
async def test_what_is_wrong_with_a_sending_stands_beside_its_field(
    doors: Doors, world: World, field: str, value: str, said: str
) -> None:
    typed = whole_form(world, str(uuid4()), "tela", **{field: value})

    page = await doors.colleague("mission-locale").post("/send", data=typed)

    assert page.status_code == 422
    assert said in text_of(page)
    assert f'href="#{field}"' in page.text
    assert "Chambonneau" in page.text or field == "family_name"
    assert await world.facts("referral.sent") == []
    assert await world.rows("SELECT 1 FROM identity") == []


async def test_a_target_that_left_meanwhile_is_told_beside_the_targets(
    doors: Doors, world: World
) -> None:
    typed = whole_form(world, str(uuid4()), "tela")
    await world.suspend("tela")

    page = await doors.colleague("mission-locale").post("/send", data=typed)

    assert page.status_code == 422
    assert "ne reçoit plus d'orientations" in text_of(page)
    assert await world.rows("SELECT 1 FROM identity") == []
