"""`POST /v1/events`: the door over HTTP, for one event or a batch."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from chassis.codec import BATCH, STRUCTURED, Undecodable, decode_batch, decode_http
from chassis.database import Transaction
from chassis.events import Event
from chassis.ids import new_id
from partners.application.intake import (
    Sender,
    Submit,
    sender_by_credential,
    submit,
    submit_batch,
)
from partners.domain.refusals import CredentialRevoked, Refusal, SubmissionRefused, Unreadable
from partners.domain.rights import Scope
from partners.domain.submission import Door
from partners.entrypoints.context import Context, InContext
from partners.entrypoints.intents import read_intent
from partners.entrypoints.problems import problem, status_of
from web.auth import Caller, require
from web.problems import Problem

BATCH_ITEMS_MAX: Final = 100

ACCEPTED: Final = 202
RECEIVED: Final = "received"

Answer = tuple[str | None, UUID | SubmissionRefused]
"""The event's own id, if it could be read, and what became of it."""

_EXAMPLE: Final = {
    "specversion": "1.0",
    "id": "2026-000123",
    "source": "/mon-logiciel",
    "type": "maillage.intent.referral.sent.v1",
    "time": "2026-03-10T10:12:00+01:00",
    "data": {
        "partner_reference": "DOSSIER-2026-000123",
        "anonymous": {"commune": "19272", "birth_band": "1950-1959"},
        "need": "online_procedures",
        "targets": ["01976f20-0000-7000-8000-00000000007e"],
    },
}
_EVENT: Final = {"type": "object", "required": ["specversion", "id", "source", "type", "time"]}
_BODIES: Final = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": _EVENT, "example": _EXAMPLE},
            BATCH: {
                "schema": {"type": "array", "maxItems": BATCH_ITEMS_MAX, "items": _EVENT},
                "example": [_EXAMPLE],
            },
            "application/json": {
                "schema": {"type": "object", "description": "data; the rest in ce- headers"},
                "example": _EXAMPLE["data"],
            },
        },
    }
}


class Receipt(BaseModel):
    """The event is kept; what becomes of it stands at the status address."""

    submission: UUID
    status_url: str


class ItemReceipt(BaseModel):
    """What became of one event of a batch, at its place."""

    id: str | None
    """The event's own id, when it could be read."""
    status: int
    """What the event alone would have been answered: 202, 400, 403, 409, 413 or 422."""
    submission: UUID | None = None
    status_url: str | None = None
    problem: dict[str, Any] | None = None


router = APIRouter(prefix="/v1", tags=["intake"])

EventsCaller = Annotated[Caller, Depends(require(scope=Scope.EVENTS))]


@router.post(
    "/events",
    status_code=ACCEPTED,
    response_model=Receipt,
    responses={200: {"model": list[ItemReceipt], "description": "A batch: one answer per event"}},
    openapi_extra=_BODIES,
)
async def post_events(request: Request, caller: EventsCaller, here: InContext) -> JSONResponse:
    """Send one intent, or a batch of at most 100; each is *received*, not yet decided."""
    # Read before the transaction opens: a slow client must not hold one.
    body = await request.body()
    try:
        async with here.database.transaction() as tx:
            sender = await sender_by_credential(
                tx.connection, _credential(caller), scopes=caller.scopes
            )
            if _media(request) == BATCH:
                outcome: UUID | list[Answer] = await _batch(tx, body, sender, here)
            else:
                outcome = await _single(tx, request, body, sender, here)
    except Refusal as refusal:
        _count(here, refusal.code)
        raise
    if isinstance(outcome, list):
        return JSONResponse([_item(each, here) for each in outcome])
    _count(here, RECEIVED)
    receipt = _receipt(outcome, here)
    return JSONResponse(
        receipt.model_dump(mode="json"), ACCEPTED, headers={"location": receipt.status_url}
    )


async def _single(
    tx: Transaction, request: Request, body: bytes, sender: Sender, here: Context
) -> UUID:
    try:
        event = decode_http(request.headers, body)
    except Undecodable as fault:
        raise Unreadable(fault.code, fault.detail) from None
    command = Submit(intent=read_intent(event), new_id=new_id())
    return await submit(tx, command, sender=sender, wait=_wait(here))


async def _batch(tx: Transaction, body: bytes, sender: Sender, here: Context) -> list[Answer]:
    try:
        items = decode_batch(body, max_items=BATCH_ITEMS_MAX)
    except Undecodable as fault:
        raise Unreadable(fault.code, fault.detail) from None
    read = [_read(item) for item in items]
    commands = [each for each in read if isinstance(each, Submit)]
    answers = await submit_batch(tx, commands, sender=sender, wait=_wait(here))
    return [
        (
            item.id if isinstance(item, Event) else None,
            each if isinstance(each, SubmissionRefused) else answers[each.new_id],
        )
        for item, each in zip(items, read, strict=True)
    ]


def _item(answer: Answer, here: Context) -> dict[str, Any]:
    event_id, outcome = answer
    if isinstance(outcome, SubmissionRefused):
        _count(here, outcome.code)
        refused = ItemReceipt(
            id=event_id, status=status_of(outcome.code), problem=problem(outcome).document()
        )
        return refused.model_dump(mode="json", exclude_none=True)
    _count(here, RECEIVED)
    taken = ItemReceipt(id=event_id, status=ACCEPTED, **_receipt(outcome, here).model_dump())
    return taken.model_dump(mode="json", exclude_none=True)


def _receipt(submission: UUID, here: Context) -> Receipt:
    return Receipt(
        submission=submission, status_url=f"{here.public_url}/v1/submissions/{submission}"
    )


def _count(here: Context, outcome: str) -> None:
    here.metrics.submissions_total.labels(Door.HTTP, outcome).inc()


def _wait(here: Context) -> timedelta:
    return timedelta(seconds=here.settings.intent_wait_s)


def _read(item: Event | Undecodable) -> Submit | SubmissionRefused:
    if isinstance(item, Undecodable):
        return Unreadable(item.code, item.detail)
    try:
        return Submit(intent=read_intent(item), new_id=new_id())
    except SubmissionRefused as refusal:
        return refusal


def _credential(caller: Caller) -> UUID:
    """The credential the token was issued to; the platform's administrator has none."""
    if caller.credential is None:
        raise Problem(403, "no-credential", "Only an organisation's credential may send events")
    try:
        return UUID(caller.credential)
    except ValueError:
        raise CredentialRevoked from None


def _media(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
