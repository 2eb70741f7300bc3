"""Persons and their vault, agreements, referrals with their history, decisions, the directory.

Journals are append-only twice over: the service role may not change a row, and a trigger stops
whoever may.
"""

from alembic import context, op

from chassis.tables import create_chassis_tables, drop_chassis_tables, grant_chassis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE organisation (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        standing text NOT NULL CHECK (standing IN ('pending', 'active', 'suspended')),
        heard_at timestamptz NOT NULL
    )""",
    """CREATE TABLE person (
        id uuid PRIMARY KEY,
        registered_by uuid NOT NULL,
        anonymous boolean NOT NULL,
        commune text,
        birth_band text,
        registered_at timestamptz NOT NULL
    )""",
    """CREATE TABLE identity (
        person uuid PRIMARY KEY REFERENCES person,
        family_name text NOT NULL,
        given_name text NOT NULL,
        birth_year smallint,
        phone text,
        email text,
        preferred_contact text,
        written_at timestamptz NOT NULL
    )""",
    """CREATE TABLE person_reference (
        organisation uuid NOT NULL,
        reference text NOT NULL,
        person uuid NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
        PRIMARY KEY (organisation, reference)
    )""",
    "CREATE INDEX person_reference_person_idx ON person_reference (person)",
    """CREATE TABLE outward_id (
        outward uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        person uuid NOT NULL REFERENCES person,
        assigned_at timestamptz NOT NULL,
        UNIQUE (organisation, person)
    )""",
    "CREATE INDEX outward_id_person_idx ON outward_id (person)",
    """CREATE TABLE name_lookup (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        looked_up_at timestamptz NOT NULL,
        organisation uuid NOT NULL,
        who text NOT NULL,
        person uuid NOT NULL REFERENCES person,
        act text NOT NULL CHECK (act IN ('read', 'withheld', 'written')),
        ground text NOT NULL,
        referral uuid,
        agreement uuid
    )""",
    "CREATE INDEX name_lookup_person_idx ON name_lookup (person)",
    """CREATE TABLE agreement (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES person,
        organisation uuid NOT NULL,
        scope text NOT NULL,
        channel text NOT NULL,
        text_version text NOT NULL,
        taken_on date NOT NULL,
        recorded_at timestamptz NOT NULL
    )""",
    "CREATE INDEX agreement_person_idx ON agreement (person)",
    """CREATE TABLE referral (
        id uuid PRIMARY KEY,
        sender uuid NOT NULL,
        person uuid NOT NULL REFERENCES person,
        need text NOT NULL,
        urgency text,
        due_on date,
        level text,
        commune text,
        birth_band text,
        agreement uuid UNIQUE REFERENCES agreement,
        partner_reference text,
        correlation uuid NOT NULL UNIQUE,
        sequence integer NOT NULL,
        sent_at timestamptz NOT NULL,
        learnt_at timestamptz NOT NULL
    )""",
    "CREATE INDEX referral_person_idx ON referral (person)",
    "CREATE INDEX referral_sender_sent_at_idx ON referral (sender, sent_at)",
    """CREATE TABLE referral_target (
        referral uuid REFERENCES referral,
        organisation uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('sent', 'accepted', 'refused', 'completed')),
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (referral, organisation)
    )""",
    """CREATE INDEX referral_target_organisation_state_idx
        ON referral_target (organisation, state)""",
    """CREATE TABLE referral_transition (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        referral uuid NOT NULL REFERENCES referral,
        organisation uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('sent', 'accepted', 'refused', 'completed')),
        happened_at timestamptz NOT NULL,
        learnt_at timestamptz NOT NULL,
        code text NOT NULL,
        message text,
        who text NOT NULL,
        UNIQUE (referral, organisation, state)
    )""",
    """CREATE UNIQUE INDEX referral_transition_answer_key
        ON referral_transition (referral, organisation)
        WHERE state IN ('accepted', 'refused')""",
    """CREATE TABLE decision (
        act uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('accepted', 'refused')),
        reason text,
        subject uuid,
        decided_at timestamptz NOT NULL
    )""",
)

_JOURNALS = ("name_lookup", "agreement", "referral_transition")

_RIGHTS = (
    *(f"SELECT, INSERT ON {name}" for name in _JOURNALS),
    "SELECT, INSERT ON person_reference",
    "SELECT, INSERT ON outward_id",
    "SELECT, INSERT, UPDATE (name, standing) ON organisation",
    "SELECT, INSERT, UPDATE (commune, birth_band) ON person",
    "SELECT, INSERT, UPDATE ON identity",
    "SELECT, INSERT, UPDATE (sequence) ON referral",
    "SELECT, INSERT, UPDATE (state, changed_at) ON referral_target",
    "SELECT, INSERT, UPDATE (subject) ON decision",
)

_NAMES = (
    *("organisation", "person", "identity", "person_reference", "outward_id", "name_lookup"),
    *("agreement", "referral", "referral_target", "referral_transition", "decision"),
)


def upgrade() -> None:
    """Create everything; the role that serves gets no right on the shape of anything."""
    role = context.config.attributes["role"]
    create_chassis_tables(op)
    grant_chassis(op, role)
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
    """Leave an empty database."""
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP FUNCTION refuse_change()")
    drop_chassis_tables(op)
