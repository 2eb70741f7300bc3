"""What the fold counts under the names of the owners, and who may ask."""

import pytest

from tests.reporting.activity import EUROPE, STATE, an_activity
from tests.reporting.site import Site
from tests.reporting.telling import TELA, a_department

EXPECTED = {
    "persons": 1,
    "referrals_sent": 5,
    "targets_accepted": 3,
    "targets_refused": 2,
    "referrals_completed": 2,
    "targets_redirected": 0,
    "places": 2,
    "sessions": 1,
    "seats_offered": 6,
    "bookings": 4,
    "bookings_cancelled": 1,
    "attendances_seen": 2,
    "attendances_missed": 1,
    "attendances_excused": 0,
    "visits": 3,
    "booklets_issued": 3,
    "cents_issued": 15_000,
    "vouchers_redeemed": 1,
    "cents_redeemed": 1_000,
    "vouchers_settled": 1,
    "cents_settled": 1_000,
    f"cents_settled_by_funder.{EUROPE}": 600,
    f"cents_settled_by_funder.{STATE}": 400,
    "vouchers_unused": 7,
    "cents_unused": 7_000,
}


async def test_everything_is_counted_as_it_stands(site: Site) -> None:
    await site.happen([*a_department(), *an_activity()])

    answer = await site.get("/v1/counts", site.as_("auditor"))

    assert answer.status_code == 200
    assert answer.json()["counts"] == EXPECTED


async def test_before_anything_happened_every_count_is_nought(site: Site) -> None:
    answer = await site.get("/v1/counts", site.as_("administrator"))

    assert set(answer.json()["counts"].values()) == {0}


@pytest.mark.parametrize("role", ["professional", "coordinator", "mediator"])
async def test_counts_are_for_those_who_compare_them(site: Site, role: str) -> None:
    answer = await site.get("/v1/counts", site.as_(role, organisation=TELA))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
