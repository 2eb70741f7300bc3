# ruff: noqa: S608 - the statements are this file's own
"""Every guard of the ledger, reached alone: the database says no where the code would not.

Each statement is right but for the one thing that its guard forbids, and is run by the owner, to
whom no privilege stands in the way.
"""

import asyncpg
import pytest

from tests.servers.handles import DatabaseAccess, plain
from tests.vouchers.world import World

# A new operation without transfer, to hang things on.
OPERATION = """
    WITH made AS (
        INSERT INTO operation (caller, client_id, kind, actor, happened_at, recorded_at,
            payload_hash, reply)
        VALUES ('x', 'x', 'x', 'x', now(), now(), '', 'null') RETURNING number)
"""
TRANSFER = """
    INSERT INTO transfer (operation, line, debit, credit, cents, resolves)
    SELECT operation, 9, {debit}, {credit}, {cents}, {resolves} FROM transfer
    WHERE resolves IS NOT NULL
"""
REDEMPTION = (
    OPERATION
    + """
    INSERT INTO redemption (operation, voucher, turn, attendance, nth, programme, place,
        organisation, session_day, cents)
    SELECT number, {voucher}, {turn}, {attendance}, 1, programme, {place}, organisation,
        {session_day}, cents
    FROM (SELECT * FROM redemption ORDER BY operation LIMIT 1) AS redemption, made
"""
)
REVERSAL = (
    OPERATION
    + """
    INSERT INTO reversal (operation, redemption, voucher, turn, attendance, nth, reason)
    SELECT number, {redemption}, {voucher}, turn, {attendance}, nth, 'missed' FROM reversal, made
"""
)
FREE = "(SELECT id FROM voucher ORDER BY serial DESC LIMIT 1)"
SOUND = {
    "voucher": FREE,
    "turn": "1",
    "attendance": "gen_random_uuid()",
    "place": "place",
    "session_day": "session_day",
}

GUARDS = {
    "operation_once": """
        INSERT INTO operation (caller, client_id, kind, actor, happened_at, recorded_at,
            payload_hash, reply)
        SELECT caller, client_id, kind, actor, now(), now(), '', '{}' FROM operation LIMIT 1
    """,
    "account_floor": "UPDATE account SET balance = -1 WHERE kind = 'booklet'",
    "account_due_is_a_sum": "UPDATE account SET balance = 1 WHERE kind = 'due'",
    "transfer_positive": TRANSFER.format(
        debit="debit", credit="credit", cents="0", resolves="NULL"
    ),
    "transfer_two_accounts": TRANSFER.format(
        debit="debit", credit="debit", cents="1", resolves="NULL"
    ),
    "transfer_resolves_once": TRANSFER.format(
        debit="debit", credit="credit", cents="1", resolves="resolves"
    ),
    "transfer_resolves_fkey": TRANSFER.format(
        debit="debit", credit="credit", cents="1", resolves="operation"
    ),
    "redemption_once": REDEMPTION.format(**SOUND | {"voucher": "voucher"}),
    "redemption_of_attendance": REDEMPTION.format(**SOUND | {"attendance": "attendance"}),
    "redemption_labelled": REDEMPTION.format(
        **SOUND | {"session_day": "daterange('2025-12-31', '2026-01-01')"}
    ),
    "redemption_session_day_check": REDEMPTION.format(
        **SOUND | {"session_day": "daterange('2026-03-12', '2026-03-14')"}
    ),
    "label_without_overlap": """
        INSERT INTO label (id, programme, place, valid, sequence, operation)
        SELECT gen_random_uuid(), programme, place, daterange('2026-06-01', NULL), 1, operation
        FROM label
    """,
    "payment_order_once": """
        INSERT INTO payment_order (id, voucher_order, buyer, fiscal_year, number, cents,
            proposed_by)
        SELECT gen_random_uuid(), voucher_order, buyer, fiscal_year, number, 1, 'x'
        FROM payment_order
    """,
    "payment_order_four_eyes": "UPDATE payment_order SET approved_by = proposed_by",
    "payment_order_approved": "UPDATE payment_order SET operation = NULL",
    "activation_four_eyes": "UPDATE activation SET approved_by = proposed_by",
    "activation_approved": "UPDATE activation SET operation = NULL",
    "activation_voucher_order_key": """
        INSERT INTO activation (id, voucher_order, proposed_by)
        SELECT gen_random_uuid(), voucher_order, 'x' FROM activation
    """,
    "voucher_serial": """
        INSERT INTO voucher (id, booklet, voucher_order, serial)
        SELECT gen_random_uuid(), booklet, voucher_order, serial FROM voucher LIMIT 1
    """,
    "voucher_share_floor": f"""
        INSERT INTO voucher_share (voucher, place, funder, cents)
        SELECT {FREE}, 9, gen_random_uuid(), -1
    """,
    "booklet_in_stock": "UPDATE booklet SET distributor = NULL",
    "booklet_issued": "UPDATE booklet SET holder = NULL",
    "holder_booklet_key": """
        INSERT INTO holder (id, booklet, person)
        SELECT gen_random_uuid(), booklet, gen_random_uuid() FROM holder
    """,
    "hold_once": OPERATION
    + """
        INSERT INTO hold (operation, booklet, booking, turn, cents)
        SELECT number, booklet, booking, turn, cents FROM hold, made
    """,
    "settlement_line_once": """
        INSERT INTO settlement_line (redemption, settlement)
        SELECT redemption, settlement FROM settlement_line
    """,
    "settlement_number": OPERATION
    + """
        INSERT INTO settlement (id, programme, organisation, number, cut_off, cents, operation)
        SELECT gen_random_uuid(), programme, organisation, settlement.number, cut_off + 1, 1,
            made.number FROM settlement, made
    """,
    "settlement_cut_off": OPERATION
    + """
        INSERT INTO settlement (id, programme, organisation, number, cut_off, cents, operation)
        SELECT gen_random_uuid(), programme, organisation, settlement.number + 1, cut_off, 1,
            made.number FROM settlement, made
    """,
    "redemption_after_reversal": REDEMPTION.format(
        **SOUND | {"voucher": "voucher", "turn": "turn + 1"}
    ),
    "redemption_of_attendance_anew": OPERATION
    + f"""
        INSERT INTO redemption (operation, voucher, turn, attendance, nth, programme, place,
            organisation, session_day, cents)
        SELECT number, {FREE}, 1, attendance, nth + 1, programme, place, organisation,
            session_day, cents FROM redemption, made ORDER BY operation LIMIT 1
    """,
    "reversal_once": REVERSAL.format(
        redemption="redemption", voucher="gen_random_uuid()", attendance="gen_random_uuid()"
    ),
    "reversal_turn": REVERSAL.format(
        redemption="0", voucher="voucher", attendance="gen_random_uuid()"
    ),
    "reversal_nth": REVERSAL.format(
        redemption="0", voucher="gen_random_uuid()", attendance="attendance"
    ),
    "reversal_of_redemption": REVERSAL.format(
        redemption="0", voucher="gen_random_uuid()", attendance="gen_random_uuid()"
    ),
    "statement_once": """
        INSERT INTO statement (id, programme, proposed_by)
        SELECT gen_random_uuid(), programme, 'x' FROM statement
    """,
    "statement_four_eyes": "UPDATE statement SET approved_by = proposed_by",
    "statement_approved": "UPDATE statement SET operation = NULL",
    "statement_line_once": """
        INSERT INTO statement_line (statement, voucher)
        SELECT statement, voucher FROM statement_line LIMIT 1
    """,
    "programme_calendar": OPERATION
    + """
        INSERT INTO programme (id, name, denomination_cents, booklet_size, valid_until,
            grace_until, statement_on, operation)
        SELECT gen_random_uuid(), 'x', 1, 1, '2026-12-31', '2026-12-30', '2027-01-01', number
        FROM made
    """,
}
JOURNALS = (
    *("operation", "transfer", "programme", "programme_funder", "voucher", "voucher_share"),
    *("hold", "redemption", "reversal", "settlement", "settlement_line", "statement_line"),
)


async def settled(world: World) -> None:
    """Something in every table."""
    await world.ready()
    await world.issue()
    await world.tell(world.booked("rdv"), world.attended("rdv"))
    await world.draw_up()
    await world.tell(
        world.attended("undone", sequence=1),
        world.attended("undone", sequence=2, kind="corrected", status="missed"),
    )
    world.pass_grace()
    await world.state_unused()


@pytest.mark.parametrize("guard", GUARDS)
async def test_a_guard_says_no_by_its_name(
    world: World, access: DatabaseAccess, guard: str
) -> None:
    await settled(world)
    connection = await asyncpg.connect(plain(access.owner_url))
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as error:
            await connection.execute(GUARDS[guard])
    finally:
        await connection.close()

    assert error.value.constraint_name == guard


CHANGES = ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE")


@pytest.mark.parametrize("journal", JOURNALS)
@pytest.mark.parametrize("change", CHANGES, ids=["update", "delete", "truncate"])
async def test_nobody_changes_a_journal(
    world: World, access: DatabaseAccess, journal: str, change: str
) -> None:
    await settled(world)
    # Any column that is not generated: of a generated one the database refuses the change itself.
    [column] = await world.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1 "
        "AND is_identity = 'NO' LIMIT 1",
        journal,
    )
    statement = change.format(journal, column["column_name"])
    owner = await asyncpg.connect(plain(access.owner_url))
    service = await asyncpg.connect(access.dsn)
    try:
        with pytest.raises(asyncpg.RaiseError, match="only added"):
            await owner.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(statement)
    finally:
        await owner.close()
        await service.close()
