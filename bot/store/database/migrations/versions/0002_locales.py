"""Jobs know the languages of their member and of their server."""

import sqlalchemy as sa
from alembic import op

revision = "0002_locales"
down_revision = "0001_first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Older jobs know neither: they are told of in English."""
    op.add_column("jobs", sa.Column("member_locale", sa.String(16)))
    op.add_column("jobs", sa.Column("server_locale", sa.String(16)))
