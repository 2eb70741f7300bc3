"""Who holds a session: no mediator is in two sessions at once, and the database says so."""

from alembic import context, op

revision = "0004"
down_revision = "0003"

_MADE = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """CREATE TABLE mediator (
        id uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        reference text NOT NULL,
        label text NOT NULL,
        UNIQUE (organisation, reference)
    )""",
    "ALTER TABLE session ADD COLUMN mediator uuid REFERENCES mediator",
    # No range is empty here, which would pass by every other one: `starts_at < ends_at` is checked.
    # Of what is called off, and of what nobody in particular holds, nothing is asked.
    """ALTER TABLE session ADD CONSTRAINT session_mediator_once EXCLUDE USING gist
        (mediator WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)
        WHERE (cancelled_reason IS NULL)""",
)


def upgrade() -> None:
    """Sessions known so far have no mediator."""
    role = context.config.attributes["role"]
    for statement in _MADE:
        op.execute(statement)
    op.execute(f'GRANT SELECT, INSERT, UPDATE (label) ON mediator TO "{role}"')


def downgrade() -> None:
    """Nobody in particular holds a session again."""
    op.execute("ALTER TABLE session DROP COLUMN mediator")
    op.execute("DROP TABLE mediator")
    op.execute("DROP EXTENSION btree_gist")
