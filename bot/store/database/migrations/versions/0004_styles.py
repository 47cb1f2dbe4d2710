"""Members can save styles."""

import sqlalchemy as sa
from alembic import op

revision = "0004_styles"
down_revision = "0003_restored"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has any yet."""
    op.create_table(
        "styles",
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("model", sa.String(64)),
        sa.Column("negative_prompt", sa.Text),
        sa.Column("seconds", sa.Integer),
        sa.Column("audio_format", sa.String(16)),
        sa.Column("words", sa.Text),
        sa.Column("last_job_id", sa.String(16)),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "name_key", name="pk_styles"),
    )
