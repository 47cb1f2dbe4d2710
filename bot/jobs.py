"""A job, the states it goes through, and the only moves between them.

received ─▶ queued ─▶ submitting ─▶ generating ─▶ succeeded
    │         │  ▲        │ │            │
    │         │  └────────┘ │            ├─▶ failed
    ▼         ▼   (refused, ▼            │
cancelled cancelled  free)  failed       └─▶ cancelled
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.errors import IllegalMove


class JobState(StrEnum):
    """Where a job is in its life. Nothing is paid for before `queued`."""

    RECEIVED = "received"
    QUEUED = "queued"
    SUBMITTING = "submitting"
    GENERATING = "generating"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.RECEIVED: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.QUEUED: frozenset({JobState.SUBMITTING, JobState.CANCELLED}),
    JobState.SUBMITTING: frozenset({JobState.QUEUED, JobState.GENERATING, JobState.FAILED}),
    JobState.GENERATING: frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}),
    JobState.SUCCEEDED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}

TERMINAL = frozenset(state for state, targets in MOVES.items() if not targets)


def check_move(source: JobState, target: JobState) -> None:
    """Raise `IllegalMove` unless the table allows it."""
    if target not in MOVES[source]:
        raise IllegalMove(f"a job can't go from {source} to {target}")


class FailureKind(StrEnum):
    """Why a job failed; `bot.words` has the sentence for each."""

    REJECTED = "rejected"  # the provider does not take this request
    INTERRUPTED = "interrupted"  # the outcome of the submission is unknown; perhaps billed
    GENERATION = "generation"  # the model reported an error
    LOST = "lost"  # the provider forgot the generation, or never finished it


class NoticeKind(StrEnum):
    """What a member must learn about a job, each at most once."""

    RESULT = "result"
    FAILURE = "failure"
    UNSTARTED = "unstarted"  # whether its card was posted can't be known, so it was cancelled
    OVERDUE = "overdue"
    DELAYED = "delayed"


FINAL_KINDS = (NoticeKind.RESULT, NoticeKind.FAILURE, NoticeKind.UNSTARTED)


class Rung(StrEnum):
    """The step of the delivery ladder on which a member was reached."""

    CHANNEL = "channel"
    INTERACTION = "interaction"
    DIRECT_MESSAGE = "direct_message"
    HELD = "held"


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What the member asked the model for."""

    model: str
    prompt: str
    negative_prompt: str | None
    seed: int


@dataclass(frozen=True, kw_only=True)
class Audio:
    """Where the provider put the finished file, and what it said of it (unchecked)."""

    url: str
    content_type: str | None = None
    file_name: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A job as it comes from Discord, before it is stored.

    `upload_limit_bytes` is what the bot itself may upload in that channel. `interaction_token` is
    a secret that lives for 15 minutes.
    """

    interaction_id: int
    interaction_token: str = field(repr=False)
    application_id: int
    guild_id: int | None
    channel_id: int
    member_id: int
    upload_limit_bytes: int
    brief: Brief
    retry_of: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True, kw_only=True)
class Job:
    """A stored job. All times are aware and UTC; `due_at` is when its state wants the next step."""

    id: str
    state: JobState
    brief: Brief
    interaction_id: int
    interaction_token: str | None = field(repr=False)
    application_id: int
    guild_id: int | None
    channel_id: int
    member_id: int
    upload_limit_bytes: int
    card_message_id: int | None
    retry_of: str | None
    created_at: datetime
    due_at: datetime
    attempts: int
    submitted_at: datetime | None
    finished_at: datetime | None
    generation_id: str | None
    audio: Audio | None
    failure_kind: FailureKind | None
    failure_reason: str | None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something a member must learn; `attempts` counts how often it was put off.

    `attempted_at` and `attempted_rung` are set before each try.

    `unsure` says that the last try may have reached Discord without our learning of it.
    `message_id` is known once it was told; then only the card remains to be brought up to date.
    """

    id: int
    job_id: str
    kind: NoticeKind
    attempts: int
    created_at: datetime
    attempted_at: datetime | None
    attempted_rung: Rung | None
    unsure: bool
    rung: Rung | None
    message_channel_id: int | None
    message_id: int | None

    @property
    def nonce(self) -> str:
        """25 characters, the same for each try, so that Discord drops a repeated message."""
        return hashlib.sha256(f"{self.job_id}:{self.kind}".encode()).hexdigest()[:25]
