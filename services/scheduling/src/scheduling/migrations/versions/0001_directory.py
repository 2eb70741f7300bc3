"""The organisations of the directory, and the tables that every service has."""

from alembic import context, op

from chassis.tables import create_chassis_tables, drop_chassis_tables, grant_chassis

revision = "0001"
down_revision = None


def upgrade() -> None:
    role = context.config.attributes["role"]
    create_chassis_tables(op)
    grant_chassis(op, role)
    op.execute(
        """CREATE TABLE organisation (
            id uuid PRIMARY KEY,
            slug text NOT NULL,
            name text NOT NULL,
            standing text NOT NULL CHECK (standing IN ('pending', 'active', 'suspended'))
        )"""
    )
    op.execute("CREATE INDEX organisation_by_name ON organisation (name, id)")
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON organisation TO "{role}"')


def downgrade() -> None:
    op.execute("DROP TABLE organisation")
    drop_chassis_tables(op)
