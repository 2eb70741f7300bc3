"""Nobody holds two sessions at once: the database says so, whoever asks at the same moment."""

import asyncio
from datetime import timedelta

import pytest

from scheduling.application.acts import RefusedError
from tests.doors import Doors
from tests.scheduling.doors.test_api import code, key
from tests.scheduling.doors.test_pages import text
from tests.scheduling.told import World
from tests.timing import FixedClock


async def test_sessions_of_one_mediator_do_not_overlap_and_may_follow_each_other(
    world: World, clock: FixedClock
) -> None:
    place, mediator = await world.place("tela"), await world.mediator("tela")
    start = clock.now() + timedelta(days=1)
    first = await world.session("tela", place, mediator=mediator, starts_at=start)

    with pytest.raises(RefusedError, match="mediator-busy"):
        await world.session(
            "tela", place, mediator=mediator, starts_at=start + timedelta(minutes=119)
        )
    await world.session("tela", place, mediator=mediator, starts_at=start + timedelta(hours=2))
    await world.session("tela", place, starts_at=start)
    await world.call_off("tela", first)
    again = await world.session("tela", place, mediator=mediator, starts_at=start)

    facts = {fact["key"]: fact["data"] for fact in await world.facts("session.scheduled")}
    assert len(facts) == 4
    assert facts[str(again)]["mediator"] == str(mediator)


async def test_of_many_sessions_declared_at_once_a_mediator_holds_one(world: World) -> None:
    place, mediator = await world.place("tela"), await world.mediator("tela")

    asked = [world.session("tela", place, mediator=mediator) for _ in range(8)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert (
        sorted(str(each) for each in outcomes if isinstance(each, Exception))
        == ["mediator-busy"] * 7
    )
    assert len(await world.rows("SELECT FROM session")) == 1


async def test_a_mediator_is_its_organisation_s_and_keeps_its_id(world: World) -> None:
    place = await world.place("tela")
    mine, theirs = await world.mediator("tela"), await world.mediator("caf")

    assert await world.mediator("tela", label="Conseillère 1") == mine
    with pytest.raises(RefusedError, match="not-your-mediator"):
        await world.session("tela", place, mediator=theirs)
    with pytest.raises(RefusedError, match="unknown-mediator"):
        await world.session("tela", place, mediator=place)


async def test_a_mediator_by_http_stands_on_the_week_and_the_sheet(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    place, tela = await world.place("tela"), doors.program("tela")
    label = "Conseillère numérique 1, Tela"
    kept = await tela.put("/v1/mediators/cn-1", json={"label": label})
    start = clock.now() + timedelta(days=1)
    said = {
        "place": str(place),
        "kind": "one_to_one",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=1)).isoformat(),
        "need": "email",
        "capacity": 1,
        "mediator": kept.json()["subject"],
    }

    session = (await tela.post("/v1/sessions", json=said, headers=key())).json()["subject"]
    busy = await tela.post("/v1/sessions", json=said, headers=key())

    assert code(busy) == "409 mediator-busy"
    assert (await tela.get(f"/v1/sessions/{session}")).json()["mediator"] == label
    [listed] = (await tela.get("/v1/mediators")).json()["items"]
    assert (listed["reference"], listed["label"]) == ("cn-1", label)
    for page in ("/", f"/sessions/{session}"):
        assert label in text(await doors.colleague("tela").get(page))
    for_tela = {"label": label, "organisation": str(world["tela"])}
    other = await doors.program("caf").put("/v1/mediators/cn-1", json=for_tela)
    entered = await doors.administrator().put("/v1/mediators/cn-1", json=for_tela)
    assert code(other) == "403 forbidden"
    assert entered.json() == kept.json()
