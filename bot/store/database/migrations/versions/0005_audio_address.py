"""Of the finished file only the address is kept: nothing read what the provider said of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("audio_content_type", sa.Text),
        sa.Column("audio_file_name", sa.Text),
        sa.Column("audio_size_bytes", sa.BigInteger),
    )


def upgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("jobs") as jobs:
        for column in _columns():
            jobs.drop_column(column.name)


def downgrade() -> None:
    """Add them, empty: that is what they are where the provider says nothing."""
    with op.batch_alter_table("jobs") as jobs:
        for column in _columns():
            jobs.add_column(column)
