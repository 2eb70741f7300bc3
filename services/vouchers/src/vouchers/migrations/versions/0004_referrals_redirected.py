"""A referral may be redirected: more organisations take part than it was sent to."""

from alembic import context, op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Let the service add parties; what a referral is otherwise stays as it was told."""
    role = context.config.attributes["role"]
    op.execute(f'GRANT UPDATE (parties) ON referral TO "{role}"')


def downgrade() -> None:
    """Parties stay those of the sending."""
    role = context.config.attributes["role"]
    op.execute(f'REVOKE UPDATE (parties) ON referral FROM "{role}"')
