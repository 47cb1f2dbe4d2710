"""The pause in submitting, which all processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table; without a row, submissions go out freely."""
    op.create_table(
        "pauses",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("probe_at", Moment, nullable=False),
        sa.Column("distance_s", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pauses"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("pauses")
