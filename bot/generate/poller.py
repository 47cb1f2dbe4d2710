"""Polling: every generation is followed until the provider says that it ended."""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.jobs import FailureKind, Job, JobState
from bot.errors import GenerationUnknown, ProviderError, RateLimited
from bot.generate.generations import Generations
from bot.logs import about_job
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.metrics import Metrics
from bot.provider.client import READ_TIMEOUT_S, Provider
from bot.provider.shapes import Phase
from bot.provider.wire import Generation
from bot.store.job_store import JobStore

SLOTS = 100
LEASE_S = READ_TIMEOUT_S + 30
# A claim costs more than a poll: where many are due, those of so many seconds share one. Outcomes
# wait for the rest of their batch to be stored with, so a batch must leave slots for others.
AHEAD_S = 1.0
BATCH = SLOTS // 2

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Poller(Worker[Job]):
    """Moves jobs from `generating` to `succeeded` or `failed`."""

    jobs: JobStore
    provider: Provider
    generations: Generations
    rate_limiter: RateLimiter
    wakeups: Wakeups
    clock: Clock
    metrics: Metrics

    def __post_init__(self) -> None:
        super().__init__(slots=SLOTS, wakeup=self.wakeups.event(Wakeup.POLL), clock=self.clock)
        self._claimed: deque[Job] = deque()  # due, and waiting for their turn

    async def claim(self, limit: int) -> Sequence[Job]:
        """Due generations, as many as the rate allows now."""
        limit = min(limit, self.rate_limiter.available())
        if limit < 1:
            return []
        if not self._claimed:
            batch = min(max(limit, self.rate_limiter.within(AHEAD_S)), BATCH)
            self._claimed += await self.jobs.claim_polls(batch, self.clock(), lease_s=LEASE_S)
        due = [self._claimed.popleft() for _ in range(min(limit, len(self._claimed)))]
        self.rate_limiter.spend(len(due))
        return due

    async def next_due_at(self) -> datetime | None:
        """The next poll, but not faster than the rate."""
        wait_s = self.rate_limiter.seconds_to_next()
        if wait_s or self._claimed:
            return self.clock() + timedelta(seconds=wait_s)
        return await self.jobs.next_due_at(JobState.GENERATING)

    async def handle(self, job: Job) -> None:
        """One GET, and what its answer means."""
        with about_job(job.id):
            if job.generation_id is None:
                raise AssertionError("generating without a generation id")
            self.metrics.polled(job, self.clock())
            try:
                generation = await self.provider.fetch(job.generation_id)
            except GenerationUnknown as error:
                await self.generations.fail(job, FailureKind.LOST, str(error))
                self._forget(job)
            except ProviderError as error:
                self._said.say(job.id, "could not poll, and goes on trying: %s", error)
                wait_s = error.retry_after_s if isinstance(error, RateLimited) else None
                await self._later(job, at_least_s=wait_s or 0.0)
            else:
                await self._take(job, generation)

    async def _take(self, job: Job, generation: Generation) -> None:
        if await self.generations.take(job, generation):
            if generation.phase is Phase.COMPLETED:
                self._said.over((job.id, "file"), "its file is there")
            self._forget(job)
            return
        self._said.over(job.id, "could be polled again")
        finished = generation.phase is Phase.COMPLETED
        if finished:
            problem = "the provider says completed, but names no file"
            self._said.say((job.id, "file"), "%s; asking again until it does", problem)
            await self.generations.expect_file(job)
        await self._later(job, finished=finished)

    async def _later(self, job: Job, *, at_least_s: float = 0.0, finished: bool = False) -> None:
        patience_s = AHEAD_S if self._claimed else 0.0
        goes_on = await self.generations.go_on(
            job, at_least_s=at_least_s, finished=finished, patience_s=patience_s
        )
        if not goes_on:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        for key in (job.id, (job.id, "file")):
            self._said.forget(key)
