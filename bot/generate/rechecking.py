"""Asking the provider once more for a track that it has lost, delays, or let go stale."""

import logging
from dataclasses import dataclass
from enum import Enum, auto

from bot.clock import Clock
from bot.domain.jobs import Job, JobState
from bot.errors import GenerationUnknown, ProviderError
from bot.logs import about_job
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeup, Wakeups
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.provider.shapes import Phase
from bot.provider.wire import Generation
from bot.store.job_store import JobStore

log = logging.getLogger(__name__)


class CheckResult(Enum):
    """What the provider had to say."""

    FINISHED = auto()  # the job goes on: the track is delivered in a moment
    FRESH = auto()  # it was delivered before; the job has a fresh address of its file now
    RUNNING = auto()
    FILE_LATE = auto()  # finished, but nothing says where its file is
    BROKEN = auto()  # the model reported an error
    GONE = auto()  # the provider does not know it (any more)
    NO_ANSWER = auto()
    SOON = auto()  # not asked now: the next poll does it
    BUSY = auto()  # not asked: too much else is to be asked


@dataclass(frozen=True)
class Rechecking:
    """Looks for single generations, when a member asks for it."""

    jobs: JobStore
    provider: Provider
    fetcher: AudioFetcher
    rate_limiter: RateLimiter
    wakeups: Wakeups
    clock: Clock

    async def check(self, job: Job) -> CheckResult:
        """One GET, and what it changes; may be repeated. Polls and checks share one rate limit."""
        if job.generation_id is None:
            return CheckResult.GONE
        if not self.rate_limiter.available():
            return await self._leave_to_poller(job)
        self.rate_limiter.spend(1)
        with about_job(job.id):
            try:
                generation = await self.provider.fetch(job.generation_id)
            except GenerationUnknown:
                return CheckResult.GONE
            except ProviderError as error:
                log.warning("a member asked for it, and the provider did not answer: %s", error)
                return CheckResult.NO_ANSWER
            return await self._learn(job, generation)

    async def _leave_to_poller(self, job: Job) -> CheckResult:
        if job.state is not JobState.GENERATING:
            return CheckResult.BUSY
        await self._poll_now(job)
        return CheckResult.SOON

    async def link(self, job: Job) -> str | None:
        """Where the file of a finished job is now, if members may be shown that address."""
        now = await self.jobs.get(job.id)
        url = now.audio_url if now else None
        return self.fetcher.link(url) if url else None

    async def _learn(self, job: Job, generation: Generation) -> CheckResult:
        if generation.phase is Phase.ERROR:
            await self._poll_now(job)
            return CheckResult.BROKEN
        if generation.phase is not Phase.COMPLETED:
            return CheckResult.RUNNING
        if generation.audio_url is None:
            return CheckResult.FILE_LATE
        return await self._found(job, generation.audio_url)

    async def _found(self, job: Job, audio_url: str) -> CheckResult:
        if job.state is JobState.SUCCEEDED:
            await self.jobs.refresh_audio(job.id, audio_url)
            return CheckResult.FRESH
        if job.state is JobState.FAILED and await self.jobs.find_again(job.id, self.clock()):
            log.info("its generation was found again")
            self.wakeups.wake(Wakeup.POLL)
        await self._poll_now(job)
        return CheckResult.FINISHED

    async def _poll_now(self, job: Job) -> None:
        """The poller takes it from here, as with every generation that ends."""
        if job.state is JobState.GENERATING:
            await self.jobs.poll_again(job.id, self.clock())
            self.wakeups.wake(Wakeup.POLL)
