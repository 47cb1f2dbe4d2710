"""Submitting: queued jobs go to the provider, each at most once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.errors import DatabaseTrouble, InvalidRequest, OutcomeUnknown, Refused
from bot.jobs import FailureKind, Job, JobState, NoticeKind
from bot.logs import about_job
from bot.metrics import Metrics
from bot.provider.client import SUBMIT_TIMEOUT_S, Provider
from bot.provider.wire import Generation
from bot.store.job_store import JobStore
from bot.store.notice_store import NoticeStore
from bot.workers.bells import Bell, Bells
from bot.workers.experience import Experience
from bot.workers.pause import Pause
from bot.workers.worker import Clock, Worker

# A dead process shows by its heartbeat. In a living one the answer may have come, and waits for
# the database: the job must not be given up as soon as that is back.
LEASE_S = SUBMIT_TIMEOUT_S + 600
TELL_OF_PAUSE_AFTER_S = 60.0
STORE_AGAIN_S = 1.0

log = logging.getLogger(__name__)


class Submitter(Worker[Job]):
    """Moves jobs from `queued` over `submitting` to `generating`."""

    def __init__(
        self,
        jobs: JobStore,
        notices: NoticeStore,
        provider: Provider,
        experience: Experience,
        *,
        at_most_running: int,
        overdue_s: float,
        bells: Bells,
        clock: Clock,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(slots=at_most_running, bell=bells.event(Bell.SUBMIT), clock=clock)
        self._jobs = jobs
        self._notices = notices
        self._provider = provider
        self._at_most_running = at_most_running
        self._overdue_s = overdue_s
        self._experience = experience
        self._bells = bells
        self._metrics = metrics or Metrics()
        self.pause = Pause()

    async def claim(self, limit: int) -> Sequence[Job]:
        """Jobs that may go out now: all that fit, or during a pause a single one as a probe."""
        now = self._clock()
        if abandoned := await self._jobs.interrupt_abandoned(now):
            self._metrics.failed(FailureKind.INTERRUPTED, len(abandoned))
            self._bells.ring(Bell.DELIVER)
        if self.pause.probe_at is not None:
            if now < self.pause.probe_at or self._tasks:
                return []
            limit = 1
        return await self._jobs.claim_submissions(
            limit,
            now,
            at_most_running=self._at_most_running,
            overdue_s=self._overdue_s,
            lease_s=LEASE_S,
        )

    async def next_due_at(self) -> datetime | None:
        """The next queued job, but not before the next probe."""
        due_at = await self._jobs.next_due_at(JobState.QUEUED)
        if due_at is None or self.pause.probe_at is None:
            # With every place taken, a finished generation wakes us, not the clock.
            return due_at if due_at is None or due_at > self._clock() else None
        return max(due_at, self.pause.probe_at)

    async def handle(self, job: Job) -> None:
        """One POST, and what its answer means."""
        with about_job(job.id):
            try:
                generation = await self._provider.submit(job.brief)
            except InvalidRequest as error:
                await self._fail(job, FailureKind.REJECTED, error.hint)
            except Refused as error:
                await self._wait(job, error)
                await self._tell_waiting()
            except OutcomeUnknown as error:
                self._hold_back(error)
                await self._fail(job, FailureKind.INTERRUPTED, str(error))
                await self._tell_waiting()
            else:
                await self._start(job, generation)

    async def _start(self, job: Job, generation: Generation) -> None:
        log.info("accepted by the provider as generation %s", generation.id)
        if not await self._firmly(lambda: self._store_paid(job, generation)):
            log.error("generation %s is paid for, but its job was given up", generation.id)
        self._metrics.submitted(job)
        self._metrics.paused(False)
        if self.pause.end():
            log.warning("the provider accepts submissions again")
        self._bells.ring(Bell.POLL)
        self.wake()

    async def _store_paid(self, job: Job, generation: Generation) -> bool:
        now = self._clock()
        due_at = await self._experience.next_poll_at(job, now, overdue_s=self._overdue_s)
        return await self._jobs.start_generation(
            job.id, generation.id, due_at, inference_id=generation.inference_id
        )

    async def _firmly(self, store: Callable[[], Awaitable[bool]]) -> bool:
        """Write down what the provider answered, however long the database has trouble.

        The answer is known to nobody else: without it, the submission would count as interrupted.
        """
        while True:
            try:
                return await store()
            except DatabaseTrouble as error:
                log.error("the provider's answer waits to be stored: the database %s", error)
                await asyncio.sleep(STORE_AGAIN_S)

    async def _fail(self, job: Job, kind: FailureKind, reason: str) -> None:
        log.warning("failed (%s): %s", kind, reason)
        now = self._clock()
        source = JobState.SUBMITTING
        if await self._firmly(lambda: self._jobs.fail(job.id, kind, reason, now, source=source)):
            self._metrics.failed(kind)
        self._bells.ring(Bell.DELIVER)

    async def _wait(self, job: Job, refusal: Refused) -> None:
        """Back into the queue; the provider is asked again when the pause allows a probe."""
        self._metrics.paused(True)
        self._hold_back(refusal)
        due_at = self._clock() + timedelta(milliseconds=1)
        await self._firmly(lambda: self._jobs.requeue(job.id, due_at))

    def _hold_back(self, reason: Refused | OutcomeUnknown) -> None:
        """From now on one job at a time goes out, until the provider accepts one."""
        if self.pause.begin(reason, self._clock()):
            level = logging.ERROR if self.pause.host_must_act else logging.WARNING
            log.log(level, "%s", _advice(reason, self.pause))

    async def _tell_waiting(self) -> None:
        """Each waiting member learns once of a pause that may be a long one."""
        now = self._clock()
        worth_telling = self.pause.host_must_act or self.pause.lasted_s(now) > TELL_OF_PAUSE_AFTER_S
        if worth_telling and await self._notices.add_to_waiting(NoticeKind.DELAYED, now):
            self._bells.ring(Bell.DELIVER)


def _advice(reason: Refused | OutcomeUnknown, pause: Pause) -> str:
    if pause.host_must_act:
        return (
            f"the provider refuses submissions ({reason}). Check AIMLAPI_KEY and the account's "
            "balance; waiting jobs are kept and go out as soon as it accepts one"
        )
    if isinstance(reason, OutcomeUnknown):
        return (
            f"whether the provider accepted a submission is not known ({reason}); the others go "
            "out one at a time until it accepts one"
        )
    return f"the provider does not accept submissions right now ({reason}); trying again"
