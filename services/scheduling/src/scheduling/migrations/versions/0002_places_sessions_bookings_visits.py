"""Places, sessions, a row per seat, what became of it, visits, and what we hear of persons.

The last line of defence stands here: a seat is held by one live booking and a person has one live
booking in a session, by two unique indexes; no seat has a number beyond the session's capacity,
which the booking's own row carries under a foreign key. Nothing is counted or summed.
"""

from alembic import context, op

revision = "0002"
down_revision = "0001"

_TABLES = (
    """CREATE TABLE place (
        id uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        reference text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        commune text NOT NULL,
        online_booking boolean NOT NULL,
        address text,
        access text,
        closed_at timestamptz,
        sequence integer NOT NULL,
        UNIQUE (organisation, reference)
    )""",
    "CREATE INDEX place_by_name ON place (name, id)",
    """CREATE TABLE session (
        id uuid PRIMARY KEY,
        place uuid NOT NULL REFERENCES place,
        organisation uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('workshop', 'one_to_one')),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        need text NOT NULL,
        level text,
        capacity smallint NOT NULL CHECK (capacity BETWEEN 1 AND 6),
        direct_booking boolean NOT NULL,
        cancelled_reason text,
        correlation uuid NOT NULL UNIQUE,
        sequence integer NOT NULL,
        declared_at timestamptz NOT NULL,
        learnt_at timestamptz NOT NULL,
        UNIQUE (id, capacity),
        CHECK (starts_at < ends_at),
        CHECK (kind = 'workshop' OR capacity = 1)
    )""",
    "CREATE INDEX session_by_place ON session (place, starts_at)",
    "CREATE INDEX session_by_start ON session (starts_at, id)",
    """CREATE TABLE booking (
        id uuid PRIMARY KEY,
        session uuid NOT NULL,
        capacity smallint NOT NULL,
        seat_no smallint NOT NULL,
        person uuid NOT NULL,
        referral uuid,
        booked_by uuid NOT NULL,
        commune text,
        birth_band text,
        state text NOT NULL
            CHECK (state IN ('confirmed', 'cancelled', 'seen', 'missed', 'excused')),
        correlation uuid NOT NULL,
        sequence integer NOT NULL,
        confirmed_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        learnt_at timestamptz NOT NULL,
        FOREIGN KEY (session, capacity) REFERENCES session (id, capacity),
        CHECK (seat_no BETWEEN 1 AND capacity)
    )""",
    """CREATE UNIQUE INDEX booking_seat_key ON booking (session, seat_no)
        WHERE state <> 'cancelled'""",
    """CREATE UNIQUE INDEX booking_person_key ON booking (session, person)
        WHERE state <> 'cancelled'""",
    "CREATE INDEX booking_by_person ON booking (person)",
    """CREATE TABLE booking_transition (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        booking uuid NOT NULL REFERENCES booking,
        state text NOT NULL
            CHECK (state IN ('confirmed', 'cancelled', 'seen', 'missed', 'excused')),
        code text NOT NULL,
        topics text[] NOT NULL,
        minutes smallint,
        title_presented boolean NOT NULL,
        happened_at timestamptz NOT NULL,
        learnt_at timestamptz NOT NULL,
        who text NOT NULL
    )""",
    "CREATE INDEX booking_transition_by_booking ON booking_transition (booking, id)",
    """CREATE TABLE visit (
        id uuid PRIMARY KEY,
        place uuid NOT NULL REFERENCES place,
        organisation uuid NOT NULL,
        minutes smallint NOT NULL CHECK (minutes BETWEEN 1 AND 600),
        topics text[] NOT NULL,
        autonomy text NOT NULL,
        person uuid,
        commune text,
        birth_band text,
        correlation uuid NOT NULL UNIQUE,
        happened_at timestamptz NOT NULL,
        learnt_at timestamptz NOT NULL,
        who text NOT NULL
    )""",
    "CREATE INDEX visit_by_place ON visit (place, happened_at)",
    "CREATE INDEX visit_by_person ON visit (person)",
    """CREATE TABLE referral (
        id uuid PRIMARY KEY,
        sender uuid NOT NULL,
        targets uuid[] NOT NULL,
        person uuid NOT NULL,
        commune text,
        birth_band text,
        correlation uuid NOT NULL
    )""",
    "CREATE INDEX referral_by_person ON referral (person)",
    """CREATE TABLE person (
        id uuid PRIMARY KEY,
        commune text,
        birth_band text
    )""",
    """CREATE TABLE decision (
        act uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('accepted', 'refused')),
        reason text,
        subject uuid,
        decided_at timestamptz NOT NULL
    )""",
)

_JOURNALS = ("booking_transition", "visit")

_RIGHTS = (
    *(f"SELECT, INSERT ON {name}" for name in _JOURNALS),
    "SELECT, INSERT ON place",
    "UPDATE (name, kind, commune, online_booking, address, access, closed_at, sequence) ON place",
    "SELECT, INSERT, UPDATE (cancelled_reason, sequence) ON session",
    "SELECT, INSERT, UPDATE (state, sequence, changed_at) ON booking",
    "SELECT, INSERT ON referral",
    "SELECT, INSERT ON person",
    "SELECT, INSERT, UPDATE (subject) ON decision",
)

_NAMES = (
    *("place", "session", "booking", "booking_transition", "visit"),
    *("referral", "person", "decision"),
)


def upgrade() -> None:
    """Create everything; the role that serves gets no right on the shape of anything."""
    role = context.config.attributes["role"]
    for statement in _TABLES:
        op.execute(statement)
    op.execute(
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END $$"""
    )
    for name in _JOURNALS:
        op.execute(
            f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
        )
    for right in _RIGHTS:
        op.execute(f'GRANT {right} TO "{role}"')


def downgrade() -> None:
    """Back to the directory alone."""
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP FUNCTION refuse_change()")
