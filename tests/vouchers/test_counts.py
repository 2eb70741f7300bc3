"""What vouchers counts in its own tables, compared with the facts that it told."""

from typing import Any

from tests.vouchers.test_api import Site, site

__all__ = ["site"]  # the fixture


async def counts(site: Site) -> dict[str, int]:
    answer = await site.client.get("/v1/counts", headers=site.headers("ana", "auditor"))
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()["counts"]
    return found


def cents(facts: list[dict[str, Any]]) -> int:
    return sum(each["data"]["cents"] for each in facts)


async def test_nothing_is_counted_before_anything_happened(site: Site) -> None:
    found = await counts(site)

    assert set(found.values()) == {0}


async def test_the_counts_are_those_of_the_facts(site: Site) -> None:
    world = site.world
    await world.open_programme(parts=(1, 1, 1))
    await world.stock(caf=3)
    await world.label()
    for person in ("odette", "marcel"):
        await world.issue(person)
        await world.tell(world.booked(person, person), world.attended(f"rdv {person}", person))
    await world.draw_up()
    await world.tell(world.attended("later", "odette"))

    found = await counts(site)

    settled = await world.facts("voucher.settled")
    redeemed = await world.facts("voucher.redeemed")
    assert (found["booklets_issued"], found["cents_issued"]) == (2, 10_000)
    assert (found["vouchers_redeemed"], found["cents_redeemed"]) == (3, cents(redeemed))
    assert (found["vouchers_settled"], found["cents_settled"]) == (2, cents(settled))
    assert found["cents_settled_in_settlements"] == found["cents_settled"] == 2000
    by_funder = {
        name.removeprefix("cents_settled_by_funder."): value
        for name, value in found.items()
        if name.startswith("cents_settled_by_funder.")
    }
    told: dict[str, int] = {}
    for share in (each for fact in settled for each in fact["data"]["split"]):
        told[share["funder"]] = told.get(share["funder"], 0) + share["cents"]
    assert by_funder == told
    assert sum(by_funder.values()) == 2000


async def test_counts_are_for_who_watches_over_the_whole(site: Site) -> None:
    answer = await site.client.get("/v1/counts", headers=site.headers("luc", "professional"))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
