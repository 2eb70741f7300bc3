"""Last year's orders, labels, booklets and settlements, entered with their dates of then."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.vouchers.test_api import PROGRAMME, Site, site

__all__ = ["site"]  # the fixture

JANUARY = "2025-01-06T09:00:00+01:00"
FEBRUARY = "2025-02-03T09:00:00+01:00"


async def entered(site: Site, path: str, body: dict[str, Any] | None = None, **given: Any) -> Any:
    """What someone with the scope `history` is answered."""
    return await site.made(path, {"at": JANUARY} | (body or {}), scope="history", **given)


async def last_year(site: Site) -> UUID:
    """A programme of 2025, its order active with the CAF, its place labelled; the order."""
    terms = {
        "valid_until": "2025-12-31",
        "grace_until": "2026-01-31",
        "statement_on": "2026-03-31",
    }
    await entered(site, "/v1/programmes", site.programme() | terms)
    buyer = str(site.world["departement"])
    asked = {"programme": str(PROGRAMME), "buyer": buyer, "booklets": 2}
    order = (await entered(site, "/v1/orders", asked))["order"]
    paid = {"fiscal_year": 2025, "number": "12", "cents": 10_000}
    proposed = await entered(site, f"/v1/orders/{order}/payment-orders", paid)
    await entered(site, f"/v1/payment-orders/{proposed['proposal']}/approval", who="bruno")
    stocks = [{"distributor": str(site.world["caf"]), "booklets": 2}]
    await entered(site, f"/v1/orders/{order}/delivery", {"stocks": stocks})
    proposed = await entered(site, f"/v1/orders/{order}/activation")
    await entered(site, f"/v1/activations/{proposed['proposal']}/approval", who="bruno")
    label = {
        "programme": str(PROGRAMME),
        "place": str(site.world["atelier"]),
        "from_on": "2025-01-01",
    }
    await entered(site, "/v1/labels", label)
    return UUID(order)


async def hand_over(site: Site, *, at: str) -> None:
    await site.world.refer("orientation", "odette", sender="caf")
    body = {"programme": str(PROGRAMME), "referral": str(site.world["orientation"]), "at": at}
    await entered(site, "/v1/booklets", body, who="luc", role="professional", of="caf")


async def test_a_year_is_entered_with_its_own_dates(site: Site) -> None:
    await last_year(site)
    await hand_over(site, at="2025-03-11T10:00:00+01:00")
    session = datetime(2025, 3, 12, 13, 0, tzinfo=UTC)
    world = site.world

    await world.tell(
        world.booked("rdv", starts_at=session),
        world.attended("rdv", starts_at=session),
    )
    path = f"/v1/programmes/{PROGRAMME}/settlements"
    before = await entered(site, path, {"at": FEBRUARY})
    drawn = await entered(site, path, {"at": "2025-04-01T09:00:00+02:00"})

    told = await world.facts()
    [settled] = await world.facts("settlement.drawn-up")
    assert before["settlements"] == []
    assert drawn["settlements"] == [settled["data"]["settlement"]]
    assert {fact["time"][:4] for fact in told} == {"2025"}
    assert settled["time"].startswith("2025-04-01")
    listed = await site.client.get("/v1/settlements", headers=site.headers("ana", "auditor"))
    assert listed.json()[0]["drawn_up_at"].startswith("2025-04-01")
    assert await world.broken() == []


@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        ("department", "", 403),
        ("department", "history", 201),
        ("administrator", "", 201),
    ],
)
async def test_only_who_enters_the_past_may_date(
    site: Site, role: str, scope: str, status: int
) -> None:
    answer = await site.post(
        "/v1/programmes", site.programme() | {"at": JANUARY}, role=role, scope=scope
    )

    assert answer.status_code == status
    assert status == 201 or answer.json()["code"] == "history-not-yours"


@pytest.mark.parametrize(
    ("at", "code"),
    [("2099-01-01T00:00:00+01:00", "time-out-of-range"), ("2025-01-06T09:00:00", "invalid")],
    ids=["ahead", "of-no-zone"],
)
async def test_history_lies_neither_ahead_nor_in_no_time_zone(
    site: Site, at: str, code: str
) -> None:
    answer = await site.post("/v1/programmes", site.programme() | {"at": at}, scope="history")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_booklet_is_judged_on_the_day_it_was_handed_over(site: Site) -> None:
    await last_year(site)
    await site.world.refer("orientation", "odette", sender="caf")
    body = {"programme": str(PROGRAMME), "referral": str(site.world["orientation"])}

    today = await site.post("/v1/booklets", body, role="professional", of="caf")

    assert (today.status_code, today.json()["code"]) == (422, "validity-over")


async def test_a_label_ends_on_a_day_of_then(site: Site) -> None:
    await last_year(site)
    [label] = await site.world.rows("SELECT id FROM label")
    body = {"at": FEBRUARY, "until_on": "2025-02-03", "reason": "closed"}
    path = f"/v1/labels/{label['id']}/withdrawal"

    early = await site.post(path, body | {"until_on": "2025-02-02"}, scope="history")
    await entered(site, path, body)

    [ended] = await site.world.facts("label.withdrawn")
    assert (early.status_code, early.json()["code"]) == (422, "withdrawn-before-today")
    assert ended["data"]["until_on"] == "2025-02-03"
