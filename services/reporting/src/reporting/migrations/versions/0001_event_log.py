"""The event log, the tables folded from it, and the tables that every service has."""

from alembic import context, op

from chassis.tables import create_chassis_tables, drop_chassis_tables, grant_chassis

revision = "0001"
down_revision = None

FOLDED = (
    """CREATE TABLE figure_day (
        figure text NOT NULL,
        day date NOT NULL,
        organisation uuid NOT NULL,
        code text NOT NULL,
        count bigint NOT NULL CHECK (count > 0),
        PRIMARY KEY (figure, day, organisation, code)
    )""",
    """CREATE TABLE referral_sent (
        referral uuid PRIMARY KEY,
        sender uuid NOT NULL,
        sent_at timestamptz NOT NULL,
        sent_day date NOT NULL,
        event_id text NOT NULL
    )""",
    "CREATE INDEX referral_sent_day ON referral_sent (sent_day, sender)",
    """CREATE TABLE referral_answered (
        referral uuid PRIMARY KEY,
        answered_at timestamptz NOT NULL,
        answered_day date NOT NULL,
        event_id text NOT NULL
    )""",
    """CREATE TABLE organisation_name (
        organisation uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        name text NOT NULL
    )""",
    """CREATE TABLE organisation_standing (
        organisation uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        status text NOT NULL CHECK (status IN ('pending', 'active', 'suspended')),
        event_id text NOT NULL
    )""",
)
TABLES = (
    *("figure_day", "referral_sent", "referral_answered"),
    *("organisation_name", "organisation_standing"),
)


def upgrade() -> None:
    role = context.config.attributes["role"]
    create_chassis_tables(op)
    grant_chassis(op, role)
    _event_log(role)
    for statement in FOLDED:
        op.execute(statement)
    for table in TABLES:
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO "{role}"')


def _event_log(role: str) -> None:
    op.execute(
        """CREATE TABLE event_log (
            log_seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id text NOT NULL,
            source text NOT NULL,
            type text NOT NULL,
            service text NOT NULL,
            topic text NOT NULL,
            subject text,
            correlation_id uuid,
            causation_id text,
            sequence bigint,
            happened_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            logged_at timestamptz NOT NULL,
            data_subject text,
            extensions jsonb NOT NULL,
            data jsonb NOT NULL
        )"""
    )
    op.execute("CREATE UNIQUE INDEX event_log_identity ON event_log (event_id, source)")
    op.execute(
        """CREATE INDEX event_log_journey ON event_log (correlation_id, log_seq)
            WHERE correlation_id IS NOT NULL"""
    )
    op.execute("CREATE INDEX event_log_type ON event_log (type, log_seq)")
    op.execute(
        """CREATE INDEX event_log_subject ON event_log (data_subject)
            WHERE data_subject IS NOT NULL"""
    )
    op.execute(
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$"""
    )
    op.execute(
        """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
    )
    op.execute(f'GRANT SELECT, INSERT ON event_log TO "{role}"')


def downgrade() -> None:
    for table in (*TABLES, "event_log"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change")
    drop_chassis_tables(op)
