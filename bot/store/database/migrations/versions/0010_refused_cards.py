"""How often Discord refused a card is not asked for any more: it is tried on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("card_edits") as card_edits:
        card_edits.drop_column("refused_code")
        card_edits.drop_column("refused_times")


def downgrade() -> None:
    """Add them again, empty."""
    with op.batch_alter_table("card_edits") as card_edits:
        card_edits.add_column(sa.Column("refused_code", sa.Integer))
        card_edits.add_column(
            sa.Column("refused_times", sa.Integer, nullable=False, server_default="0")
        )
