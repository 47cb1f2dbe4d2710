"""What the provider's answers change, whether a poll or the submission itself brings them."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.jobs import LATE_AFTER, FailureKind, Job, JobState, NoticeKind
from bot.generate.estimates import DurationEstimates
from bot.generate.expectations import SOON
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.metrics import Metrics
from bot.provider.reasons import is_by_filter
from bot.provider.shapes import Phase
from bot.provider.wire import Generation
from bot.store.job_store import JobStore
from bot.store.job_updates import Cost
from bot.store.notice_store import NoticeStore

GIVE_UP_AFTER_S = 24 * 3600

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Generations:
    """Moves jobs to `generating`, and on to `succeeded` or `failed`. All may be repeated."""

    jobs: JobStore
    notices: NoticeStore
    estimates: DurationEstimates
    wakeups: Wakeups
    clock: Clock
    metrics: Metrics

    async def begin(
        self, job: Job, generation: Generation, *, submitted_at: datetime | None = None
    ) -> None:
        """The provider accepted it, which is paid for from now on.

        `submitted_at` is the provider's word for it, where the job does not know.
        """
        await self._store_paid(job, generation, submitted_at or self.clock())
        self.metrics.submitted(job)

    async def _store_paid(self, job: Job, generation: Generation, submitted_at: datetime) -> None:
        """Whatever became of the job in the meantime: to others this process may seem dead."""
        due_at = await self.estimates.next_poll_at(job, self.clock())
        paid = (job.id, generation.id, due_at)
        expected_at = await self.estimates.expected_at(job, self.clock())
        inference_id = generation.inference_id
        now = self.clock()
        draw_at = now if job.in_doubt else expected_at - SOON
        if await self.jobs.start_generation(*paid, inference_id=inference_id, draw_at=draw_at):
            return
        if await self.jobs.revive(
            *paid, inference_id=inference_id, submitted_at=submitted_at, draw_at=now
        ):
            log.warning("it had been given up, and goes on since the provider accepted it")
            return
        stored = await self.jobs.get(job.id)
        if stored is None or stored.generation_id != generation.id:
            log.error("generation %s is paid for, but has no job", generation.id)

    async def end_at_once(self, job_id: str, generation: Generation) -> None:
        """Store the end that is named as soon as it begins, unless the job goes on with another."""
        job = await self.jobs.get(job_id)
        if job is not None and job.generation_id == generation.id:
            await self.take(job, generation)

    async def take(self, job: Job, generation: Generation) -> bool:
        """Store the end that the provider names; `False` if it names none, or none to go by: what
        is completed needs its file's address."""
        if generation.phase is Phase.ERROR:
            filtered = is_by_filter(generation.error_text)
            kind = FailureKind.REJECTED if filtered else FailureKind.GENERATION
            await self.fail(job, kind, generation.error_text)
            return True
        if generation.phase is Phase.COMPLETED and generation.audio_url:
            await self._succeed(job, generation.audio_url, generation)
            return True
        return False

    async def go_on(
        self, job: Job, *, at_least_s: float = 0.0, finished: bool = False, patience_s: float = 0.0
    ) -> bool:
        """Ask again, not before `at_least_s`; `False` if that makes no sense any more.

        What is `finished` all but for its file is not overdue. `patience_s` is `poll_again`'s.
        """
        now = self.clock()
        age_s = (now - (job.submitted_at or now)).total_seconds()
        if age_s > GIVE_UP_AFTER_S:
            await self.fail(job, FailureKind.LOST, "not finished within a day")
            return False
        overdue = self.estimates.is_overdue(age_s) and not finished
        if overdue and await self.notices.add(job.id, NoticeKind.OVERDUE, now):
            log.warning("overdue after %d s; asking less often from now on", age_s)
            self.wakeups.wake(Wakeup.DELIVER)
        due_at = await self.estimates.next_poll_at(job, now)
        due_at = max(due_at, now + timedelta(seconds=at_least_s))
        await self.jobs.poll_again(job.id, due_at, patience_s=patience_s)
        return True

    async def expect_file(self, job: Job) -> None:
        """It is finished, and its file may be named any moment; if not, its member is told so."""
        now = self.clock()
        await self.notices.add(job.id, NoticeKind.LATE, now, due_at=now + LATE_AFTER)

    async def _succeed(self, job: Job, audio_url: str, generation: Generation) -> None:
        now = self.clock()
        usage = generation.usage
        cost = Cost(usage.credits, usage.source) if usage.credits and usage.source else None
        if await self.jobs.succeed(job.id, audio_url, now, cost=cost):
            log.info("finished after %d polls", job.attempts)
            self.metrics.finished(job, now)
            await self.estimates.learn(job, now)
            self._ring()

    async def fail(
        self,
        job: Job,
        kind: FailureKind,
        reason: str,
        *,
        source: JobState = JobState.GENERATING,
    ) -> None:
        """There will be no track of a job that was in the state `source`."""
        failing = self.jobs.fail(
            job.id, kind, reason, self.clock(), source=source, submission=job.submission
        )
        if await failing:
            self.metrics.failed(kind)
        log.warning("failed (%s): %s", kind, reason)
        self._ring()

    async def doubt_abandoned(self) -> None:
        """Nobody knows what became of submissions of dead processes; the logs might."""
        for job_id in await self.jobs.doubt_abandoned(self.clock()):
            with about_job(job_id):
                log.warning("its submission was cut off with its process, so it is looked up")
            self.wakeups.wake(Wakeup.LOOK_UP)
            self.wakeups.wake(Wakeup.CARDS)

    def given_up(self, job: Job) -> None:
        """Its submission is not waited for any more, and its member is to be told."""
        self.metrics.failed(job.failure_kind or FailureKind.INTERRUPTED)
        self._ring()

    def _ring(self) -> None:
        self.wakeups.wake(Wakeup.SUBMIT)  # a place at the provider is free
        self.wakeups.wake(Wakeup.DELIVER)
