"""Which bookings there are, so that what follows them can be told to those whom it concerns.

Bookings confirmed before this table stood are not in it: nobody is told of what follows them.
"""

from alembic import context, op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    role = context.config.attributes["role"]
    op.execute(
        """CREATE TABLE booking (
            id uuid PRIMARY KEY,
            organisation uuid NOT NULL,
            person uuid NOT NULL,
            referral uuid,
            learnt_at timestamptz NOT NULL,
            data_subject text NOT NULL
        )"""
    )
    op.execute("CREATE INDEX booking_subject ON booking (data_subject)")
    op.execute(f'GRANT SELECT, INSERT ON booking TO "{role}"')


def downgrade() -> None:
    op.execute("DROP TABLE booking")
