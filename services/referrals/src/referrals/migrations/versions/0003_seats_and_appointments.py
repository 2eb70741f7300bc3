"""What scheduling tells: places, sessions with their free seats, and what follows a referral.

Places, sessions and bookings are projections of its facts; the appointments of a referral are a
journal of our own. A target that had refused may take the person after all by giving her a seat:
that acceptance is no second answer.
"""

from alembic import context, op

revision = "0003"
down_revision = "0002"

_TABLES = (
    """CREATE TABLE place (
        id uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        name text NOT NULL,
        commune text NOT NULL,
        online_booking boolean NOT NULL,
        address text,
        closed boolean NOT NULL
    )""",
    """CREATE TABLE session (
        id uuid PRIMARY KEY,
        place uuid NOT NULL,
        kind text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        need text NOT NULL,
        level text,
        capacity smallint NOT NULL,
        free smallint,
        direct_booking boolean NOT NULL,
        cancelled boolean NOT NULL
    )""",
    "CREATE INDEX session_by_need ON session (need, starts_at) WHERE NOT cancelled",
    """CREATE TABLE booking (
        id uuid PRIMARY KEY,
        session uuid NOT NULL,
        cancelled boolean NOT NULL
    )""",
    "CREATE INDEX booking_by_session ON booking (session) WHERE NOT cancelled",
    """CREATE TABLE appointment (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        referral uuid NOT NULL REFERENCES referral,
        organisation uuid NOT NULL,
        booking uuid NOT NULL,
        session uuid NOT NULL,
        place uuid NOT NULL,
        step text NOT NULL CHECK (step IN ('set', 'cancelled', 'seen', 'missed', 'excused')),
        starts_at timestamptz NOT NULL,
        happened_at timestamptz NOT NULL,
        learnt_at timestamptz NOT NULL
    )""",
    "CREATE INDEX appointment_by_referral ON appointment (referral, id)",
    "CREATE INDEX appointment_by_booking ON appointment (booking, id)",
)

_RIGHTS = (
    "SELECT, INSERT, UPDATE ON place",
    "SELECT, INSERT, UPDATE ON session",
    "SELECT, INSERT, UPDATE (cancelled) ON booking",
    "SELECT, INSERT ON appointment",
)

_ANSWERS = "state IN ('accepted', 'refused')"


def upgrade() -> None:
    role = context.config.attributes["role"]
    for statement in _TABLES:
        op.execute(statement)
    op.execute(
        """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON appointment
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
    )
    for right in _RIGHTS:
        op.execute(f'GRANT {right} TO "{role}"')
    _one_answer(f"{_ANSWERS} AND code <> 'seat-taken'")


def downgrade() -> None:
    _one_answer(_ANSWERS)
    for name in ("appointment", "booking", "session", "place"):
        op.execute(f"DROP TABLE {name}")


def _one_answer(which: str) -> None:
    op.execute("DROP INDEX referral_transition_answer_key")
    op.execute(
        f"""CREATE UNIQUE INDEX referral_transition_answer_key
        ON referral_transition (referral, organisation) WHERE {which}"""
    )
