"""The service role reads and writes rows; it changes no shape and forgets no organisation."""

import asyncpg
import pytest

from tests.servers.handles import DatabaseAccess


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM organisation",
        "TRUNCATE organisation",
        "DROP TABLE organisation",
        "ALTER TABLE organisation ADD COLUMN note text",
        "CREATE TABLE note (id int)",
        "DELETE FROM booking",
        "UPDATE booking SET seat_no = 1",
        "UPDATE booking_transition SET state = 'seen'",
        "DELETE FROM booking_transition",
        "UPDATE visit SET minutes = 1",
        "DELETE FROM visit",
        "UPDATE session SET capacity = 6",
        "DROP INDEX booking_seat_key",
    ],
)
async def test_the_service_role_may_not_change_shapes_or_forget_organisations(
    access: DatabaseAccess, statement: str
) -> None:
    connection = await asyncpg.connect(access.dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
