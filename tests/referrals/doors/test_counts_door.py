"""What the service counts in its own tables, and who may ask."""

import pytest

from referrals.domain.referrals import Step
from tests.doors import Doors
from tests.referrals.told import World


async def test_every_count_is_the_number_of_its_facts(doors: Doors, world: World) -> None:
    first = await world.sent("caf", "tela", "mission-locale")
    second = await world.sent("caf", "tela")
    await world.answer("tela", first, Step.ACCEPT)
    await world.answer("mission-locale", first, Step.REFUSE, "session_full")
    await world.answer("tela", second, Step.ACCEPT)
    await world.answer("tela", second, Step.COMPLETE, "autonomous")
    await world.deposit("caf")
    await world.introduce("mairie")
    await world.redirect("caf", first, "mairie", from_="mission-locale")

    answer = (await doors.colleague("caf", "auditor").get("/v1/counts")).json()

    types = {
        "persons": "person.registered",
        "referrals_sent": "referral.sent",
        "targets_accepted": "referral.accepted",
        "targets_refused": "referral.refused",
        "referrals_completed": "referral.completed",
        "targets_redirected": "referral.redirected",
    }
    assert answer["counts"] == {
        name: len(await world.facts(type_)) for name, type_ in types.items()
    }
    assert set(answer["counts"].values()) == {1, 2, 3}
    assert answer["as_of"] == world.clock.now().isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("role", ["department", "administrator"])
async def test_where_nothing_happened_everything_counts_nought(doors: Doors, role: str) -> None:
    answer = (await doors.colleague("caf", role).get("/v1/counts")).json()

    assert set(answer["counts"].values()) == {0}


@pytest.mark.parametrize("role", ["professional", "partner-administrator", "coordinator"])
async def test_who_works_with_persons_is_not_told_the_counts(doors: Doors, role: str) -> None:
    assert (await doors.colleague("caf", role).get("/v1/counts")).status_code == 403
