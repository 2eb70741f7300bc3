"""Enters a programme of vouchers: opened, ordered, paid, delivered, activated, accepted at places.

Each request bears an Idempotency-Key of its own that is the same at every start, so that an entry
cut short goes on where it stopped. A refusal is kept under its key: what vouchers must have heard
of first is waited for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from maillage.doors import Door, Refused, patiently
from maillage.founding.data import Programme

PARIS = ZoneInfo("Europe/Paris")
EDITIONS = UUID("5f0d7f8e-2c0b-5a52-9d0d-9f5b1c8f7a23")
# What follows the last day of validity (domain.md §3.2): a month's tolerance, the statement.
STATEMENT_AFTER = timedelta(days=37)
ACTIVE = "active"
LABEL_TRIES = 200


@dataclass(frozen=True, slots=True)
class Stewards:
    """Two who run programmes, at vouchers' door: what one proposes the other approves."""

    first: Door
    second: Door


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A programme for certain years, under an id that follows from them.

    Attributes:
        since: The first day on which places accept its vouchers.
        until: The last day of validity.
        entered_at: When it is said to have been entered; only who may say the past gives it.
    """

    id: UUID
    name: str
    terms: Programme
    since: date
    until: date
    entered_at: datetime | None = None

    @property
    def booklets(self) -> int:
        return sum(self.terms.stocks.values())

    @property
    def cents(self) -> int:
        return self.booklets * self.terms.booklet_size * self.terms.denomination_cents


def of_year(
    terms: Programme, department: str, year: int, *, mark: str, entered_at: datetime
) -> Edition:
    """The programme of a year that is over. Another `mark` is another programme."""
    return Edition(
        id=uuid5(EDITIONS, f"{department} {year} {mark}"),
        name=f"{terms.name} {year}",
        terms=terms,
        since=date(year, 1, 1),
        until=date(year, 12, 31),
        entered_at=entered_at,
    )


def current(terms: Programme, department: str, now: datetime) -> Edition:
    """The programme that is handed over this year, good until the end of the next."""
    year = now.astimezone(PARIS).year
    return Edition(
        id=uuid5(EDITIONS, f"{department} {year}"),
        name=f"{terms.name} {year}-{year + 1}",
        terms=terms,
        since=date(year, 1, 1),
        until=date(year + 1, 12, 31),
    )


async def enter(
    two: Stewards, edition: Edition, *, organisations: Mapping[str, str], places: Sequence[str]
) -> None:
    """Makes the programme, its order and its labels be there. Raises Trouble.

    Args:
        two: Who enters it.
        edition: The programme.
        organisations: Ids by slug.
        places: Ids of those that accept its vouchers.
    """
    await _wait_for(two.first, {*edition.terms.stocks, *edition.terms.funders}, organisations)
    if await _is_new(two.first, edition):
        await _open(two.first, edition, organisations)
    await _order(two, edition, organisations)
    await asyncio.gather(*(_label(two.first, edition, place) for place in places))


async def state_unused(two: Stewards, edition: Edition, *, at: datetime) -> None:
    """States what nobody used of a programme whose grace is over. Raises Trouble."""
    then = replace(edition, entered_at=at)
    proposed = await _once(two.first, then, f"/v1/programmes/{edition.id}/statement")
    await _once(two.second, then, f"/v1/statements/{proposed['proposal']}/approval")


async def _wait_for(door: Door, slugs: set[str], organisations: Mapping[str, str]) -> None:
    wanted = {organisations[slug] for slug in slugs}

    async def heard() -> bool:
        page = await door.ask("GET", "/v1/organisations")
        return wanted <= {one["organisation"] for one in page["items"] if one["standing"] == ACTIVE}

    await patiently(heard, door=door, waiting_for="les organisations")


async def _is_new(door: Door, edition: Edition) -> bool:
    kept = await door.ask("GET", "/v1/programmes")
    return str(edition.id) not in {one["programme"] for one in kept}


async def _open(door: Door, edition: Edition, organisations: Mapping[str, str]) -> None:
    terms = edition.terms
    body: dict[str, Any] = {
        "programme": str(edition.id),
        "name": edition.name,
        "denomination_cents": terms.denomination_cents,
        "booklet_size": terms.booklet_size,
        "valid_until": edition.until.isoformat(),
        "grace_until": date(edition.until.year + 1, 1, 31).isoformat(),
        "statement_on": (edition.until + STATEMENT_AFTER).isoformat(),
        "funders": [
            {"funder": organisations[slug], "parts": parts} for slug, parts in terms.funders.items()
        ],
    }
    await _once(door, edition, "/v1/programmes", **body)


async def _order(two: Stewards, edition: Edition, organisations: Mapping[str, str]) -> None:
    """From the order to booklets of value in their distributors' hands."""
    orders = await two.first.ask("GET", "/v1/orders")
    if any(one["state"] == "active" for one in orders if one["programme"] == str(edition.id)):
        return
    terms, booklets = edition.terms, edition.booklets
    placed = await _once(
        two.first,
        edition,
        "/v1/orders",
        programme=str(edition.id),
        buyer=organisations[terms.buyer],
        booklets=booklets,
    )
    order = f"/v1/orders/{placed['order']}"
    paid = await _once(
        two.first,
        edition,
        f"{order}/payment-orders",
        fiscal_year=edition.since.year,
        number=f"{edition.since.year}-{edition.id.hex[:6]}",
        cents=edition.cents,
    )
    await _once(two.second, edition, f"/v1/payment-orders/{paid['proposal']}/approval")
    stocks = [
        {"distributor": organisations[slug], "booklets": count}
        for slug, count in terms.stocks.items()
    ]
    await _once(two.first, edition, f"{order}/delivery", stocks=stocks)
    proposed = await _once(two.first, edition, f"{order}/activation")
    await _once(two.second, edition, f"/v1/activations/{proposed['proposal']}/approval")


async def _label(door: Door, edition: Edition, place: str) -> None:
    body = {
        "programme": str(edition.id),
        "place": place,
        "from_on": edition.since.isoformat(),
        "until_on": date(edition.until.year + 1, 1, 31).isoformat(),
    }
    tries = iter(range(LABEL_TRIES))

    async def granted() -> bool:
        # « unknown-place » is kept under its key too: the next try bears the next one.
        try:
            await _once(door, edition, "/v1/labels", turn=f"{place} {next(tries)}", **body)
        except Refused as refused:
            if refused.code == "label-overlaps":
                return True
            if refused.code == "unknown-place":
                return False
            raise
        return True

    await patiently(granted, door=door, waiting_for="les lieux")


async def _once(door: Door, edition: Edition, path: str, turn: str = "", **body: Any) -> Any:  # noqa: ANN401 - JSON
    key = str(uuid5(edition.id, f"{path} {turn}"))
    if edition.entered_at is not None:
        body["at"] = edition.entered_at.isoformat()
    return await door.ask("POST", path, json=body, headers={"Idempotency-Key": key})
