"""Everything there is at the start."""

import sqlalchemy as sa
from alembic import op

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HAS_TOKEN = sa.text("interaction_token IS NOT NULL")


def upgrade() -> None:
    """Create the tables, those first that others name."""
    _jobs()
    _notices()
    _refusals()
    _card_edits()
    _held_audio()
    _processes()
    _pauses()
    _likes()
    _shares()
    _drafts()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("negative_prompt", sa.Text),
        sa.Column("seed", sa.BigInteger),
        sa.Column("lyrics", sa.Text),
        sa.Column("seconds", sa.Integer),
        sa.Column("instrumental", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("audio_format", sa.String(16)),
        sa.Column("reference_url", sa.Text),
        sa.Column("reference_file_name", sa.Text),
        sa.Column("reference_channel_id", sa.BigInteger),
        sa.Column("reference_message_id", sa.BigInteger),
        sa.Column("reference_attachment_id", sa.BigInteger),
        sa.Column("interaction_id", sa.BigInteger, nullable=False),
        sa.Column("interaction_token", sa.Text),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("upload_limit_bytes", sa.BigInteger, nullable=False),
        sa.Column("card_message_id", sa.BigInteger),
        sa.Column("retry_of", sa.String(16)),
        sa.Column("private", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("outside", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("parent_id", sa.String(16)),
        sa.Column("relation", sa.String(16)),
        sa.Column("batch_id", sa.String(16)),
        sa.Column("take", sa.Integer, nullable=False, server_default="1"),
        sa.Column("shown_place", sa.Integer),
        sa.Column("shown_at", Moment),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("submitted_at", Moment),
        sa.Column("finished_at", Moment),
        sa.Column("generation_id", sa.Text),
        sa.Column("inference_id", sa.Text),
        sa.Column("audio_url", sa.Text),
        sa.Column("failure_kind", sa.String(16)),
        sa.Column("failure_reason", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("duration_s", sa.Float),
        sa.Column("tempo_bpm", sa.Float),
        sa.Column("deleted_at", Moment),
        sa.Column("deleted_by_member", sa.Boolean),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["batch_id"], ["jobs.id"], name="fk_jobs_batch_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["jobs.id"], name="fk_jobs_parent_id"),
        sa.ForeignKeyConstraint(["retry_of"], ["jobs.id"], name="fk_jobs_retry_of"),
        sa.UniqueConstraint("interaction_id", "take", name="uq_jobs_interaction_id_take"),
    )
    op.create_index("ix_jobs_batch_id", "jobs", ["batch_id"])
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])
    op.create_index("ix_jobs_guild_id_finished_at", "jobs", ["guild_id", "finished_at"])
    op.create_index("ix_jobs_inference_id", "jobs", ["inference_id"])
    op.create_index(
        "ix_jobs_live_token",
        "jobs",
        ["created_at"],
        sqlite_where=HAS_TOKEN,
        postgresql_where=HAS_TOKEN,
    )
    op.create_index("ix_jobs_member_id_created_at", "jobs", ["member_id", "created_at"])
    op.create_index("ix_jobs_model_finished_at", "jobs", ["model", "finished_at"])
    op.create_index("ix_jobs_parent_id", "jobs", ["parent_id"])
    op.create_index("ix_jobs_retry_of", "jobs", ["retry_of"])
    op.create_index("ix_jobs_state_due_at", "jobs", ["state", "due_at"])


def _notices() -> None:
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
        sa.Column("attempted_channel_id", sa.BigInteger),
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


def _refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("notice_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("refused_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "way", name="pk_refusals"),
    )


def _card_edits() -> None:
    op.create_table(
        "card_edits",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_card_edits"),
    )
    op.create_index("ix_card_edits_due_at", "card_edits", ["due_at"])


def _held_audio() -> None:
    op.create_table(
        "held_audio",
        sa.Column("job_id", sa.String(16), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("held_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_held_audio"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_held_audio_job_id"),
    )


def _processes() -> None:
    op.create_table(
        "processes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alive_until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_processes"),
    )


def _pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("probe_at", Moment, nullable=False),
        sa.Column("distance_s", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pauses"),
    )


def _likes() -> None:
    op.create_table(
        "likes",
        sa.Column("job_id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("liked_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "member_id", name="pk_likes"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_likes_job_id"),
    )
    op.create_index("ix_likes_liked_at", "likes", ["liked_at"])


def _shares() -> None:
    op.create_table(
        "shares",
        sa.Column("job_id", sa.String(16), nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("shared_at", Moment),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", Moment),
        sa.PrimaryKeyConstraint("job_id", "channel_id", name="pk_shares"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_shares_job_id"),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_created_at", "drafts", ["created_at"])
    op.create_index("ix_drafts_member_id_created_at", "drafts", ["member_id", "created_at"])
