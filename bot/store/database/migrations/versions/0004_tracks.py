"""More that can be asked for, how jobs are related, and what becomes of finished tracks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Snowflake = sa.BigInteger
JobId = sa.String(16)

INDEXES = {
    "ix_jobs_batch_id": ["batch_id"],
    "ix_jobs_guild_id_finished_at": ["guild_id", "finished_at"],
}


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("lyrics", sa.Text),
        sa.Column("seconds", sa.Integer),
        sa.Column("instrumental", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("audio_format", sa.String(16)),
        sa.Column("reference_url", sa.Text),
        sa.Column("reference_file_name", sa.Text),
        sa.Column("reference_channel_id", Snowflake),
        sa.Column("reference_message_id", Snowflake),
        sa.Column("reference_attachment_id", Snowflake),
        sa.Column("private", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("outside", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("parent_id", JobId),
        sa.Column("relation", sa.String(16)),
        sa.Column("batch_id", JobId),
        sa.Column("take", sa.Integer, nullable=False, server_default="1"),
        sa.Column("title", sa.Text),
        sa.Column("duration_s", sa.Float),
        sa.Column("tempo_bpm", sa.Float),
        sa.Column("deleted_at", Moment),
    )


def upgrade() -> None:
    """Jobs of earlier versions asked for one public track each, and have no parents."""
    with op.batch_alter_table("jobs") as jobs:
        for column in _columns():
            jobs.add_column(column)
        jobs.alter_column("seed", existing_type=sa.BigInteger, nullable=True)
        jobs.drop_constraint("uq_jobs_interaction_id", type_="unique")
        jobs.create_unique_constraint("uq_jobs_interaction_id_take", ["interaction_id", "take"])
        jobs.create_foreign_key("fk_jobs_parent_id", "jobs", ["parent_id"], ["id"])
        jobs.create_foreign_key("fk_jobs_batch_id", "jobs", ["batch_id"], ["id"])
    for name, columns in INDEXES.items():
        op.create_index(name, "jobs", columns)
    op.create_table(
        "likes",
        sa.Column("job_id", JobId, nullable=False),
        sa.Column("member_id", Snowflake, nullable=False),
        sa.Column("liked_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "member_id", name="pk_likes"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_likes_job_id"),
    )
    op.create_index("ix_likes_liked_at", "likes", ["liked_at"])
    op.create_table(
        "shares",
        sa.Column("job_id", JobId, nullable=False),
        sa.Column("channel_id", Snowflake, nullable=False),
        sa.Column("guild_id", Snowflake),
        sa.Column("message_id", Snowflake),
        sa.Column("shared_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "channel_id", name="pk_shares"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_shares_job_id"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", JobId, nullable=False),
        sa.Column("member_id", Snowflake, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_created_at", "drafts", ["created_at"])


def downgrade() -> None:
    """Drop all of it; variations but the first can't be told from others any more."""
    for table in ("drafts", "shares", "likes"):
        op.drop_table(table)
    for name in INDEXES:
        op.drop_index(name, "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_constraint("fk_jobs_batch_id", type_="foreignkey")
        jobs.drop_constraint("fk_jobs_parent_id", type_="foreignkey")
        jobs.drop_constraint("uq_jobs_interaction_id_take", type_="unique")
        for column in _columns():
            jobs.drop_column(column.name)
        jobs.create_unique_constraint("uq_jobs_interaction_id", ["interaction_id"])
