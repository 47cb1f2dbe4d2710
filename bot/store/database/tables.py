"""The tables, as the migrations leave them (a test compares the two)."""

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa

from bot.domain.jobs import FailureKind, JobState, NoticeKind, Rung
from bot.domain.money import CostSource
from bot.domain.requests import AudioFormat, Relation


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware UTC datetimes on both databases; SQLite has no time zones of its own."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Store UTC; a naive datetime is a bug in the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Read as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class AnyText(sa.types.TypeDecorator[str]):
    """Whatever a member or the provider sent, as text that both databases take.

    JSON can spell half a surrogate pair, which is no UTF-8, and PostgreSQL stores no NUL.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Leave out what can't be stored, rather than refuse the row."""
        if value is None:
            return None
        return value.replace("\x00", "").encode("utf-8", "replace").decode()


class OneOf(sa.types.TypeDecorator[StrEnum]):
    """One of the few words of an enumeration; as such it comes back."""

    impl = sa.String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(16)
        self.words = words

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> StrEnum | None:  # noqa: ARG002
        """Raises `ValueError` for a word that is none of them."""
        return None if value is None else self.words(value)


metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Discord's ids need 64 bits; SQLite only counts a plain INTEGER up by itself.
Snowflake = sa.BigInteger
Counter = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("state", OneOf(JobState), nullable=False),
    # what was asked for
    sa.Column("model", sa.String(64), nullable=False),
    sa.Column("prompt", AnyText, nullable=False),
    sa.Column("negative_prompt", AnyText),
    sa.Column("seed", sa.BigInteger),
    sa.Column("lyrics", AnyText),
    sa.Column("seconds", sa.Integer),
    sa.Column("instrumental", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("audio_format", OneOf(AudioFormat)),
    sa.Column("reference_url", AnyText),
    sa.Column("reference_file_name", AnyText),
    sa.Column("reference_channel_id", Snowflake),
    sa.Column("reference_message_id", Snowflake),
    sa.Column("reference_attachment_id", Snowflake),
    # where it came from, and where the answer goes
    sa.Column("interaction_id", Snowflake, nullable=False),
    sa.Column("interaction_token", sa.Text),
    sa.Column("application_id", Snowflake, nullable=False),
    sa.Column("guild_id", Snowflake),
    sa.Column("channel_id", Snowflake, nullable=False),
    sa.Column("member_id", Snowflake, nullable=False),
    sa.Column("upload_limit_bytes", sa.BigInteger, nullable=False),
    sa.Column("card_message_id", Snowflake),
    sa.Column("retry_of", sa.String(16), sa.ForeignKey("jobs.id")),
    sa.Column("private", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("outside", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("member_locale", sa.String(16)),
    sa.Column("server_locale", sa.String(16)),
    # what it has to do with other jobs
    sa.Column("parent_id", sa.String(16), sa.ForeignKey("jobs.id")),
    sa.Column("relation", OneOf(Relation)),
    sa.Column("batch_id", sa.String(16), sa.ForeignKey("jobs.id")),
    sa.Column("take", sa.Integer, nullable=False, server_default="1"),
    # the place in the queue that the card shows, and since when
    sa.Column("shown_place", sa.Integer),
    sa.Column("shown_at", UtcDateTime),
    # what happened
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("submitted_at", UtcDateTime),
    sa.Column("finished_at", UtcDateTime),
    sa.Column("generation_id", AnyText),
    sa.Column("inference_id", AnyText, index=True),
    sa.Column("audio_url", AnyText),
    sa.Column("failure_kind", OneOf(FailureKind)),
    sa.Column("failure_reason", AnyText),
    # Each POST is known to the provider's logs by the job and its number. Since when its outcome is
    # unknown, and when the logs are to be asked next, for that or for what it cost.
    sa.Column("submission", sa.Integer, nullable=False, server_default="0"),
    sa.Column("first_submitted_at", UtcDateTime),
    sa.Column("submitted_with", sa.String(16)),
    sa.Column("unsure_since", UtcDateTime),
    sa.Column("lookup_due_at", UtcDateTime),
    sa.Column("failed_at_provider", sa.Integer, nullable=False, server_default="0"),
    # found when its member had asked for it again: not told of, but kept for `/tracks`
    sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.false()),
    # what it may cost and what it did cost, and as how many tracks it counts
    sa.Column("held_credits", sa.BigInteger),
    sa.Column("cost_credits", sa.BigInteger),
    sa.Column("cost_source", OneOf(CostSource)),
    sa.Column("counts_as", sa.Integer, nullable=False, server_default="1"),
    # the finished track
    sa.Column("title", AnyText),
    sa.Column("duration_s", sa.Float),
    sa.Column("tempo_bpm", sa.Float),
    sa.Column("deleted_at", UtcDateTime),
    sa.Column("deleted_by_member", sa.Boolean),
    # when a backup was restored in which it had not ended: what was told of it since is unknown
    sa.Column("restored_at", UtcDateTime),
    # who works on it
    sa.Column("claimed_by", sa.String(32)),
    sa.Column("claimed_until", UtcDateTime),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "member_id", "created_at"),
    sa.Index(None, "created_at"),
    sa.Index(None, "model", "finished_at"),
    sa.Index(None, "batch_id"),
    sa.Index(None, "guild_id", "finished_at"),
    sa.Index(None, "retry_of"),
    sa.Index(None, "parent_id"),
    # Of those that have a token alone: few at any time, among all the jobs there ever were. The
    # migration says so; to say it here as well would load PostgreSQL's dialect for SQLite.
    sa.Index("ix_jobs_live_token", "created_at"),
    # likewise, of those that are to be looked up
    sa.Index("ix_jobs_lookup", "lookup_due_at"),
    sa.Index("ix_jobs_spending", "submitted_at", "held_credits", "cost_credits"),
    # An interaction makes a request at most once, however often the gateway repeats it.
    sa.UniqueConstraint("interaction_id", "take"),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", Counter, primary_key=True, autoincrement=True),
    sa.Column("job_id", sa.String(16), sa.ForeignKey("jobs.id"), nullable=False),
    sa.Column("kind", OneOf(NoticeKind), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # null once nothing is left to do: it was told and the card shows it, or it is held
    sa.Column("due_at", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempted_at", UtcDateTime),
    sa.Column("attempted_rung", OneOf(Rung)),
    sa.Column("attempted_channel_id", Snowflake),
    sa.Column("unsure", sa.Boolean, nullable=False, server_default=sa.false()),
    # whether the message that was tried last notifies; what that means before a try is nothing
    sa.Column("pings", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("told_at", UtcDateTime),
    sa.Column("rung", OneOf(Rung)),
    sa.Column("message_channel_id", Snowflake),
    sa.Column("message_id", Snowflake),
    sa.Column("problem", AnyText),
    sa.Column("claimed_by", sa.String(32)),
    sa.Column("claimed_until", UtcDateTime),
    sa.UniqueConstraint("job_id", "kind"),
    sa.Index(None, "due_at"),
)

# Answers of Discord's that are in no list of ours, as they came in a row on one way to a member.
refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("notice_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("way", sa.String(32), primary_key=True),
    sa.Column("code", sa.Integer, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("refused_at", UtcDateTime, nullable=False),
)

# Cards that don't show yet how things stand, by the job that their buttons name. A row goes away
# when what it asks for is drawn; `version` tells whether more has happened since somebody began.
card_edits = sa.Table(
    "card_edits",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("claimed_by", sa.String(32)),
    sa.Column("claimed_until", UtcDateTime),
    sa.Index(None, "due_at"),
)

# Audio that stands in no message: the provider's links expire, and processes share no disk.
held_audio = sa.Table(
    "held_audio",
    metadata,
    sa.Column("job_id", sa.String(16), sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("held_at", UtcDateTime, nullable=False),
)

# Who is alive: what a dead process had claimed is free for the others.
processes = sa.Table(
    "processes",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("alive_until", UtcDateTime, nullable=False),
)

# While the provider accepts nothing, one row holds submissions back in all processes.
pauses = sa.Table(
    "pauses",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("probe_at", UtcDateTime, nullable=False),
    sa.Column("distance_s", sa.Float, nullable=False),
    # whether key and balance look right since the last refusal
    sa.Column("looks_right", sa.Boolean, nullable=False, server_default=sa.false()),
)

# What one process does for all: when it is due again, who does it, and what to remember of it.
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("claimed_by", sa.String(32)),
    sa.Column("claimed_until", UtcDateTime),
    sa.Column("memo", sa.Text),
)

# What the provider's list says of each model, as it came. Those it lacks aren't `listed`.
prices = sa.Table(
    "prices",
    metadata,
    sa.Column("model", sa.String(64), primary_key=True),
    sa.Column("pricing", sa.Text),
    sa.Column("listed", sa.Boolean, nullable=False),
)

# What was spent on days that are over, so that months need not be added up from their jobs. No
# server is 0. A day's rows are made from its jobs again when the cost of one of them changes.
spend_days = sa.Table(
    "spend_days",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("guild_id", Snowflake, primary_key=True, autoincrement=False),
    sa.Column("member_id", Snowflake, primary_key=True, autoincrement=False),
    sa.Column("model", sa.String(64), primary_key=True),
    sa.Column("source", OneOf(CostSource), primary_key=True),
    sa.Column("tracks", sa.Integer, nullable=False),
    sa.Column("credits", sa.BigInteger, nullable=False),
)

# What the host is told of, as long as it lasts: each once, by one process.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("cause", sa.String(16), primary_key=True),
    sa.Column("place", sa.String(64), primary_key=True),
    sa.Column("began_at", UtcDateTime, nullable=False),
    sa.Column("told_at", UtcDateTime),
    sa.Column("claimed_until", UtcDateTime),
)

# Who likes which track: each member once.
likes = sa.Table(
    "likes",
    metadata,
    sa.Column("job_id", sa.String(16), sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("member_id", Snowflake, primary_key=True),
    sa.Column("liked_at", UtcDateTime, nullable=False),
    sa.Index(None, "liked_at"),
)

# Where a track was posted besides its own announcement.
shares = sa.Table(
    "shares",
    metadata,
    sa.Column("job_id", sa.String(16), sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("channel_id", Snowflake, primary_key=True),
    sa.Column("guild_id", Snowflake),
    sa.Column("message_id", Snowflake),
    # null before it was first sent
    sa.Column("shared_at", UtcDateTime),
    # who is posting it
    sa.Column("claimed_by", sa.String(32)),
    sa.Column("claimed_until", UtcDateTime),
)

# What members had typed when it could not be taken, so that nobody types it twice.
drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("member_id", Snowflake, nullable=False),
    sa.Column("content", AnyText, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index(None, "created_at"),
    sa.Index(None, "member_id", "created_at"),
)

# Options that members saved under a name, each for themselves.
styles = sa.Table(
    "styles",
    metadata,
    sa.Column("member_id", Snowflake, primary_key=True, autoincrement=False),
    # the name in all its spellings
    sa.Column("name_key", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("model", sa.String(64)),
    sa.Column("negative_prompt", AnyText),
    sa.Column("seconds", sa.Integer),
    sa.Column("audio_format", OneOf(AudioFormat)),
    sa.Column("words", AnyText),
    # what it was used for last; requests that came to nothing are deleted without it
    sa.Column("last_job_id", sa.String(16)),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)
