"""Organisations, who comes in for them, what they send; and the tables every service has."""

from alembic import context, op

from chassis.tables import create_chassis_tables, drop_chassis_tables, grant_chassis

revision = "0001"
down_revision = None

_TABLES = (
    """CREATE TABLE organisation (
        id uuid PRIMARY KEY,
        slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
        kind text NOT NULL,
        commune text,
        rights text[] NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'active', 'suspended')),
        sequence bigint NOT NULL CHECK (sequence >= 1),
        registered_at timestamptz NOT NULL
    )""",
    """CREATE TABLE organisation_fact (
        organisation uuid NOT NULL REFERENCES organisation,
        sequence bigint NOT NULL,
        fact text NOT NULL,
        reason text,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        PRIMARY KEY (organisation, sequence)
    )""",
    """CREATE TABLE credential (
        id uuid PRIMARY KEY,
        client_id text NOT NULL UNIQUE,
        organisation uuid NOT NULL REFERENCES organisation,
        label text NOT NULL,
        secret_hash text NOT NULL CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
        scopes text[] NOT NULL,
        roles text[] NOT NULL,
        issued_at timestamptz NOT NULL,
        issued_by text NOT NULL,
        revoked_at timestamptz,
        revoked_by text,
        CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
    )""",
    "CREATE INDEX credential_organisation ON credential (organisation)",
    """CREATE TABLE colleague (
        login text PRIMARY KEY,
        organisation uuid NOT NULL REFERENCES organisation,
        name text NOT NULL,
        roles text[] NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL
    )""",
    "CREATE INDEX colleague_organisation ON colleague (organisation)",
    """CREATE TABLE submission (
        id uuid PRIMARY KEY,
        organisation uuid NOT NULL REFERENCES organisation,
        door text NOT NULL CHECK (door IN ('http', 'kafka')),
        identity text,
        content_hash text,
        event_id text,
        type text,
        partner_reference text,
        happened_at timestamptz,
        received_at timestamptz NOT NULL,
        history boolean NOT NULL,
        record_offset bigint,
        about uuid,
        awaited uuid,
        wait_until timestamptz,
        kept_data jsonb,
        forwarded_at timestamptz,
        state text NOT NULL CHECK (state IN ('received', 'accepted', 'refused')),
        reason text,
        detail text,
        subject uuid,
        correlation uuid,
        answered_at timestamptz,
        data_subject text,
        CONSTRAINT submission_identity UNIQUE (organisation, identity),
        CONSTRAINT submission_identity_whole CHECK ((identity IS NULL) = (content_hash IS NULL)),
        CONSTRAINT submission_answered CHECK ((state = 'received') = (answered_at IS NULL)),
        CONSTRAINT submission_accepted CHECK (state <> 'accepted' OR subject IS NOT NULL),
        CONSTRAINT submission_refused CHECK ((state = 'refused') = (reason IS NOT NULL)),
        CONSTRAINT submission_waiting CHECK (
            (awaited IS NULL) = (wait_until IS NULL) AND (awaited IS NULL) = (kept_data IS NULL)
            AND (awaited IS NULL OR (state = 'received' AND forwarded_at IS NULL))
        )
    )""",
    "CREATE INDEX submission_list ON submission (organisation, id)",
    """CREATE INDEX submission_awaited ON submission (organisation, awaited)
        WHERE awaited IS NOT NULL""",
    "CREATE INDEX submission_wait_until ON submission (wait_until) WHERE wait_until IS NOT NULL",
    "CREATE INDEX submission_subject ON submission (data_subject) WHERE data_subject IS NOT NULL",
    """CREATE TABLE outward_id (
        outward uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        person uuid NOT NULL,
        learnt_at timestamptz NOT NULL,
        data_subject text NOT NULL
    )""",
    "CREATE INDEX outward_id_subject ON outward_id (data_subject)",
)

# History is never overwritten: what happened to an organisation can be added to, and that is all.
# By privilege for the service, by a trigger for the owner.
_APPEND_ONLY = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON organisation_fact
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)
_RIGHTS = {
    "organisation": "SELECT, INSERT, UPDATE",
    "organisation_fact": "SELECT, INSERT",
    "credential": "SELECT, INSERT, UPDATE",
    "colleague": "SELECT, INSERT, UPDATE",
    "submission": "SELECT, INSERT, UPDATE",
    "outward_id": "SELECT, INSERT",
}


def upgrade() -> None:
    role = context.config.attributes["role"]
    create_chassis_tables(op)
    grant_chassis(op, role)
    for statement in (*_TABLES, *_APPEND_ONLY):
        op.execute(statement)
    for table, rights in _RIGHTS.items():
        op.execute(f'GRANT {rights} ON {table} TO "{role}"')


def downgrade() -> None:
    for table in reversed(_RIGHTS):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change()")
    drop_chassis_tables(op)
