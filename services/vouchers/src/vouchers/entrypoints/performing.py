"""The edge of an HTTP command: one transaction, one answer, and the same answer again."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request
from pydantic import AwareDatetime, BaseModel

from chassis.database import Database, Transaction
from vouchers.application.acts import Act, OtherPayloadError, RefusedError, record_refusal
from vouchers.domain.ledger import OperationKind
from vouchers.domain.refusals import Refusal
from vouchers.entrypoints.wording import sentence
from web.auth import Caller, require
from web.idempotency import idempotency_key
from web.problems import Problem

STEWARDS: Final = ("department", "administrator")
"""Who runs programmes: opens, orders, pays, labels, settles; each step still needs its rights."""

HISTORY: Final = "history"
"""The scope under which the past is entered."""

Key = Annotated[str, Depends(idempotency_key)]
Steward = Annotated[Caller, Depends(require(*STEWARDS))]
Overseer = Annotated[Caller, Depends(require(*STEWARDS, "auditor"))]
SignedIn = Annotated[Caller, Depends(require())]

_STATUS: Final = {
    "same-person": HTTPStatus.FORBIDDEN,
    "organisation-not-active": HTTPStatus.FORBIDDEN,
    "not-your-referral": HTTPStatus.FORBIDDEN,
    "wrong-step": HTTPStatus.CONFLICT,
    "payment-order-twice": HTTPStatus.CONFLICT,
    "label-overlaps": HTTPStatus.CONFLICT,
    "no-stock": HTTPStatus.CONFLICT,
    "grace-running": HTTPStatus.CONFLICT,
    "statement-proposed": HTTPStatus.CONFLICT,
    "statement-closed": HTTPStatus.CONFLICT,
}


class Dated(BaseModel):
    """What every command over HTTP may say: when it happened, if that was not now."""

    at: AwareDatetime | None = None
    """Only for whoever enters the past: the scope `history`, or the platform's administrator."""


def act_for(request: Request, caller: Caller, key: str, body: Dated) -> Act:
    """The operation that the body asks for, under the name `key`."""
    asked = body.model_dump(mode="json", exclude={"at"})
    return act_of(request, caller, key, at=body.at, **asked)


def act_of(
    request: Request, caller: Caller, key: str, *, at: datetime | None = None, **payload: object
) -> Act:
    """The operation that the caller names `key`; the address belongs to what is asked.

    Raises:
        Problem: 403 `history-not-yours`, if it is dated by someone who may not.
    """
    database: Database = request.app.state.database
    if at is not None:
        if HISTORY not in caller.scopes and "administrator" not in caller.roles:
            raise Problem(403, "history-not-yours", "The caller may not say when it happened")
        payload["at"] = at.isoformat()
    return Act(
        caller=caller.subject,
        client_id=key,
        actor=caller.subject,
        at=at or database.clock.now(),
        payload={"do": request.url.path, **payload},
        history=at is not None,
    )


async def perform(
    request: Request,
    act: Act,
    kind: OperationKind,
    step: Callable[[Transaction], Awaitable[Mapping[str, Any]]],
) -> dict[str, Any]:
    """Do the step in a transaction of its own; a refusal is kept, so that it is answered again.

    Raises:
        Problem: the refusal's code, or 409 `idempotency-key-reused`.
    """
    database: Database = request.app.state.database
    try:
        async with database.transaction() as tx:
            return dict(await step(tx))
    except RefusedError as error:
        async with database.transaction() as tx:
            await record_refusal(tx, act, kind, error.refusal)
        raise problem(error.refusal) from error
    except OtherPayloadError as error:
        title = "The key was used for another request"
        raise Problem(409, "idempotency-key-reused", title) from error


def problem(refusal: Refusal) -> Problem:
    """The refusal as a program reads it, with its sentence for people."""
    unknown = refusal.code.startswith("unknown-")
    status = HTTPStatus.NOT_FOUND if unknown else HTTPStatus.UNPROCESSABLE_ENTITY
    said = sentence(refusal.code)
    return Problem(
        _STATUS.get(refusal.code, status), refusal.code, "A rule says no", said, page=said
    )


def own_or_all(caller: Caller) -> UUID | None:
    """Whose money the caller may see: None is everybody's.

    Raises:
        Problem: 403 `no-organisation`.
    """
    if caller.roles & {*STEWARDS, "auditor"}:
        return None
    if caller.organisation is None:
        raise Problem(403, "no-organisation", "The caller acts for no organisation")
    return caller.organisation
