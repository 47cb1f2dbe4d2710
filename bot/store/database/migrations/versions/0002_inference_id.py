"""What the provider's ledger calls a job's charge."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; jobs of earlier versions have none."""
    op.add_column("jobs", sa.Column("inference_id", sa.Text))
    op.create_index("ix_jobs_inference_id", "jobs", ["inference_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_jobs_inference_id", "jobs")
    op.drop_column("jobs", "inference_id")
