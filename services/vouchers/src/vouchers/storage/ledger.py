"""SQL of the journal: operations, transfers, and the balances that they leave.

The queries stand here as SQL: on a ledger one wants to read exactly what the database is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.ledger import Account, AccountKind, OperationKind, Transfer, effect

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:caller || ' ' || :client_id, 3))")
_FIND = text("""
    SELECT number, payload_hash, reply FROM operation
    WHERE caller = :caller AND client_id = :client_id
""")
_RECORD = text("""
    INSERT INTO operation
        (caller, client_id, kind, actor, happened_at, recorded_at, payload_hash, reply)
    VALUES (:caller, :client_id, :kind, :actor, :happened_at, :recorded_at, :payload_hash,
        CAST(:reply AS jsonb))
    RETURNING number
""")
_OPEN = text("""
    INSERT INTO account (id, kind, programme, owner, balance)
    VALUES (:id, :kind, :programme, :owner, :balance) ON CONFLICT DO NOTHING
""")
_CHANGE = text("UPDATE account SET balance = balance + :cents WHERE id = :id")
_TRANSFER = text("""
    INSERT INTO transfer (operation, line, debit, credit, cents, resolves)
    VALUES (:operation, :line, :debit, :credit, :cents, :resolves)
""")
_LAST = text("SELECT coalesce(max(number), 0) FROM operation")
_DISAGREEING = text("""
    WITH moved AS (
        SELECT id, sum(cents) AS cents FROM (
            SELECT debit AS id, -cents AS cents FROM transfer
            UNION ALL SELECT credit, cents FROM transfer) AS side
        GROUP BY id)
    SELECT account.id FROM account LEFT JOIN moved USING (id)
    WHERE balance IS DISTINCT FROM
        coalesce(CASE kind WHEN 'funds' THEN -moved.cents ELSE moved.cents END, 0)
    AND kind <> 'due'
""")
_UNBALANCED = text("""
    WITH due AS (
        SELECT account.programme, sum(moved.cents) AS cents FROM account
        JOIN (
            SELECT debit AS id, -cents AS cents FROM transfer
            UNION ALL SELECT credit, cents FROM transfer) AS moved USING (id)
        WHERE kind = 'due' GROUP BY account.programme)
    SELECT account.programme FROM account LEFT JOIN due USING (programme)
    GROUP BY account.programme
    HAVING sum(balance) FILTER (WHERE kind = 'funds') IS DISTINCT FROM
        sum(balance) FILTER (WHERE kind IN ('backing', 'booklet', 'held', 'settled', 'expired'))
        + coalesce(max(due.cents), 0)
""")
_SAME_ACCOUNT = text("SELECT operation FROM transfer WHERE debit = credit OR cents <= 0")
_DUE_IS_ITS_REDEMPTIONS = text("""
    WITH due AS (
        SELECT account.programme, account.owner AS organisation, sum(moved.cents) AS cents
        FROM account JOIN (
            SELECT debit AS id, -cents AS cents FROM transfer
            UNION ALL SELECT credit, cents FROM transfer) AS moved USING (id)
        WHERE kind = 'due' GROUP BY account.programme, account.owner),
    open AS (
        SELECT programme, organisation, sum(cents) AS cents FROM redemption
        WHERE NOT EXISTS (SELECT FROM settlement_line WHERE redemption = redemption.operation)
        AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation)
        GROUP BY programme, organisation)
    SELECT organisation FROM due FULL JOIN open USING (programme, organisation)
    WHERE coalesce(due.cents, 0) <> coalesce(open.cents, 0)
""")
_BOTH_PAID_AND_UNDONE = text(
    "SELECT redemption FROM settlement_line JOIN reversal USING (redemption)"
)
_BALANCES = text("""
    SELECT kind, sum(balance)::bigint AS cents FROM account
    WHERE programme = :programme AND kind <> 'due' GROUP BY kind
    UNION ALL
    SELECT 'due', coalesce(sum(CASE credit.kind WHEN 'due' THEN cents ELSE -cents END), 0)::bigint
    FROM transfer JOIN account AS credit ON credit.id = credit
    JOIN account AS debit ON debit.id = debit
    WHERE credit.programme = :programme AND 'due' IN (credit.kind, debit.kind)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One entry of the journal: who did what, under which name of the caller's, when."""

    caller: str
    client_id: str
    kind: OperationKind
    actor: str
    happened_at: datetime
    recorded_at: datetime
    payload_hash: bytes
    reply: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What an operation was answered."""

    number: int
    payload_hash: bytes
    reply: Mapping[str, Any]


async def find(connection: AsyncConnection, *, caller: str, client_id: str) -> Stored | None:
    """The operation under that name; until the transaction ends nobody else can make it."""
    key = {"caller": caller, "client_id": client_id}
    await connection.execute(_LOCK, key)
    row = (await connection.execute(_FIND, key)).one_or_none()
    if row is None:
        return None
    return Stored(number=row.number, payload_hash=bytes(row.payload_hash), reply=row.reply)


async def record(
    connection: AsyncConnection, operation: Operation, transfers: Sequence[Transfer] = ()
) -> int:
    """Write the operation with its transfers and move the balances; its number.

    Accounts are touched in the order of their ids, so that two operations never wait for each
    other. A balance that would fall below zero is the database's own no.
    """
    values = {
        "caller": operation.caller,
        "client_id": operation.client_id,
        "kind": operation.kind.value,
        "actor": operation.actor,
        "happened_at": operation.happened_at,
        "recorded_at": operation.recorded_at,
        "payload_hash": operation.payload_hash,
        "reply": orjson.dumps(operation.reply).decode(),
    }
    number: int = (await connection.execute(_RECORD, values)).scalar_one()
    if transfers:
        await _move(connection, number, transfers)
    return number


async def last_number(connection: AsyncConnection) -> int:
    """The number of the last operation, 0 before the first."""
    number: int = (await connection.execute(_LAST)).scalar_one()
    return number


async def balances(connection: AsyncConnection, programme: UUID) -> dict[AccountKind, int]:
    """What stands on all accounts of a kind together, in cents."""
    rows = await connection.execute(_BALANCES, {"programme": programme})
    found = {AccountKind(row.kind): row.cents for row in rows}
    return {kind: found.get(kind, 0) for kind in AccountKind}


async def invariants(connection: AsyncConnection) -> list[str]:
    """What of ledger.md §2 does not hold, in words; nothing in a sound ledger."""
    checks = (
        (_DISAGREEING, "account {}: the balance is not the sum of its transfers"),
        (_UNBALANCED, "programme {}: funds are not the sum of where they stand"),
        (_SAME_ACCOUNT, "operation {}: a transfer of nothing, or within one account"),
        (_DUE_IS_ITS_REDEMPTIONS, "organisation {}: what is due is not its open redemptions"),
        (_BOTH_PAID_AND_UNDONE, "redemption {}: in a settlement, and reversed"),
    )
    return [
        words.format(broken)
        for query, words in checks
        for broken in (await connection.execute(query)).scalars()
    ]


async def _move(connection: AsyncConnection, number: int, transfers: Sequence[Transfer]) -> None:
    accounts = {each.id: each for one in transfers for each in (one.debit, one.credit)}
    await connection.execute(_OPEN, [_account(accounts[key]) for key in sorted(accounts)])
    changes: dict[UUID, int] = {}
    for transfer in transfers:
        for account, cents in effect(transfer).items():
            changes[account.id] = changes.get(account.id, 0) + cents
    if changes:
        await connection.execute(
            _CHANGE, [{"id": key, "cents": changes[key]} for key in sorted(changes)]
        )
    lines = [
        {
            "operation": number,
            "line": line,
            "debit": transfer.debit.id,
            "credit": transfer.credit.id,
            "cents": transfer.cents,
            "resolves": transfer.resolves,
        }
        for line, transfer in enumerate(transfers, 1)
    ]
    await connection.execute(_TRANSFER, lines)


def _account(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "kind": account.kind.value,
        "programme": account.programme,
        "owner": account.owner,
        "balance": None if account.kind is AccountKind.DUE else 0,
    }
