"""A journey (*parcours*): the facts that share one correlation id, and who may see them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from reporting.domain.facts import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralRefused,
    ReferralSent,
)

_REDIRECTED: Final = "maillage.referral.redirected.v1"
_ANSWERS: Final = frozenset(
    {ReferralAccepted.type, ReferralRefused.type, ReferralCompleted.type}
    | {
        f"maillage.referral.{heard}.v1"
        for heard in ("appointment-set", "attended", "missed")  # what its place made known
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of our log, as far as it is ever shown.

    `log_seq` is its place in the log, the order in which we learnt it. `subject` is None where it
    would be a person's id.
    """

    log_seq: int
    event_id: str
    type: str
    service: str
    happened_at: datetime
    recorded_at: datetime
    subject: str | None
    correlation_id: UUID | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who asks: someone of the department, or someone of one organisation."""

    organisation: UUID | None
    sees_everything: bool


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By when it happened, then by when it was recorded, then as its writer wrote it.

    Facts of one transaction share both times and travel under different keys, so the log may hold
    them in any order; their ids are UUIDv7 of one process, which grow as it writes.
    """
    return sorted(entries, key=lambda each: (each.happened_at, each.recorded_at, each.event_id))


def participants(entries: Iterable[Entry]) -> frozenset[UUID]:
    """The organisations that take part: they sent, they were asked, or they did something."""
    return frozenset(found for each in entries for found in organisations_in(each.data))


def may_see(viewer: Viewer, entries: Iterable[Entry]) -> bool:
    """The department sees every journey, an organisation those in which it takes part."""
    return viewer.sees_everything or viewer.organisation in participants(entries)


BOOKED: Final = "maillage.booking.confirmed.v1"
STARTS: Final = (ReferralSent.type, BOOKED)
"""The facts that say whose a referral or a booking is; later ones name it by its id alone."""


def own_side_of(organisation: UUID | None, entries: Iterable[Entry]) -> frozenset[str]:
    """The referrals that the organisation sent, and the bookings that it has a side in.

    A booking is the sender's of its referral, the place's, and whose who asked for it: so is what
    it costs and what a voucher pays of it.
    """
    starts = [each for each in entries if each.type in STARTS]
    own = {
        str(each.data.get("referral"))
        for each in starts
        if each.type == ReferralSent.type and _is(organisation, each.data.get("sender"))
    }
    return frozenset(own) | {
        str(each.data.get("booking"))
        for each in starts
        if each.type == BOOKED
        and (
            each.data.get("referral") in own
            or any(_is(organisation, each.data.get(name)) for name in ("organisation", "booked_by"))
        )
    }


# A seat taken or a title redeemed tells that the organisation of that place helps: an answer too.
_DONE_AT_A_PLACE: Final = frozenset({"scheduling", "vouchers"})


def own_side(viewer: Viewer, entries: Iterable[Entry], *, own: frozenset[str]) -> list[Entry]:
    """What of the entries the viewer may see; `own` are the referrals and bookings of its side.

    A sender sees all of its referral, up to the settlement of the voucher that paid for the help;
    a target and a place see their own side alone: nobody is told whom else it was sent to nor what
    they answered (domain.md §2.3). While the sending is unknown, nobody is its sender.
    """
    if viewer.sees_everything:
        return list(entries)
    seen = (_seen_by(viewer.organisation, each, own) for each in entries)
    return [each for each in seen if each is not None]


def _seen_by(organisation: UUID | None, entry: Entry, own: frozenset[str]) -> Entry | None:
    if any(entry.data.get(name) in own for name in ("referral", "booking")):
        return entry
    if entry.type in _ANSWERS:
        return entry if _is(organisation, entry.data.get("organisation")) else None
    if entry.type == ReferralSent.type:
        targets = entry.data.get("targets")
        listed = targets if isinstance(targets, list) else []
        mine = [each for each in listed if _is(organisation, each)]
        return replace(entry, data={**entry.data, "targets": mine}) if mine else None
    if entry.type == _REDIRECTED:
        return _own_redirection(organisation, entry)
    if entry.service in _DONE_AT_A_PLACE:
        named = (entry.data.get(name) for name in ("organisation", "distributor"))
        return entry if any(_is(organisation, each) for each in named) else None
    return entry


def _own_redirection(organisation: UUID | None, entry: Entry) -> Entry | None:
    """Who was asked hears that it is over, who is asked that it is: neither hears of the other."""
    if _is(organisation, entry.data.get("from_organisation")):
        return replace(entry, data={**entry.data, "targets": []})
    targets = entry.data.get("targets")
    mine = (
        [each for each in targets if _is(organisation, each)] if isinstance(targets, list) else []
    )
    if not mine:
        return None
    return replace(entry, data={**entry.data, "from_organisation": None, "targets": mine})


def organisations_in(data: Mapping[str, Any]) -> Iterator[UUID]:
    """The organisations that a fact names: its sender, who does it, its targets, in this order."""
    targets = data.get("targets")
    named = [data.get(name) for name in ("sender", "organisation", "distributor", "booked_by")]
    for value in [*named, *(targets if isinstance(targets, list) else [])]:
        organisation = _uuid(value) if isinstance(value, str) else None
        if organisation is not None:
            yield organisation


def _is(organisation: UUID | None, value: object) -> bool:
    return organisation is not None and isinstance(value, str) and _uuid(value) == organisation


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
