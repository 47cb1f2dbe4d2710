"""What the end of a generation changes, whether a poll or the submission itself tells of it."""

import logging

from bot.clock import Clock
from bot.domain.jobs import FailureKind, Job, JobState
from bot.generate.estimates import DurationEstimates
from bot.loops.wakeups import Wakeup, Wakeups
from bot.metrics import Metrics
from bot.provider.shapes import Phase
from bot.provider.wire import Generation
from bot.store.job_store import JobStore

log = logging.getLogger(__name__)


class Ends:
    """Moves jobs from `generating` to `succeeded` or `failed`. All may be repeated."""

    def __init__(
        self,
        jobs: JobStore,
        estimates: DurationEstimates,
        *,
        wakeups: Wakeups,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._jobs = jobs
        self._estimates = estimates
        self._wakeups = wakeups
        self._clock = clock
        self._metrics = metrics

    async def take(self, job: Job, generation: Generation) -> bool:
        """Store the end that the provider names; `False` if it names none, or none to go by: what
        is completed needs its file's address."""
        if generation.phase is Phase.ERROR:
            await self.fail(job, FailureKind.GENERATION, generation.error_text)
            return True
        if generation.phase is Phase.COMPLETED and generation.audio_url:
            await self._succeed(job, generation.audio_url, generation)
            return True
        return False

    async def _succeed(self, job: Job, audio_url: str, generation: Generation) -> None:
        now = self._clock()
        if await self._jobs.succeed(job.id, audio_url, now):
            log.info("finished after %d polls", job.attempts)
            self._metrics.finished(job, now, generation.usage)
            await self._estimates.learn(job, now)
            self._ring()

    async def fail(self, job: Job, kind: FailureKind, reason: str) -> None:
        """There will be no track."""
        log.warning("failed (%s): %s", kind, reason)
        now = self._clock()
        if await self._jobs.fail(job.id, kind, reason, now, source=JobState.GENERATING):
            self._metrics.failed(kind)
        self._ring()

    def _ring(self) -> None:
        self._wakeups.wake(Wakeup.SUBMIT)  # a place at the provider is free
        self._wakeups.wake(Wakeup.DELIVER)
