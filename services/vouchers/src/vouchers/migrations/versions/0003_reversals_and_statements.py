"""What undoes a redemption, and what ends a programme: reversals and statements (ledger.md §2)."""

from alembic import context, op

revision = "0003"
down_revision = "0002"

_KINDS = "'funds', 'backing', 'booklet', 'held', 'due', 'settled'"

_TABLES = (
    "ALTER TABLE account DROP CONSTRAINT account_kind_check",
    f"ALTER TABLE account ADD CONSTRAINT account_kind_check CHECK (kind IN ({_KINDS}, 'expired'))",
    # A turn after the first needs the reversal of the one before: said by the database.
    """ALTER TABLE redemption
        ADD COLUMN turn_before integer GENERATED ALWAYS AS (nullif(turn - 1, 0)) STORED,
        ADD COLUMN nth_before integer GENERATED ALWAYS AS (nullif(nth - 1, 0)) STORED,
        ADD CONSTRAINT redemption_whole UNIQUE (operation, voucher, turn, attendance, nth)""",
    """CREATE TABLE reversal (
        operation bigint PRIMARY KEY REFERENCES operation,
        redemption bigint NOT NULL,
        voucher uuid NOT NULL,
        turn integer NOT NULL,
        attendance uuid NOT NULL,
        nth integer NOT NULL,
        reason text NOT NULL,
        CONSTRAINT reversal_once UNIQUE (redemption),
        CONSTRAINT reversal_turn UNIQUE (voucher, turn),
        CONSTRAINT reversal_nth UNIQUE (attendance, nth),
        CONSTRAINT reversal_of_redemption
            FOREIGN KEY (redemption, voucher, turn, attendance, nth)
            REFERENCES redemption (operation, voucher, turn, attendance, nth)
    )""",
    """ALTER TABLE redemption
        ADD CONSTRAINT redemption_after_reversal
            FOREIGN KEY (voucher, turn_before) REFERENCES reversal (voucher, turn),
        ADD CONSTRAINT redemption_of_attendance_anew
            FOREIGN KEY (attendance, nth_before) REFERENCES reversal (attendance, nth)""",
    """CREATE TABLE statement (
        id uuid PRIMARY KEY,
        programme uuid NOT NULL REFERENCES programme,
        proposed_by text NOT NULL,
        approved_by text,
        operation bigint UNIQUE REFERENCES operation,
        CONSTRAINT statement_once UNIQUE (programme),
        CONSTRAINT statement_four_eyes CHECK (approved_by <> proposed_by),
        CONSTRAINT statement_approved CHECK ((approved_by IS NULL) = (operation IS NULL))
    )""",
    """CREATE TABLE statement_line (
        statement uuid NOT NULL REFERENCES statement,
        voucher uuid NOT NULL REFERENCES voucher,
        CONSTRAINT statement_line_once UNIQUE (voucher)
    )""",
    "CREATE INDEX statement_line_statement ON statement_line (statement)",
)
_JOURNALS = ("reversal", "statement_line")
_RIGHTS = (
    *(f"SELECT, INSERT ON {name}" for name in _JOURNALS),
    "SELECT, INSERT, UPDATE (approved_by, operation) ON statement",
)


def upgrade() -> None:
    """Add to the ledger; the two new journals are kept as the others are."""
    role = context.config.attributes["role"]
    for statement in _TABLES:
        op.execute(statement)
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
    """Leave the ledger as it was; a value that expired has no account there."""
    op.execute("DROP TABLE statement_line")
    op.execute("DROP TABLE statement")
    op.execute(
        """ALTER TABLE redemption DROP CONSTRAINT redemption_after_reversal,
        DROP CONSTRAINT redemption_of_attendance_anew"""
    )
    op.execute("DROP TABLE reversal")
    op.execute(
        """ALTER TABLE redemption DROP CONSTRAINT redemption_whole,
        DROP COLUMN turn_before, DROP COLUMN nth_before"""
    )
    op.execute("ALTER TABLE account DROP CONSTRAINT account_kind_check")
    op.execute(f"ALTER TABLE account ADD CONSTRAINT account_kind_check CHECK (kind IN ({_KINDS}))")
