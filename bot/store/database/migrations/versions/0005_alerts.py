"""What the host is told of."""

import sqlalchemy as sa
from alembic import op

revision = "0005_alerts"
down_revision = "0004_styles"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "alerts",
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("told_at", Moment),
        sa.Column("claimed_until", Moment),
        sa.PrimaryKeyConstraint("cause", "place", name="pk_alerts"),
    )
