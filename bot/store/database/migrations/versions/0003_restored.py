"""Jobs that had not ended in a backup that was restored."""

import sqlalchemy as sa
from alembic import op

revision = "0003_restored"
down_revision = "0002_locales"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when that was."""
    op.add_column("jobs", sa.Column("restored_at", sa.DateTime(timezone=True)))
