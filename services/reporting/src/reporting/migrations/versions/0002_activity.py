"""Places, sessions, seats, visits and titles of payment, folded beside the referrals.

What the log already holds is folded into the new tables by the rebuild that `migrate` runs when
the version of the fold has changed.
"""

from alembic import context, op

revision = "0002"
down_revision = "0001"

TABLES = (
    """CREATE TABLE place (
        place uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        event_id text NOT NULL,
        organisation uuid NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        commune text NOT NULL
    )""",
    """CREATE TABLE place_closed (
        place uuid PRIMARY KEY,
        closed_day date NOT NULL,
        closed_at timestamptz NOT NULL,
        event_id text NOT NULL
    )""",
    """CREATE TABLE session_planned (
        session uuid PRIMARY KEY,
        event_id text NOT NULL,
        place uuid NOT NULL,
        kind text NOT NULL,
        starts_at timestamptz NOT NULL,
        day date NOT NULL,
        capacity bigint NOT NULL CHECK (capacity > 0)
    )""",
    """CREATE TABLE session_cancelled (
        session uuid PRIMARY KEY,
        event_id text NOT NULL
    )""",
    """CREATE TABLE seat (
        booking uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        event_id text NOT NULL,
        session uuid NOT NULL,
        data_subject uuid NOT NULL,
        status text NOT NULL
            CHECK (status IN ('booked', 'cancelled', 'seen', 'missed', 'excused'))
    )""",
    """CREATE TABLE visit (
        visit uuid PRIMARY KEY,
        event_id text NOT NULL,
        day date NOT NULL,
        place uuid NOT NULL,
        data_subject uuid
    )""",
    """CREATE TABLE titles_moved (
        event_id text PRIMARY KEY,
        step text NOT NULL CHECK (
            step IN ('issued', 'held', 'redeemed', 'reversed', 'settled', 'unused')
        ),
        day date NOT NULL,
        programme uuid NOT NULL,
        place uuid,
        number bigint NOT NULL,
        cents bigint NOT NULL
    )""",
    """CREATE TABLE titles_share (
        event_id text NOT NULL,
        funder uuid NOT NULL,
        cents bigint NOT NULL,
        PRIMARY KEY (event_id, funder)
    )""",
    "CREATE TABLE fold_version (version bigint PRIMARY KEY)",
)
INDEXES = (
    "CREATE INDEX session_planned_day ON session_planned (day)",
    "CREATE INDEX seat_session ON seat (session)",
    "CREATE INDEX seat_subject ON seat (data_subject)",
    "CREATE INDEX visit_day ON visit (day)",
    "CREATE INDEX visit_subject ON visit (data_subject) WHERE data_subject IS NOT NULL",
    "CREATE INDEX titles_moved_day ON titles_moved (day, step)",
)
NAMES = (
    *("place", "place_closed", "session_planned", "session_cancelled", "seat", "visit"),
    *("titles_moved", "titles_share", "fold_version"),
)


def upgrade() -> None:
    role = context.config.attributes["role"]
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    for table in NAMES:
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO "{role}"')
    op.execute("ALTER TABLE referral_sent ADD COLUMN commune text NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE referral_sent ALTER COLUMN commune DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE referral_sent DROP COLUMN commune")
    for table in NAMES:
        op.execute(f"DROP TABLE {table}")
