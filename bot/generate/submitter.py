"""Submitting: queued jobs go to the provider, each at most once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.clock import Clock
from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind
from bot.domain.requests import Reference, Request
from bot.errors import (
    DatabaseTrouble,
    Intercepted,
    InvalidRequest,
    OutcomeUnknown,
    ReferenceLost,
    ReferenceTrouble,
    Refused,
    in_short,
)
from bot.generate.circuit_breaker import held_back
from bot.generate.ends import Ends
from bot.generate.estimates import DurationEstimates
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.metrics import Metrics
from bot.provider.client import SUBMIT_TIMEOUT_S, Provider
from bot.provider.reasons import NO_REASON
from bot.provider.shapes import Phase
from bot.provider.wire import Generation
from bot.store.pause_store import Pause
from bot.store.stores import Stores

# A dead process shows by its heartbeat. In a living one the answer may have come, and waits for
# the database: the job must not be given up as soon as that is back.
LEASE_S = SUBMIT_TIMEOUT_S + 600
TELL_OF_PAUSE_AFTER_S = 60.0
STORE_AGAIN_S = 1.0
SOON_S = 0.001  # the pause says when the provider is asked again
REFERENCE_AGAIN_S = 30.0
# While the provider accepts nothing, waiting members are looked for so often.
TELL_AGAIN_S = 5.0
# A request that something on the way stops goes after the others, and is given up when they were
# let through that often: then it is about the request itself.
LET_OTHERS_BY_S = 0.5
STOPPED_TIMES = 5

log = logging.getLogger(__name__)

T = TypeVar("T")

# The reference with a link that lives; raises `ReferenceLost` or `ReferenceTrouble`.
Refresh = Callable[[Reference], Awaitable[Reference]]


class Submitter(Worker[Job]):
    """Moves jobs from `queued` over `submitting` to `generating`."""

    def __init__(
        self,
        stores: Stores,
        provider: Provider,
        estimates: DurationEstimates,
        refresh: Refresh,
        *,
        at_most_running: int,
        overdue_s: float,
        wakeups: Wakeups,
        clock: Clock,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(slots=at_most_running, wakeup=wakeups.event(Wakeup.SUBMIT), clock=clock)
        self._jobs = stores.jobs
        self._notices = stores.notices
        self._pauses = stores.pauses
        self._provider = provider
        self._at_most_running = at_most_running
        self._overdue_s = overdue_s
        self._estimates = estimates
        self._refresh = refresh
        self._wakeups = wakeups
        self._metrics = metrics or Metrics()
        self._ends = Ends(
            self._jobs, estimates, wakeups=wakeups, clock=clock, metrics=self._metrics
        )
        self._paused = False
        self._tell_again_at = clock()
        self._stopped = Counter[str]()

    async def claim(self, limit: int) -> Sequence[Job]:
        """Jobs that may go out now: all that fit, or during a pause a single one as a probe."""
        now = self._clock()
        if abandoned := await self._jobs.interrupt_abandoned(now):
            self._metrics.failed(FailureKind.INTERRUPTED, len(abandoned))
            self._wakeups.wake(Wakeup.DELIVER)
        if self._paused and now >= self._tell_again_at:
            await self._tell_waiting(await self._pauses.current())
        return await self._jobs.claim_submissions(
            limit,
            now,
            at_most_running=self._at_most_running,
            overdue_s=self._overdue_s,
            lease_s=LEASE_S,
        )

    async def next_due_at(self) -> datetime | None:
        """The next queued job, but not before the next probe."""
        upcoming = await self._jobs.next_submission()
        self._paused = upcoming.probe_at is not None
        self._metrics.paused(self._paused)
        if upcoming.due_at is None:
            return None
        at = max(upcoming.due_at, upcoming.probe_at or upcoming.due_at)
        # With every place taken, or a probe under way, what ends it wakes us, not the clock.
        return at if at > self._clock() else None

    async def handle(self, job: Job) -> None:
        """One POST, and what its answer means."""
        with about_job(job.id):
            request = await self._ready(job)
            if request is None:
                return
            try:
                await self._submit(job, request)
            except Exception as error:
                # Ours to mend. The job must not wait for its lease to end, and in a pause hold up
                # all others: if it is still being submitted, nobody knows whether it was sent.
                log.exception("an unexpected end of a submission")
                await self._give_up(job, OutcomeUnknown(in_short(error)))

    async def _ready(self, job: Job) -> Request | None:
        """What is to be sent; `None` if it can't be sent now. Until here nothing was."""
        try:
            return await self._refreshed(job.request)
        except ReferenceLost as error:
            await self._fail(job, FailureKind.REFERENCE, str(error))
        except ReferenceTrouble as error:
            self._said.say(job.id, "waits: %s", error)
            await self._wait(job, REFERENCE_AGAIN_S)
        except Exception:
            log.exception("waits: its reference could not be looked for")
            await self._wait(job, REFERENCE_AGAIN_S)
        return None

    async def _submit(self, job: Job, request: Request) -> None:
        try:
            generation = await self._provider.submit(request)
        except InvalidRequest as error:
            await self._fail(job, FailureKind.REJECTED, error.hint)
        except Intercepted as error:
            await self._let_others_by(job, error)
        except Refused as error:
            _, pause = await self._hold_back(error)
            await self._wait(job, SOON_S)
            await self._tell_waiting(pause)
        except OutcomeUnknown as error:
            await self._give_up(job, error)
        else:
            await self._start(job, generation)

    async def _let_others_by(self, job: Job, why: Intercepted) -> None:
        """Back into the queue, unless only this request is stopped, time and again."""
        before, pause = await self._hold_back(why)
        if before is None:  # the others get through
            self._stopped[job.id] += 1
        if self._stopped[job.id] >= STOPPED_TIMES:
            await self._fail(job, FailureKind.REJECTED, NO_REASON)
            return
        wait_s = (pause.probe_at - self._clock()).total_seconds() + LET_OTHERS_BY_S
        await self._wait(job, wait_s)
        await self._tell_waiting(pause)

    async def _give_up(self, job: Job, why: OutcomeUnknown) -> None:
        """It may have been billed, so only its member submits it again."""
        _, pause = await self._hold_back(why)
        await self._fail(job, FailureKind.INTERRUPTED, str(why))
        await self._tell_waiting(pause)

    async def _start(self, job: Job, generation: Generation) -> None:
        log.info("accepted by the provider as generation %s", generation.id)
        self._forget(job)
        await self._firmly(lambda: self._store_paid(job, generation))
        self._metrics.submitted(job)
        self._wakeups.wake(Wakeup.POLL)
        if await self._firmly(self._pauses.end):
            log.warning("the provider accepts submissions again")
            self._wakeups.wake(Wakeup.SUBMIT)
        self._metrics.paused(False)
        self.wake()
        if generation.phase is not Phase.PENDING:
            await self._firmly(lambda: self._end_at_once(job.id, generation))

    async def _end_at_once(self, job_id: str, generation: Generation) -> None:
        """The answer to the submission names the end already: nothing better comes of asking."""
        job = await self._jobs.get(job_id)
        if job is not None and job.generation_id == generation.id:
            await self._ends.take(job, generation)

    async def _store_paid(self, job: Job, generation: Generation) -> None:
        """Whatever became of the job in the meantime: to others this process may seem dead."""
        now = self._clock()
        due_at = await self._estimates.next_poll_at(job, now, overdue_s=self._overdue_s)
        paid = (job.id, generation.id, due_at)
        if await self._jobs.start_generation(*paid, inference_id=generation.inference_id):
            return
        if await self._jobs.revive(*paid, inference_id=generation.inference_id):
            log.warning("it had been given up, and goes on since the provider accepted it")
            return
        stored = await self._jobs.get(job.id)
        if stored is None or stored.generation_id != generation.id:
            log.error("generation %s is paid for, but has no job", generation.id)

    async def _firmly(self, store: Callable[[], Awaitable[T]]) -> T:
        """Write down what the provider answered, however long the database has trouble.

        The answer is known to nobody else: without it, the submission would count as interrupted.
        """
        while True:
            try:
                stored = await store()
            except DatabaseTrouble as error:
                self._said.say(
                    "store",
                    "the provider's answer waits to be stored: the database %s",
                    error,
                    level=logging.ERROR,
                )
                await asyncio.sleep(STORE_AGAIN_S)
            else:
                self._said.over("store", "the provider's answers are stored again")
                return stored

    async def _fail(self, job: Job, kind: FailureKind, reason: str) -> None:
        log.warning("failed (%s): %s", kind, reason)
        self._forget(job)
        now = self._clock()
        source = JobState.SUBMITTING
        if await self._firmly(lambda: self._jobs.fail(job.id, kind, reason, now, source=source)):
            self._metrics.failed(kind)
        self._wakeups.wake(Wakeup.DELIVER)

    def _forget(self, job: Job) -> None:
        self._said.forget(job.id)
        self._stopped.pop(job.id, None)

    async def _refreshed(self, request: Request) -> Request:
        """For this one request: a link that lives now need not live when it is read again."""
        if request.reference is None:
            return request
        return replace(request, reference=await self._refresh(request.reference))

    async def _wait(self, job: Job, seconds: float) -> None:
        """Back into the queue: nothing was sent, or surely not accepted."""
        due_at = self._clock() + timedelta(seconds=seconds)
        await self._firmly(lambda: self._jobs.requeue(job.id, due_at))

    async def _hold_back(self, why: Refused | OutcomeUnknown) -> tuple[Pause | None, Pause]:
        """From now on one job at a time goes out, from all processes, until one is accepted.

        The pause before, if there was one, and the one from now on.
        """
        how = partial(held_back, why=why, now=self._clock())
        before, pause = await self._firmly(lambda: self._pauses.change(how))
        self._paused = True
        self._metrics.paused(True)
        if before is None or (before.reason, before.began_at) != (pause.reason, pause.began_at):
            level = logging.ERROR if pause.host_must_act else logging.WARNING
            log.log(level, "%s", _advice(why, pause))
        return before, pause

    async def _tell_waiting(self, pause: Pause | None) -> None:
        """Each waiting member learns once of a pause: at once if it is a matter of the host's, else
        when it has kept this very member for long. A pause may be old and have kept nobody."""
        now = self._clock()
        self._tell_again_at = now + timedelta(seconds=TELL_AGAIN_S)
        if pause is None:
            return
        least_s = 0.0 if pause.host_must_act else TELL_OF_PAUSE_AFTER_S
        if pause.lasted_s(now) < least_s:
            return
        since = now - timedelta(seconds=least_s)
        if await self._notices.add_to_waiting(NoticeKind.DELAYED, now, since=since):
            self._wakeups.wake(Wakeup.DELIVER)


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
