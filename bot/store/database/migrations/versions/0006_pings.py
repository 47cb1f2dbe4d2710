"""Of the messages about variations one notifies their member: which is stored with the attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0006_pings"
down_revision = "0005_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until now each message notified."""
    pings = sa.Column("pings", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("notices", pings)
