"""The tables every service has beside its own: made by its first migration, in its database."""

import re
from importlib.resources import files
from typing import Protocol


class Operations(Protocol):
    """What we need of Alembic's `op`."""

    def execute(self, sqltext: str) -> None: ...


def create_chassis_tables(op: Operations) -> None:
    """Create the tables; for a service's migration 0001."""
    for statement in _statements():
        op.execute(statement)


def drop_chassis_tables(op: Operations) -> None:
    """Drop the tables; for the downgrade of migration 0001."""
    for name in reversed(_names()):
        op.execute(f"DROP TABLE {name}")


def grant_chassis(op: Operations, role: str) -> None:
    """Let the service role read and write the rows; it has no right on their shape."""
    for name in _names():
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO "{role}"')


def _statements() -> list[str]:
    script = files("chassis").joinpath("tables_v1.sql").read_text()
    return [statement for statement in script.split(";\n") if statement.strip()]


def _names() -> list[str]:
    return re.findall(r"CREATE TABLE (\w+)", "\n".join(_statements()))
