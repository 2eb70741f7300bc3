"""SQL of the figures that others are compared with: money from the journal, the rest from rows.

Every amount is a sum of transfers, by the kinds of account between which they moved; the one
exception is told by its name, `cents_settled_in_settlements`, and is there to be compared.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_COUNTS = text("""
    WITH moved AS (
        SELECT transfer.cents, debit.kind AS debit, credit.kind AS credit, credit.owner
        FROM transfer JOIN account AS debit ON debit.id = transfer.debit
        JOIN account AS credit ON credit.id = transfer.credit)
    SELECT
        (SELECT count(*) FROM booklet WHERE state = 'issued') AS booklets_issued,
        (SELECT coalesce(sum(cents), 0) FROM moved JOIN booklet ON booklet.id = moved.owner
            WHERE debit = 'backing' AND credit = 'booklet' AND state = 'issued') AS cents_issued,
        (SELECT count(*) FROM redemption) - (SELECT count(*) FROM reversal) AS vouchers_redeemed,
        (SELECT coalesce(sum(CASE WHEN credit = 'due' THEN cents ELSE -cents END), 0) FROM moved
            WHERE 'due' IN (credit, debit) AND credit <> 'settled') AS cents_redeemed,
        (SELECT count(*) FROM settlement_line) AS vouchers_settled,
        (SELECT coalesce(sum(cents), 0) FROM moved
            WHERE debit = 'due' AND credit = 'settled') AS cents_settled,
        (SELECT coalesce(sum(cents), 0) FROM settlement) AS cents_settled_in_settlements,
        (SELECT count(*) FROM statement_line) AS vouchers_unused,
        (SELECT coalesce(sum(cents), 0) FROM moved
            WHERE debit = 'booklet' AND credit = 'expired') AS cents_unused
""")
_BY_FUNDER = text("""
    SELECT funder, sum(voucher_share.cents)::bigint AS cents FROM settlement_line
    JOIN redemption ON redemption.operation = settlement_line.redemption
    JOIN voucher_share ON voucher_share.voucher = redemption.voucher
    GROUP BY funder ORDER BY funder
""")


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """Every figure by its name; what one funder bears is `cents_settled_by_funder.<funder>`."""
    row = (await connection.execute(_COUNTS)).mappings().one()
    found = {name: int(value) for name, value in row.items()}
    for each in await connection.execute(_BY_FUNDER):
        found[f"cents_settled_by_funder.{each.funder}"] = each.cents
    return found
