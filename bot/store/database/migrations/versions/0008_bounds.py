"""Indexes for what is deleted in time: a member's oldest drafts, and jobs that nobody names."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them; a deleted job is looked for among all children."""
    op.create_index("ix_drafts_member_id_created_at", "drafts", ["member_id", "created_at"])
    op.create_index("ix_jobs_parent_id", "jobs", ["parent_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_jobs_parent_id", "jobs")
    op.drop_index("ix_drafts_member_id_created_at", "drafts")
