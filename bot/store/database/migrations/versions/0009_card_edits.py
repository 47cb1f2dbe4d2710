"""Cards that are to be drawn, answers of Discord's that nobody knows, and who deleted a track."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "card_edits",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_code", sa.Integer),
        sa.Column("refused_times", sa.Integer, nullable=False, server_default="0"),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_card_edits"),
    )
    op.create_index("ix_card_edits_due_at", "card_edits", ["due_at"])
    op.create_table(
        "refusals",
        sa.Column("notice_id", sa.BigInteger, nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "way", name="pk_refusals"),
    )
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("deleted_by_member", sa.Boolean))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("deleted_by_member")
    op.drop_table("refusals")
    op.drop_index("ix_card_edits_due_at", "card_edits")
    op.drop_table("card_edits")
