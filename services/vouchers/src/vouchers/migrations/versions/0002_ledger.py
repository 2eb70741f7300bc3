"""The voucher ledger: operations and transfers, and what they are about (ledger.md).

Journals are append-only twice over: the service role may not change a row, and a trigger stops
whoever may. Every guard of ledger.md §2 is a named constraint, and a test reaches each alone.
"""

from alembic import context, op

revision = "0002"
down_revision = "0001"

_TABLES = (
    # Scalars beside ranges in one exclusion: what a temporal key is made of.
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """CREATE TABLE operation (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        caller text NOT NULL,
        client_id text NOT NULL,
        kind text NOT NULL,
        actor text NOT NULL,
        happened_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        payload_hash bytea NOT NULL,
        reply jsonb NOT NULL,
        CONSTRAINT operation_once UNIQUE (caller, client_id)
    )""",
    """CREATE TABLE programme (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        denomination_cents integer NOT NULL CHECK (denomination_cents > 0),
        booklet_size integer NOT NULL CHECK (booklet_size > 0),
        valid_until date NOT NULL,
        grace_until date NOT NULL,
        statement_on date NOT NULL,
        operation bigint NOT NULL REFERENCES operation,
        CONSTRAINT programme_calendar
            CHECK (valid_until <= grace_until AND grace_until < statement_on)
    )""",
    """CREATE TABLE programme_funder (
        programme uuid NOT NULL REFERENCES programme,
        place smallint NOT NULL,
        funder uuid NOT NULL,
        parts integer NOT NULL CHECK (parts > 0),
        PRIMARY KEY (programme, place),
        UNIQUE (programme, funder)
    )""",
    """CREATE TABLE account (
        id uuid PRIMARY KEY,
        kind text NOT NULL
            CHECK (kind IN ('funds', 'backing', 'booklet', 'held', 'due', 'settled')),
        programme uuid NOT NULL REFERENCES programme,
        owner uuid NOT NULL,
        balance bigint,
        UNIQUE (kind, programme, owner),
        CONSTRAINT account_floor CHECK (balance >= 0),
        CONSTRAINT account_due_is_a_sum CHECK ((kind = 'due') = (balance IS NULL))
    )""",
    """CREATE TABLE transfer (
        operation bigint NOT NULL REFERENCES operation,
        line integer NOT NULL,
        debit uuid NOT NULL REFERENCES account,
        credit uuid NOT NULL REFERENCES account,
        cents bigint NOT NULL,
        resolves bigint,
        PRIMARY KEY (operation, line),
        CONSTRAINT transfer_positive CHECK (cents > 0),
        CONSTRAINT transfer_two_accounts CHECK (debit <> credit),
        CONSTRAINT transfer_resolves_once UNIQUE (resolves)
    )""",
    "CREATE INDEX transfer_debit ON transfer (debit)",
    "CREATE INDEX transfer_credit ON transfer (credit)",
    """CREATE TABLE place (
        id uuid PRIMARY KEY,
        organisation uuid NOT NULL,
        name text NOT NULL,
        closed boolean NOT NULL DEFAULT false
    )""",
    """CREATE TABLE label (
        id uuid PRIMARY KEY,
        programme uuid NOT NULL REFERENCES programme,
        place uuid NOT NULL REFERENCES place,
        valid daterange NOT NULL CHECK (NOT isempty(valid)),
        end_reason text,
        sequence integer NOT NULL,
        operation bigint NOT NULL REFERENCES operation,
        CONSTRAINT label_without_overlap UNIQUE (programme, place, valid WITHOUT OVERLAPS)
    )""",
    """CREATE TABLE voucher_order (
        id uuid PRIMARY KEY,
        programme uuid NOT NULL REFERENCES programme,
        buyer uuid NOT NULL,
        booklets integer NOT NULL CHECK (booklets > 0),
        state text NOT NULL
            CHECK (state IN ('placed', 'funded', 'delivered', 'ready', 'active')),
        sequence integer NOT NULL,
        operation bigint NOT NULL REFERENCES operation
    )""",
    """CREATE TABLE payment_order (
        id uuid PRIMARY KEY,
        voucher_order uuid NOT NULL REFERENCES voucher_order,
        buyer uuid NOT NULL,
        fiscal_year smallint NOT NULL,
        number text NOT NULL,
        cents bigint NOT NULL CHECK (cents > 0),
        proposed_by text NOT NULL,
        approved_by text,
        operation bigint UNIQUE REFERENCES operation,
        CONSTRAINT payment_order_once UNIQUE (buyer, fiscal_year, number),
        CONSTRAINT payment_order_four_eyes CHECK (approved_by <> proposed_by),
        CONSTRAINT payment_order_approved CHECK ((approved_by IS NULL) = (operation IS NULL))
    )""",
    "CREATE INDEX payment_order_voucher_order ON payment_order (voucher_order)",
    """CREATE TABLE activation (
        id uuid PRIMARY KEY,
        voucher_order uuid NOT NULL UNIQUE REFERENCES voucher_order,
        proposed_by text NOT NULL,
        approved_by text,
        operation bigint UNIQUE REFERENCES operation,
        CONSTRAINT activation_four_eyes CHECK (approved_by <> proposed_by),
        CONSTRAINT activation_approved CHECK ((approved_by IS NULL) = (operation IS NULL))
    )""",
    """CREATE TABLE booklet (
        id uuid PRIMARY KEY,
        voucher_order uuid NOT NULL REFERENCES voucher_order,
        programme uuid NOT NULL REFERENCES programme,
        rank integer NOT NULL,
        state text NOT NULL CHECK (state IN ('ordered', 'stocked', 'active', 'issued')),
        distributor uuid,
        holder uuid,
        issued_at timestamptz,
        referral uuid,
        correlation uuid,
        sequence integer NOT NULL,
        UNIQUE (voucher_order, rank),
        CONSTRAINT booklet_in_stock CHECK ((state = 'ordered') = (distributor IS NULL)),
        CONSTRAINT booklet_issued CHECK ((state = 'issued') = (holder IS NOT NULL))
    )""",
    # The next of a distributor's stock.
    """CREATE INDEX booklet_stock ON booklet (distributor, programme, voucher_order, rank)
        WHERE state = 'active'""",
    # The only place where a booklet leads to a person: an erasure empties it, the ledger stays.
    """CREATE TABLE holder (
        id uuid PRIMARY KEY,
        booklet uuid NOT NULL UNIQUE REFERENCES booklet,
        person uuid NOT NULL
    )""",
    "CREATE INDEX holder_person ON holder (person)",
    """CREATE TABLE voucher (
        id uuid PRIMARY KEY,
        booklet uuid NOT NULL REFERENCES booklet,
        voucher_order uuid NOT NULL REFERENCES voucher_order,
        serial integer NOT NULL,
        CONSTRAINT voucher_serial UNIQUE (voucher_order, serial)
    )""",
    "CREATE INDEX voucher_booklet ON voucher (booklet, serial)",
    """CREATE TABLE voucher_share (
        voucher uuid NOT NULL REFERENCES voucher,
        place smallint NOT NULL,
        funder uuid NOT NULL,
        cents integer NOT NULL,
        PRIMARY KEY (voucher, place),
        CONSTRAINT voucher_share_floor CHECK (cents >= 0)
    )""",
    """CREATE TABLE referral (
        id uuid PRIMARY KEY,
        person uuid NOT NULL,
        correlation uuid NOT NULL,
        parties uuid[] NOT NULL
    )""",
    "CREATE INDEX referral_person ON referral (person)",
    """CREATE TABLE booking (
        id uuid PRIMARY KEY,
        session uuid NOT NULL,
        place uuid NOT NULL,
        organisation uuid NOT NULL,
        person uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        correlation uuid,
        cancelled boolean NOT NULL DEFAULT false,
        attendance_status text,
        title_presented boolean,
        attended_at timestamptz,
        attendance_sequence integer,
        refused text
    )""",
    "CREATE INDEX booking_person ON booking (person, id)",
    "CREATE INDEX booking_place ON booking (place, starts_at)",
    """CREATE TABLE hold (
        operation bigint PRIMARY KEY REFERENCES operation,
        booklet uuid NOT NULL REFERENCES booklet,
        booking uuid NOT NULL,
        turn integer NOT NULL,
        cents integer NOT NULL CHECK (cents > 0),
        CONSTRAINT hold_once UNIQUE (booking, turn)
    )""",
    "CREATE INDEX hold_booklet ON hold (booklet)",
    "ALTER TABLE transfer ADD FOREIGN KEY (resolves) REFERENCES hold",
    """CREATE TABLE redemption (
        operation bigint PRIMARY KEY REFERENCES operation,
        voucher uuid NOT NULL REFERENCES voucher,
        turn integer NOT NULL CHECK (turn > 0),
        attendance uuid NOT NULL,
        nth integer NOT NULL CHECK (nth > 0),
        programme uuid NOT NULL,
        place uuid NOT NULL,
        organisation uuid NOT NULL,
        session_day daterange NOT NULL CHECK (upper(session_day) - lower(session_day) = 1),
        cents integer NOT NULL CHECK (cents > 0),
        CONSTRAINT redemption_once UNIQUE (voucher, turn),
        CONSTRAINT redemption_of_attendance UNIQUE (attendance, nth),
        CONSTRAINT redemption_labelled FOREIGN KEY (programme, place, PERIOD session_day)
            REFERENCES label (programme, place, PERIOD valid)
    )""",
    "CREATE INDEX redemption_due ON redemption (programme, organisation, operation)",
    """CREATE TABLE settlement (
        id uuid PRIMARY KEY,
        programme uuid NOT NULL REFERENCES programme,
        organisation uuid NOT NULL,
        number integer NOT NULL,
        cut_off bigint NOT NULL,
        cents bigint NOT NULL CHECK (cents > 0),
        operation bigint NOT NULL UNIQUE REFERENCES operation,
        CONSTRAINT settlement_number UNIQUE (programme, organisation, number),
        CONSTRAINT settlement_cut_off UNIQUE (programme, organisation, cut_off)
    )""",
    """CREATE TABLE settlement_line (
        redemption bigint NOT NULL REFERENCES redemption,
        settlement uuid NOT NULL REFERENCES settlement,
        CONSTRAINT settlement_line_once UNIQUE (redemption)
    )""",
    "CREATE INDEX settlement_line_settlement ON settlement_line (settlement)",
)

_JOURNALS = (
    *("operation", "transfer", "programme", "programme_funder", "voucher", "voucher_share"),
    *("hold", "redemption", "settlement", "settlement_line"),
)

_RIGHTS = (
    *(f"SELECT, INSERT ON {name}" for name in _JOURNALS),
    "SELECT, INSERT, UPDATE (balance) ON account",
    "SELECT, INSERT, UPDATE (organisation, name, closed) ON place",
    "SELECT, INSERT, UPDATE (valid, end_reason, sequence) ON label",
    "SELECT, INSERT, UPDATE (state, sequence) ON voucher_order",
    "SELECT, INSERT, UPDATE (approved_by, operation) ON payment_order",
    "SELECT, INSERT, UPDATE (approved_by, operation) ON activation",
    """SELECT, INSERT,
        UPDATE (state, distributor, holder, issued_at, referral, correlation, sequence)
        ON booklet""",
    "SELECT, INSERT ON holder",
    "SELECT, INSERT ON referral",
    "SELECT, INSERT, UPDATE ON booking",
)

_NAMES = (
    *("operation", "programme", "programme_funder", "account", "transfer", "place", "label"),
    *("voucher_order", "payment_order", "activation", "booklet", "holder", "voucher"),
    *("voucher_share", "referral", "booking", "hold", "redemption", "settlement"),
    "settlement_line",
)


def upgrade() -> None:
    """Create the ledger; the role that serves adds rows and changes none of a journal."""
    role = context.config.attributes["role"]
    for statement in _TABLES:
        op.execute(statement)
    op.execute(
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END $$"""
    )
    for name in _JOURNALS:
        op.execute(
            f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {name}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()"""
        )
        op.execute(
            f"""CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {name}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
        )
    for right in _RIGHTS:
        op.execute(f'GRANT {right} TO "{role}"')


def downgrade() -> None:
    """Leave the directory alone."""
    op.execute("ALTER TABLE transfer DROP CONSTRAINT transfer_resolves_fkey")
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP EXTENSION btree_gist")
