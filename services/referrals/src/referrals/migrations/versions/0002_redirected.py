"""A target may be asked no longer (redirected), and others in its place."""

from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = ("referral_target", "referral_transition")
_BEFORE = "'sent', 'accepted', 'refused', 'completed'"


def upgrade() -> None:
    _allow(f"{_BEFORE}, 'redirected'")
    op.execute("ALTER TABLE referral_target ADD COLUMN instead_of uuid")


def downgrade() -> None:
    op.execute("ALTER TABLE referral_target DROP COLUMN instead_of")
    _allow(_BEFORE)


def _allow(states: str) -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_state_check")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_state_check CHECK (state IN ({states}))"
        )
