"""What every operation has: a name that its caller gave it, so that it is done once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from chassis.database import Transaction
from vouchers.domain.instants import check_reach, settle
from vouchers.domain.ledger import OperationKind, Transfer
from vouchers.domain.refusals import BY_CODE, Refusal
from vouchers.storage import ledger
from vouchers.storage.ledger import Operation, Stored

REFUSED = "refused"


class RefusedError(Exception):
    """A rule said no inside a command: the edge undoes what was written, and answers."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class OtherPayloadError(Exception):
    """The caller used this name for another command: 409."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One operation before it is done: who asks it, under which name, and when it happened.

    Attributes:
        caller: the credential, colleague or service that names the operation.
        client_id: the name: an idempotency key, a form's number, or `step` of a message.
        actor: whom the journal shows; never a name of a person who is helped.
        payload: what is asked, as JSON holds it; the same name with another payload is refused.
    """

    caller: str
    client_id: str
    actor: str
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    received_at: datetime | None = None
    history: bool = False

    @property
    def payload_hash(self) -> bytes:
        return hashlib.sha256(orjson.dumps(self.payload, option=orjson.OPT_SORT_KEYS)).digest()

    def step(self, name: str, **payload: object) -> "Act":
        """A further operation of the same cause, under a name that follows from it."""
        base = uuid5(_STEPS, f"{self.caller} {self.client_id}")
        return replace(self, client_id=str(uuid5(base, name)), payload=payload)


_STEPS = UUID("6a4f8a2e-90c5-5d37-8a57-bd1a7c6b0a01")


def act_of_message(*, source: str, message: UUID, step: str, at: datetime) -> Act:
    """An operation that a message causes, named UUIDv5(message id, step) (ledger.md §1)."""
    return Act(caller=source, client_id=str(uuid5(message, step)), actor=source, at=at)


def refuse_if(refusal: Refusal | None) -> None:
    """Leave the command if a rule said no."""
    if refusal is not None:
        raise RefusedError(refusal)


async def begin(tx: Transaction, act: Act) -> datetime | Stored:
    """When it happened; or, when it was done before, what was answered.

    Raises:
        OtherPayloadError: the name was used for something else.
        RefusedError: it was refused before, or lies too far back, or ahead.
    """
    stored = await ledger.find(tx.connection, caller=act.caller, client_id=act.client_id)
    if stored is not None:
        if stored.payload_hash != act.payload_hash:
            raise OtherPayloadError
        if REFUSED in stored.reply:
            raise RefusedError(BY_CODE[stored.reply[REFUSED]]())
        return stored
    received_at = act.received_at or tx.now
    refuse_if(check_reach(act.at, now=received_at, history=act.history))
    return settle(act.at, now=received_at)


async def record(
    tx: Transaction,
    act: Act,
    kind: OperationKind,
    *,
    reply: Mapping[str, Any],
    transfers: Sequence[Transfer] = (),
) -> int:
    """Write the operation into the journal; its number."""
    operation = Operation(
        caller=act.caller,
        client_id=act.client_id,
        kind=kind,
        actor=act.actor,
        happened_at=settle(act.at, now=tx.now),
        recorded_at=tx.now,
        payload_hash=act.payload_hash,
        reply=reply,
    )
    return await ledger.record(tx.connection, operation, transfers)


async def record_refusal(tx: Transaction, act: Act, kind: OperationKind, refusal: Refusal) -> None:
    """Keep the no, so that the same question gets it again (ledger.md §1)."""
    stored = await ledger.find(tx.connection, caller=act.caller, client_id=act.client_id)
    if stored is None:
        await record(tx, act, kind, reply={REFUSED: refusal.code})
