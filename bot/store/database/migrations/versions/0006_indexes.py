"""Indexes for what was looked for among all jobs: other tries, and tokens to forget."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HAS_TOKEN = sa.text("interaction_token IS NOT NULL")


def upgrade() -> None:
    """Create them; few jobs have a token, since it goes when they are delivered."""
    op.create_index("ix_jobs_retry_of", "jobs", ["retry_of"])
    op.create_index(
        "ix_jobs_live_token",
        "jobs",
        ["created_at"],
        sqlite_where=HAS_TOKEN,
        postgresql_where=HAS_TOKEN,
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("ix_jobs_live_token", "ix_jobs_retry_of"):
        op.drop_index(name, "jobs")
