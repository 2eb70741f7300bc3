"""How a request becomes a command: one transaction, its answer counted, its refusal a problem."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import Request

from chassis.database import Database, Transaction
from scheduling.application.acts import Act, Done, RefusedError
from scheduling.domain.refusals import Refusal
from scheduling.entrypoints.access import Member
from scheduling.entrypoints.wording import sentence
from scheduling.metrics import Metrics
from web.problems import Problem

UNKNOWN = "unknown-"
_FORBIDDEN = frozenset(
    {"not-your-place", "not-your-booking", "not-your-hold", "not-your-mediator"}
    | {"organisation-not-active", "unknown-organisation"}
)
_GONE_BY = frozenset(
    {"no-seat-left", "already-booked", "already-recorded", "session-cancelled"}
    | {"hold-lapsed", "hold-released", "hold-confirmed", "mediator-busy"}
)


def act_of(
    member: Member,
    tx: Transaction,
    *,
    act: UUID,
    organisation: UUID | None = None,
    at: datetime | None = None,
) -> Act:
    """What a colleague or a program does now, or did `at`; `act` is minted once per intention.

    Raises:
        Problem: 403 `history-not-yours`: the caller may not say when it happened.
    """
    if at is not None and not member.enters_history:
        raise Problem(403, "history-not-yours", "The caller may not say when it happened")
    return Act(
        id=act,
        organisation=organisation or member.acting(),
        who=member.who,
        at=at or tx.now,
        history=at is not None,
    )


async def decide(
    request: Request, door: str, command: Callable[[Transaction], Awaitable[Done]]
) -> Done:
    """Carry the command out in a transaction of its own.

    Raises:
        RefusedError: a rule said no; nothing was kept.
    """
    database: Database = request.app.state.database
    try:
        async with database.transaction() as tx:
            done = await command(tx)
    except RefusedError as error:
        count(request, door, error.refusal.code)
        raise
    count(request, door, "accepted")
    return done


def count(request: Request, door: str, outcome: str) -> None:
    """Count one answer."""
    metrics: Metrics = request.app.state.service_metrics
    metrics.decisions_total.labels(door, outcome).inc()


def problem(refusal: Refusal) -> Problem:
    """The refusal as a program is told it."""
    if refusal.code in _FORBIDDEN:
        status = HTTPStatus.FORBIDDEN
    elif refusal.code.startswith(UNKNOWN) and refusal.code != "unknown-commune":
        status = HTTPStatus.NOT_FOUND
    elif refusal.code in _GONE_BY:
        status = HTTPStatus.CONFLICT
    else:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    said = sentence(refusal)
    # The code is the refusal's own, explained in docs/errors.md.
    return Problem(status, refusal.code, "A rule says no", said, page=said)


def referral_page(request: Request, referral: UUID) -> str:
    """Where referrals shows it."""
    base = str(request.app.state.info.settings.referrals_url).rstrip("/")
    return f"{base}/referrals/{referral}"
