"""Submitting: queued jobs go to the provider, each at most once."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.clock import Clock
from bot.domain.jobs import NO_REASON, FailureKind, Job, JobState
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
from bot.generate.circuit_breaker import CircuitBreaker
from bot.generate.estimates import Capacity
from bot.generate.generations import Generations
from bot.generate.lookups import FIRST_AFTER_S
from bot.generate.patience import Patience
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.provider.client import SUBMIT_TIMEOUT_S, Provider
from bot.provider.shapes import Phase
from bot.provider.wire import Generation
from bot.store.job_store import JobStore
from bot.store.lookup_store import LookUpStore
from bot.store.pause_store import Pause

# A dead process shows by its heartbeat. In a living one the answer may have come, and waits for
# the database: the job must not be given up as soon as that is back.
LEASE_S = SUBMIT_TIMEOUT_S + 600
STORE_AGAIN_S = 1.0
SOON_S = 0.001  # the pause says when the provider is asked again
REFERENCE_AGAIN_S = 30.0
# A request that something on the way stops goes after the others, and is given up when they were
# let through that often: then it is about the request itself.
LET_OTHERS_BY_S = 0.5
STOPPED_TIMES = 5

log = logging.getLogger(__name__)

T = TypeVar("T")

# The reference with a link that lives; raises `ReferenceLost` or `ReferenceTrouble`.
Refresh = Callable[[Reference], Awaitable[Reference]]


@dataclass(eq=False)
class Submitter(Worker[Job]):
    """Moves jobs from `queued` over `submitting` to `generating`."""

    jobs: JobStore
    lookups: LookUpStore
    provider: Provider
    generations: Generations
    breaker: CircuitBreaker
    refresh: Refresh
    capacity: Capacity
    patience: Patience
    wakeups: Wakeups
    clock: Clock

    def __post_init__(self) -> None:
        slots, wakeup = self.capacity.at_most_running, self.wakeups.event(Wakeup.SUBMIT)
        super().__init__(slots=slots, wakeup=wakeup, clock=self.clock)
        self._stopped = Counter[str]()

    async def claim(self, limit: int) -> Sequence[Job]:
        """Jobs that may go out now: all that fit, or during a pause a single one as a probe."""
        await self.generations.doubt_abandoned()
        await self.breaker.tell_again()
        await self.patience.look()
        return await self.jobs.claim_submissions(
            limit,
            self.clock(),
            at_most_running=self.capacity.at_most_running,
            overdue_s=self.capacity.overdue_s,
            lease_s=LEASE_S,
            key_mark=self.provider.key_mark,
            budgets=self.patience.terms.budgets,
        )

    async def next_due_at(self) -> datetime | None:
        """The next queued job, but not before the next probe."""
        upcoming = await self.jobs.next_submission()
        self.breaker.seen(upcoming.probe_at)
        if upcoming.due_at is None:
            return None
        at = max(upcoming.due_at, upcoming.probe_at or upcoming.due_at)
        # With every place taken, or a probe under way, what ends it wakes us, not the clock.
        return at if at > self.clock() else None

    async def handle(self, job: Job) -> None:
        """One POST, and what its answer means."""
        with about_job(job.id):
            request = await self._ready(job)
            if request is None:
                return
            try:
                await self._submit(job, request)
            except Exception as error:
                # Ours to fix. The job must not wait for its lease to end, and in a pause hold up
                # all others: if it is still being submitted, nobody knows whether it was sent.
                log.exception("an unexpected end of a submission")
                await self._doubt(job, OutcomeUnknown(in_short(error)))

    async def _ready(self, job: Job) -> Request | None:
        """What is to be sent; `None` if it can't be sent now. Until here nothing was."""
        try:
            return await self._refreshed(job.request)
        except ReferenceLost as error:
            await self._fail(job, FailureKind.REFERENCE, str(error))
        except ReferenceTrouble as error:
            self._said.say(job.id, "waits: %s", error)
            await self._wait(job, REFERENCE_AGAIN_S)
        except Exception as error:  # noqa: BLE001  # it is in the log
            lost = "waits: its reference could not be looked for: %s"
            self._said.say(job.id, lost, in_short(error), level=logging.ERROR, traceback=True)
            await self._wait(job, REFERENCE_AGAIN_S)
        return None

    async def _submit(self, job: Job, request: Request) -> None:
        try:
            generation = await self.provider.submit(request, request_id=job.request_id)
        except InvalidRequest as error:
            await self._fail(job, FailureKind.REJECTED, error.hint)
        except Intercepted as error:
            await self._let_others_by(job, error)
        except Refused as error:
            _, pause = await self._hold_back(error)
            await self._wait(job, SOON_S)
            await self.breaker.tell_waiting(pause)
        except OutcomeUnknown as error:
            await self._doubt(job, error)
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
        wait_s = (pause.probe_at - self.clock()).total_seconds() + LET_OTHERS_BY_S
        await self._wait(job, wait_s)
        await self.breaker.tell_waiting(pause)

    async def _doubt(self, job: Job, why: OutcomeUnknown) -> None:
        """It might be paid for: the provider's logs are asked before anything else happens."""
        log.warning("whether it was accepted is unknown, so it is looked up: %s", why)
        self._forget(job)
        _, pause = await self._hold_back(why)
        now = self.clock()
        due_at = now + timedelta(seconds=FIRST_AFTER_S)
        doubting = partial(self.lookups.doubt, job.id, now, due_at, submission=job.submission)
        await self._firmly(doubting)
        self.wakeups.wake(Wakeup.LOOK_UP)
        self.wakeups.wake(Wakeup.CARDS)
        await self.breaker.tell_waiting(pause)

    async def _start(self, job: Job, generation: Generation) -> None:
        log.info("accepted by the provider as generation %s", generation.id)
        self._forget(job)
        await self._firmly(lambda: self.generations.begin(job, generation))
        self.wakeups.wake(Wakeup.POLL)
        await self._firmly(self.breaker.let_through)
        self.wake()
        if generation.phase is not Phase.PENDING:
            # The answer names the end already: nothing better comes of asking.
            await self._firmly(lambda: self.generations.end_at_once(job.id, generation))

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
        self._forget(job)
        failing = partial(self.generations.fail, job, kind, reason, source=JobState.SUBMITTING)
        await self._firmly(failing)

    def _forget(self, job: Job) -> None:
        self._said.forget(job.id)
        self._stopped.pop(job.id, None)

    async def _refreshed(self, request: Request) -> Request:
        """For this one request: a link that lives now need not live when it is read again."""
        if request.reference is None:
            return request
        return replace(request, reference=await self.refresh(request.reference))

    async def _wait(self, job: Job, seconds: float) -> None:
        """Back into the queue: nothing was sent, or surely not accepted."""
        due_at = self.clock() + timedelta(seconds=seconds)
        await self._firmly(lambda: self.jobs.requeue(job.id, due_at, submission=job.submission))

    async def _hold_back(self, why: Refused | OutcomeUnknown) -> tuple[Pause | None, Pause]:
        return await self._firmly(partial(self.breaker.hold_back, why))
