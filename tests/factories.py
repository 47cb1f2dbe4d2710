"""Objects for tests, complete and valid unless a test says otherwise."""

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.drafts import Draft
from bot.domain.jobs import FailureKind, Job, JobState, NewJob, Notice, NoticeKind
from bot.domain.offer import Offer
from bot.domain.requests import AudioFormat, Reference, Request
from bot.store.receiving import DailyLimits
from bot.store.share_store import Share
from bot.store.stores import Stores
from bot.store.survey import Survey

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALL_MODELS = Offer()
NO_LIMITS = DailyLimits(per_member=0, whole_bot=0)
MEMBER_ID = 200_000_000_000_000_001
CHANNEL_ID = 300_000_000_000_000_001
CARD_ID = 500_000_000_000_000_001
AUDIO_URL = "https://cdn.example/output.wav"

_numbers = itertools.count(1)


class HandClock:
    """A clock that moves only by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Move on, and tell the new time."""
        self.now += timedelta(seconds=seconds)
        return self.now


def a_request(**changes: Any) -> Request:
    """A request for Lyria 2."""
    request = Request(model="google/lyria2", prompt="lo-fi rain", negative_prompt=None, seed=3)
    return dataclasses.replace(request, **changes)


FULL_REQUEST = Request(
    model="Google Lyria 2",
    prompt="lo-fi rain",
    negative_prompt="drums",
    seed=7,
    lyrics="walking home in the rain",
    seconds=20,
    instrumental=True,
    reference=Reference(
        url="https://cdn.example/hum.wav",
        file_name="hum.wav",
        channel_id=1,
        message_id=2,
        attachment_id=3,
    ),
    audio_format=AudioFormat.FLAC,
)
"""With every option there is, though no model takes them all."""


def a_draft(**values: Any) -> Draft:
    """What somebody typed: nothing but this."""
    return Draft().having(**values)


async def still_good(reference: Reference) -> Reference:
    """What the submitter asks before it sends a reference, where its link lives."""
    return reference


def a_new_job(**changes: Any) -> NewJob:
    """A request as it comes from Discord; each has its own interaction."""
    values: dict[str, Any] = {
        "interaction_id": 100_000_000_000_000_000 + next(_numbers),
        "interaction_token": "token",
        "application_id": 900,
        "guild_id": 400,
        "channel_id": CHANNEL_ID,
        "member_id": MEMBER_ID,
        "upload_limit_bytes": 10 << 20,
        "request": a_request(),
    }
    return NewJob(**values | changes)


def a_job(**changes: Any) -> Job:
    """A queued job that is in no database."""
    values: dict[str, Any] = {
        "id": f"{next(_numbers):016x}",
        "state": JobState.QUEUED,
        "request": a_request(),
        "interaction_id": 100,
        "interaction_token": "token",
        "application_id": 900,
        "guild_id": 400,
        "channel_id": CHANNEL_ID,
        "member_id": MEMBER_ID,
        "upload_limit_bytes": 10 << 20,
        "card_message_id": CARD_ID,
        "retry_of": None,
        "created_at": NOW,
        "due_at": NOW,
        "attempts": 0,
        "submitted_at": None,
        "finished_at": None,
        "generation_id": None,
        "audio_url": None,
        "failure_kind": None,
        "failure_reason": None,
    }
    return Job(**values | changes)


def a_notice(**changes: Any) -> Notice:
    """A notice of a result that nobody has tried to tell."""
    values: dict[str, Any] = {
        "id": 1,
        "job_id": "0123456789abcdef",
        "kind": NoticeKind.RESULT,
        "attempts": 0,
        "created_at": NOW,
        "attempted_at": None,
        "attempted_rung": None,
        "unsure": False,
        "rung": None,
        "message_channel_id": None,
        "message_id": None,
    }
    return Notice(**values | changes)


class Stored:
    """Both stores on one database, and jobs brought into any state by the moves that lead there."""

    def __init__(self, engine: AsyncEngine, clock: HandClock, worker_id: str = "one") -> None:
        self.engine = engine
        self.clock = clock
        self.stores = Stores(engine, worker_id)
        self.jobs, self.notices = self.stores.jobs, self.stores.notices

    def as_worker(self, worker_id: str) -> "Stored":
        """The same database, as another process sees it."""
        return Stored(self.engine, self.clock, worker_id)

    async def count(self, state: JobState) -> int:
        """How many jobs are in this state."""
        census = await Survey(self.engine).census(self.clock())
        assert census is not None
        return census.jobs[state]

    async def receive(self, limits: DailyLimits = NO_LIMITS, **changes: Any) -> Job:
        """A job that waits for Discord to take its card."""
        new = a_new_job(**changes)
        received = await self.jobs.receive(new, limits, self.clock(), lease_s=45)
        return received.jobs[0]

    async def queue(self, **changes: Any) -> Job:
        """A job that waits for the provider."""
        job = await self.receive(**changes)
        assert await self.jobs.accept(job.id, CARD_ID, self.clock())
        return await self.job(job.id)

    async def submit(self, **changes: Any) -> Job:
        """A job that is being handed over to the provider. No other job may be queued."""
        job = await self.queue(**changes)
        assert [claimed.id for claimed in await self.claim_submissions()] == [job.id]
        return await self.job(job.id)

    async def generate(self, *, generation_id: str | None = None, **changes: Any) -> Job:
        """A job that the provider works on, to be polled at once."""
        job = await self.submit(**changes)
        generation_id = generation_id or f"generation-{next(_numbers)}:lyria2"
        assert await self.jobs.start_generation(job.id, generation_id, self.clock())
        return await self.job(job.id)

    async def succeed(self, audio_url: str = AUDIO_URL, **changes: Any) -> Job:
        """A job whose track is finished."""
        job = await self.generate(**changes)
        assert await self.jobs.succeed(job.id, audio_url, self.clock())
        return await self.job(job.id)

    async def fail(
        self,
        kind: FailureKind = FailureKind.GENERATION,
        reason: str = "no",
        **changes: Any,
    ) -> Job:
        """A job that went wrong at the provider."""
        job = await self.generate(**changes)
        assert await self.jobs.fail(job.id, kind, reason, self.clock(), source=JobState.GENERATING)
        return await self.job(job.id)

    async def bring_to(self, state: JobState, **changes: Any) -> Job:
        """A job in this state. To `cancelled` the way leads over `queued`."""
        match state:
            case JobState.RECEIVED:
                return await self.receive(**changes)
            case JobState.QUEUED:
                return await self.queue(**changes)
            case JobState.SUBMITTING:
                return await self.submit(**changes)
            case JobState.GENERATING:
                return await self.generate(**changes)
            case JobState.SUCCEEDED:
                return await self.succeed(**changes)
            case JobState.FAILED:
                return await self.fail(**changes)
            case JobState.CANCELLED:
                job = await self.queue(**changes)
                assert await self.jobs.cancel(job.id, self.clock(), source=JobState.QUEUED)
                return await self.job(job.id)

    async def share(
        self, job: Job, channel_id: int, *, guild_id: int | None, message_id: int | None = None
    ) -> Share:
        """A share that was sent; without `message_id`, nobody knows whether it got through."""
        shares = self.stores.shares
        begun = await shares.begin(job.id, channel_id, guild_id, self.clock(), lease_s=60)
        assert begun is not None
        sent = await shares.sending(begun, self.clock())
        if message_id is not None:
            await shares.posted(sent, message_id)
        await shares.release(sent)
        return dataclasses.replace(sent, message_id=message_id)

    async def claim_submissions(self, **changes: Any) -> list[Job]:
        """Claim with room for all."""
        values: dict[str, Any] = {"at_most_running": 100, "overdue_s": 600, "lease_s": 90}
        return await self.jobs.claim_submissions(100, self.clock(), **values | changes)

    async def job(self, job_id: str) -> Job:
        """The job as it is stored now."""
        job = await self.jobs.get(job_id)
        assert job is not None
        return job

    async def notice(self, job_id: str, kind: NoticeKind = NoticeKind.RESULT) -> Notice:
        """A job's notice of this kind."""
        found = [notice for notice in await self.notices.of_job(job_id) if notice.kind is kind]
        assert len(found) == 1
        return found[0]

    async def claim_notice(self) -> Notice:
        """The one notice that is due now."""
        [(notice, _job)] = await self.notices.claim_due(10, self.clock(), lease_s=60)
        return notice
