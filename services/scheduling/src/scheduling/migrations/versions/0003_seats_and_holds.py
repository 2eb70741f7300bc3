"""A row per seat that is taken or kept, so that a seat may be kept for fifteen minutes.

The guard is the primary key of `seat`: a booking and a hold meet there, and a hold that has lapsed
is a row that whoever comes next removes. The indexes of `booking` stay: they would catch a live
booking without its seat.
"""

from alembic import context, op

revision = "0003"
down_revision = "0002"

_MADE = (
    """CREATE TABLE seat (
        session uuid NOT NULL,
        seat_no smallint NOT NULL,
        capacity smallint NOT NULL,
        booking uuid NOT NULL UNIQUE,
        person uuid NOT NULL,
        held_until timestamptz,
        PRIMARY KEY (session, seat_no),
        CONSTRAINT seat_person_key UNIQUE (session, person),
        FOREIGN KEY (session, capacity) REFERENCES session (id, capacity),
        CHECK (seat_no BETWEEN 1 AND capacity)
    )""",
    "CREATE INDEX seat_held ON seat (held_until) WHERE held_until IS NOT NULL",
    "CREATE INDEX seat_by_person ON seat (person)",
    """CREATE TABLE hold (
        id uuid PRIMARY KEY,
        session uuid NOT NULL REFERENCES session,
        referral uuid NOT NULL REFERENCES referral,
        organisation uuid NOT NULL,
        seat_no smallint NOT NULL,
        state text NOT NULL CHECK (state IN ('held', 'confirmed', 'released')),
        held_at timestamptz NOT NULL,
        held_until timestamptz NOT NULL,
        who text NOT NULL,
        CHECK (held_at < held_until)
    )""",
    "CREATE INDEX hold_by_referral ON hold (referral, session)",
    "CREATE INDEX hold_by_session ON hold (session)",
    """CREATE TABLE seat_change (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        session uuid NOT NULL
    )""",
    """INSERT INTO seat (session, seat_no, capacity, booking, person)
        SELECT session, seat_no, capacity, id, person FROM booking WHERE state <> 'cancelled'""",
    # A mark, no sum: whoever changes a seat, by whatever way, cannot forget to say so.
    """CREATE FUNCTION mark_seat_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO seat_change (session) VALUES (coalesce(NEW.session, OLD.session));
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER seat_changed AFTER INSERT OR UPDATE OR DELETE ON seat
        FOR EACH ROW EXECUTE FUNCTION mark_seat_change()""",
)

_RIGHTS = (
    "SELECT, INSERT, DELETE, UPDATE (held_until) ON seat",
    "SELECT, INSERT, UPDATE (state) ON hold",
    "SELECT, INSERT, DELETE ON seat_change",
)


def upgrade() -> None:
    """Every live booking gets its seat."""
    role = context.config.attributes["role"]
    for statement in _MADE:
        op.execute(statement)
    for right in _RIGHTS:
        op.execute(f'GRANT {right} TO "{role}"')


def downgrade() -> None:
    """The indexes of `booking` guard alone again."""
    for name in ("seat_change", "hold", "seat"):
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP FUNCTION mark_seat_change()")
