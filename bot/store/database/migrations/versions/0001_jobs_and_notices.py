"""Jobs, notices, held audio, and the processes that are alive."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("negative_prompt", sa.Text),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("interaction_id", sa.BigInteger, nullable=False),
        sa.Column("interaction_token", sa.Text),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("upload_limit_bytes", sa.BigInteger, nullable=False),
        sa.Column("card_message_id", sa.BigInteger),
        sa.Column("retry_of", sa.String(16)),
        sa.Column("shown_place", sa.Integer),
        sa.Column("shown_at", Moment),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("submitted_at", Moment),
        sa.Column("finished_at", Moment),
        sa.Column("generation_id", sa.Text),
        sa.Column("audio_url", sa.Text),
        sa.Column("audio_content_type", sa.Text),
        sa.Column("audio_file_name", sa.Text),
        sa.Column("audio_size_bytes", sa.BigInteger),
        sa.Column("failure_kind", sa.String(16)),
        sa.Column("failure_reason", sa.Text),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["retry_of"], ["jobs.id"], name="fk_jobs_retry_of"),
        sa.UniqueConstraint("interaction_id", name="uq_jobs_interaction_id"),
    )
    op.create_index("ix_jobs_state_due_at", "jobs", ["state", "due_at"])
    op.create_index("ix_jobs_member_id_created_at", "jobs", ["member_id", "created_at"])
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])
    op.create_index("ix_jobs_model_finished_at", "jobs", ["model", "finished_at"])
    op.create_table(
        "notices",
        sa.Column("id", Counter, nullable=False, autoincrement=True),
        sa.Column("job_id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempted_at", Moment),
        sa.Column("attempted_rung", sa.String(16)),
        sa.Column("unsure", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("told_at", Moment),
        sa.Column("rung", sa.String(16)),
        sa.Column("message_channel_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("problem", sa.Text),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_notices_job_id"),
        sa.UniqueConstraint("job_id", "kind", name="uq_notices_job_id_kind"),
    )
    op.create_index("ix_notices_due_at", "notices", ["due_at"])
    op.create_table(
        "held_audio",
        sa.Column("job_id", sa.String(16), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("held_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_held_audio"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_held_audio_job_id"),
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alive_until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_processes"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("processes")
    op.drop_table("held_audio")
    op.drop_table("notices")
    op.drop_table("jobs")
