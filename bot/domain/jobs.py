"""A job, the states it goes through, and the only moves between them.

received ─▶ queued ─▶ submitting ─▶ generating ─▶ succeeded
    │         │  ▲        │ │            │
    │         │  └────────┘ │            ├─▶ failed
    ▼         ▼   (refused, ▼            │
cancelled cancelled  free)  failed       └─▶ cancelled

Out of failed a single move leads, back to generating: see `MOVES`. When a backup is restored,
received and queued jobs fail, too, and so do queued ones that wait too long.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.money import CostSource
from bot.domain.requests import Order
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
    # To failed if a backup was restored, since it might have been paid for by now, and from queued
    # if it waits too long.
    JobState.RECEIVED: frozenset({JobState.QUEUED, JobState.CANCELLED, JobState.FAILED}),
    JobState.QUEUED: frozenset({JobState.SUBMITTING, JobState.CANCELLED, JobState.FAILED}),
    JobState.SUBMITTING: frozenset({JobState.QUEUED, JobState.GENERATING, JobState.FAILED}),
    JobState.GENERATING: frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}),
    JobState.SUCCEEDED: frozenset(),
    # Only if it was given up as interrupted or lost, and the provider has its generation after all.
    JobState.FAILED: frozenset({JobState.GENERATING}),
    JobState.CANCELLED: frozenset(),
}

# Here the bot has nothing more to do of its own accord.
TERMINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED})


def check_move(source: JobState, target: JobState) -> None:
    """Raise `IllegalMove` unless the table allows it."""
    if target not in MOVES[source]:
        raise IllegalMove(f"a job can't go from {source} to {target}")


class FailureKind(StrEnum):
    """Why a job failed; `bot.words` has the sentence for each."""

    REJECTED = "rejected"  # the provider does not take this request
    INTERRUPTED = "interrupted"  # the outcome of the submission is unknown; perhaps billed
    GENERATION = "generation"  # the model reported an error
    REFERENCE = "reference"  # the audio for a cover could not be had any more; surely free
    LOST = "lost"  # the provider forgot the generation, or never finished it
    RESTORED = "restored"  # it waited in a backup that was restored; perhaps billed since
    LAPSED = "lapsed"  # it waited too long to be submitted; surely free


# Failures that surely cost nothing.
FREE_OF_CHARGE = frozenset(
    {
        FailureKind.REJECTED,
        FailureKind.GENERATION,
        FailureKind.REFERENCE,
        FailureKind.LAPSED,
    }
)

# Stands for the provider's words where it had none.
NO_REASON = "no explanation given"


class NoticeKind(StrEnum):
    """What a member must learn about a job, each at most once."""

    RESULT = "result"
    FAILURE = "failure"
    UNSTARTED = "unstarted"  # whether its card was posted can't be known, so it was cancelled
    OVERDUE = "overdue"
    DELAYED = "delayed"
    LATE = "late"  # it is finished, but its file can't be had yet


# A finished track is told of so soon, whatever keeps its file.
LATE_AFTER = timedelta(seconds=45)

FINAL_KINDS = (NoticeKind.RESULT, NoticeKind.FAILURE, NoticeKind.UNSTARTED)


class Rung(StrEnum):
    """The step of the delivery ladder on which a member was reached."""

    CHANNEL = "channel"
    INTERACTION = "interaction"
    DIRECT_MESSAGE = "direct_message"
    HELD = "held"
    # A moderator took the message away. The track still stands where it was shared to.
    WITHDRAWN = "withdrawn"


def new_job_id() -> str:
    """A new id: 16 hexadecimal digits, at random."""
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class PlacedOrder(Order):
    """An order and where it was placed: what a job knows from the first moment on.

    `interaction_token` is a secret that lives for 15 minutes, and is forgotten then.
    `upload_limit_bytes` is what the bot itself may upload in that channel. `outside` means that the
    bot itself is not in that place, and has no way there but the token. The locales are Discord's,
    such as `de`: the member's own, and the server's, which is what its channels read.
    """

    interaction_id: int
    interaction_token: str | None = field(repr=False)
    application_id: int
    guild_id: int | None
    channel_id: int
    member_id: int
    upload_limit_bytes: int
    outside: bool = False
    member_locale: str | None = None
    server_locale: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewJob(PlacedOrder):
    """A job as it comes from Discord, before it is stored.

    Each of the `variations` becomes a job of its own, with the next seed. Each may cost
    `held_credits`, and counts as `counts_as` of the tracks that its member can make in a day.
    """

    variations: int = 1
    held_credits: int | None = None
    counts_as: int = 1
    id: str = field(default_factory=new_job_id)


@dataclass(frozen=True, kw_only=True)
class Job(PlacedOrder):
    """A stored job. All times are aware and UTC; `due_at` is when its state wants the next step.

    Variations of one request share `batch_id`, the id of the first; `take` counts them from 1.
    `audio_url` is where the provider put the finished file, unchecked. `title` is what its member
    called the track, `duration_s` and `tempo_bpm` what was measured in the audio. `deleted_at` is
    when a member or moderator took the track away, `deleted_by_member` which of them, if known.

    `submission` counts the POSTs, `submitted_with` is the mark of the key of the last one, and
    `unsure_since` is since when its outcome is unknown. `lookup_due_at` is when the provider's logs
    are asked about the job: what became of it, or what it cost. `failed_at_provider` counts
    submissions that failed there, for free, as the logs said.
    `held_credits` is what the job may cost, `cost_credits` what it did cost, as far as it's known.
    A `quiet` job was found after its member had asked for it again: the track is kept for
    `/tracks`, and its member isn't told.
    """

    id: str
    state: JobState
    card_message_id: int | None
    created_at: datetime
    due_at: datetime
    attempts: int
    submitted_at: datetime | None
    finished_at: datetime | None
    generation_id: str | None
    audio_url: str | None
    failure_kind: FailureKind | None
    failure_reason: str | None
    batch_id: str | None = None
    take: int = 1
    title: str | None = None
    duration_s: float | None = None
    tempo_bpm: float | None = None
    deleted_at: datetime | None = None
    deleted_by_member: bool | None = None
    submission: int = 0
    first_submitted_at: datetime | None = None
    submitted_with: str | None = None
    unsure_since: datetime | None = None
    lookup_due_at: datetime | None = None
    inference_id: str | None = None
    restored_at: datetime | None = None
    failed_at_provider: int = 0
    quiet: bool = False
    held_credits: int | None = None
    cost_credits: int | None = None
    cost_source: CostSource | None = None
    counts_as: int = 1

    @property
    def request_id(self) -> str:
        """What the provider's logs call the last POST."""
        return f"{self.id}.{self.submission}"

    @property
    def in_doubt(self) -> bool:
        """Whether the provider's logs are being asked what became of it."""
        return self.unsure_since is not None

    @property
    def uses_channel(self) -> bool:
        """Whether what is to be said of it may be posted where it was asked for."""
        return not (self.private or self.outside)

    @property
    def locale(self) -> str | None:
        """Of those who read what is said of it: the channel, or the member alone."""
        return (self.server_locale if self.uses_channel else None) or self.member_locale

    @property
    def has_track(self) -> bool:
        """Whether there is a track that was not taken away."""
        return self.state is JobState.SUCCEEDED and self.deleted_at is None

    @property
    def card_job_id(self) -> str:
        """The job that the card's buttons name: variations share one card."""
        return self.batch_id or self.id


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something a member must learn; `attempts` counts how often it was put off.

    `attempted_at` and `attempted_rung` are set before each try, and `attempted_channel_id` on the
    channel's rung, where it may be the thread under the card.

    `unsure` says that the last try may have reached Discord without our learning of it. Without
    an `attempted_rung`, that try was made on any of them, after a backup that was restored.
    `pings` says whether the message of the last try notifies the member (see `bot.store.pings`).
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
    attempted_channel_id: int | None = None
    pings: bool = True

    @property
    def nonce(self) -> str:
        """25 characters, the same for each try, so that Discord drops a repeated message."""
        return hashlib.sha256(f"{self.job_id}:{self.kind}".encode()).hexdigest()[:25]
