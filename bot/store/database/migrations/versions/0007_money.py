"""What tracks cost, what is held for those under way, and what became of submissions."""

import sqlalchemy as sa
from alembic import op

revision = "0007_money"
down_revision = "0006_pings"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """What was submitted before has no hold and no known cost, and is looked up no more."""
    for column in (
        sa.Column("submission", sa.Integer, nullable=False, server_default="0"),
        sa.Column("first_submitted_at", Moment),
        sa.Column("submitted_with", sa.String(16)),
        sa.Column("unsure_since", Moment),
        sa.Column("lookup_due_at", Moment),
        sa.Column("failed_at_provider", sa.Integer, nullable=False, server_default="0"),
        sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("held_credits", sa.BigInteger),
        sa.Column("cost_credits", sa.BigInteger),
        sa.Column("cost_source", sa.String(16)),
        sa.Column("counts_as", sa.Integer, nullable=False, server_default="1"),
    ):
        op.add_column("jobs", column)
    spending = ["submitted_at", "held_credits", "cost_credits"]
    op.create_index("ix_jobs_spending", "jobs", spending)
    waiting = sa.text("lookup_due_at IS NOT NULL")
    op.create_index(
        "ix_jobs_lookup",
        "jobs",
        ["lookup_due_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    looks_right = sa.Column("looks_right", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("pauses", looks_right)
    op.create_table(
        "turns",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", Moment),
        sa.Column("memo", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_turns"),
    )
    op.create_table(
        "prices",
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("pricing", sa.Text),
        sa.Column("listed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("model", name="pk_prices"),
    )
    op.create_table(
        "spend_days",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("tracks", sa.Integer, nullable=False),
        sa.Column("credits", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "guild_id", "member_id", "model", "source", name="pk_spend_days"
        ),
    )
