"""Which channel a message of unknown outcome went to, and who is posting a share."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a share that was never sent has no time."""
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("attempted_channel_id", sa.BigInteger))
    with op.batch_alter_table("shares") as shares:
        shares.alter_column("shared_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        shares.add_column(sa.Column("claimed_by", sa.String(32)))
        shares.add_column(sa.Column("claimed_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop them, with the shares that were never sent."""
    op.execute("DELETE FROM shares WHERE shared_at IS NULL")
    with op.batch_alter_table("shares") as shares:
        shares.drop_column("claimed_until")
        shares.drop_column("claimed_by")
        shares.alter_column("shared_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    with op.batch_alter_table("notices") as notices:
        notices.drop_column("attempted_channel_id")
