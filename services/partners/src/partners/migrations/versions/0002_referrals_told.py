"""Which referrals there are, so that their facts can be told to those whom they concern.

Referrals sent before this table stood are not in it: nobody is told of their later facts.
"""

from alembic import context, op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    role = context.config.attributes["role"]
    op.execute(
        """CREATE TABLE referral (
            id uuid PRIMARY KEY,
            sender uuid NOT NULL,
            targets uuid[] NOT NULL,
            person uuid NOT NULL,
            correlation uuid NOT NULL,
            submission uuid,
            learnt_at timestamptz NOT NULL,
            data_subject text NOT NULL
        )"""
    )
    op.execute("CREATE INDEX referral_subject ON referral (data_subject)")
    # From the person to the organisation's id: until now it was only looked up the other way.
    op.execute("CREATE INDEX outward_id_person ON outward_id (person, organisation)")
    op.execute(f'GRANT SELECT, INSERT ON referral TO "{role}"')


def downgrade() -> None:
    op.execute("DROP INDEX outward_id_person")
    op.execute("DROP TABLE referral")
