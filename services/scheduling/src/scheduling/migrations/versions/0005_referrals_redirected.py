"""A referral may be redirected: more organisations are asked than it was sent to."""

from alembic import context, op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Let the service add targets; what a referral is otherwise stays as it was told."""
    role = context.config.attributes["role"]
    op.execute(f'GRANT UPDATE (targets) ON referral TO "{role}"')


def downgrade() -> None:
    """Targets stay those of the sending."""
    role = context.config.attributes["role"]
    op.execute(f'REVOKE UPDATE (targets) ON referral FROM "{role}"')
