"""What the targets of a referral are asked, so that those who are asked later are told it too.

Of a referral that was sent before this column stood the later targets are told nothing.
"""

from alembic import context, op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    role = context.config.attributes["role"]
    op.execute("ALTER TABLE referral ADD COLUMN asked jsonb")
    op.execute(f'GRANT UPDATE (targets) ON referral TO "{role}"')


def downgrade() -> None:
    op.execute("ALTER TABLE referral DROP COLUMN asked")
