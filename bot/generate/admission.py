"""What happens to a request before anything is paid: who may ask, and how it becomes a job."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.clock import Clock
from bot.domain.drafts import Draft
from bot.domain.jobs import Job, JobState, NewJob, NoticeKind
from bot.domain.money import Priced
from bot.domain.requests import Request
from bot.errors import DatabaseTrouble, NoRoom
from bot.generate.estimates import DurationEstimates
from bot.generate.first_answer import Declined, FirstAnswer, Taken, Unclear, Unknowable
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.store.draft_store import DraftStore
from bot.store.job_store import JobStore
from bot.store.receiving import DailyLimits

# A first answer is taken or refused within Discord's 3 s; discord.py may retry for longer.
ANSWER_LEASE_S = 45.0
# So long after the request Discord has taken the answer, or given the interaction up.
TAKEN_WITHIN = timedelta(seconds=3)
# What was typed is kept on the way to an answer, of which it must not take the whole time.
KEEP_WITHIN_S = 1.0
# Together well below the 3 s that a pressed button has for its answer.
HAND_OVER_LOOKS = 4
HAND_OVER_LOOK_S = 0.4
CANCELLABLE = frozenset({JobState.RECEIVED, JobState.QUEUED, JobState.GENERATING})

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """What waits for Discord to take its card, and when the first track may be expected."""

    jobs: tuple[Job, ...]
    expected_at: datetime

    @property
    def job(self) -> Job:
        """The only one, or the first of its variations: the one that the card names."""
        return self.jobs[0]


@dataclass(frozen=True)
class Admission:
    """Takes requests in, and lets members change their mind. Knows nothing of Discord's objects."""

    jobs: JobStore
    drafts: DraftStore
    estimates: DurationEstimates
    limits: DailyLimits
    wakeups: Wakeups
    clock: Clock
    has_room: Callable[[], bool] = lambda: True  # on the disk
    price: Callable[[Request], Priced] = lambda _: Priced()
    _late: set[asyncio.Task[Any]] = field(init=False, default_factory=set)

    async def admit(self, new: NewJob, *, within_s: float) -> Admitted:
        """Store the request as `received`, quickly enough for an answer in time.

        Raises `NoRoom`, `RequestsClosed`, `DailyLimitReached`, `BudgetUsedUp`, `AttemptsUsedUp`,
        `AlreadyReceived`, `AlreadyRetried`, `FoundAfterAll` or `DatabaseTrouble`. If it is stored
        after all when we said that it was not, it has no card, so it is never paid for.
        """
        if not self.has_room():
            raise NoRoom("the disk is nearly full")
        return await self.in_time(self._store(new), within_s)

    async def in_time(self, work: Coroutine[Any, Any, T], within_s: float) -> T:
        """The result of queries that a first answer waits for.

        Raises `DatabaseTrouble` when they take longer, and leaves them to themselves then: a query
        that waits for a lock can't be cut short, and what it stores is stored.
        """
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait({task}, timeout=within_s)
        if done:
            return task.result()
        self._late.add(task)
        task.add_done_callback(self._came_late)
        raise DatabaseTrouble(f"took longer than {within_s:.1f} s")

    def _came_late(self, task: asyncio.Task[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("what came from a member was not stored or read: %s", error)

    async def _store(self, new: NewJob) -> Admitted:
        # Asked for first: once the job is stored, no trouble may lead to an answer without it.
        usual_s = await self.estimates.generation_s(new.request.model)
        priced = self.price(new.request)
        new = replace(new, held_credits=priced.credits, counts_as=priced.counts_as)
        now = self.clock()
        received = await self.jobs.receive(new, self.limits, now, lease_s=ANSWER_LEASE_S)
        expected_s = usual_s * self.estimates.rounds(received.jobs_ahead)
        return Admitted(jobs=received.jobs, expected_at=now + timedelta(seconds=expected_s))

    async def settle(self, job: Job, answer: FirstAnswer) -> None:
        """Queue the job if Discord took its card; else see that nothing is paid. May be repeated:
        a job that has moved on meanwhile stays as it is. Raises `DatabaseTrouble`."""
        with about_job(job.id):
            match answer:
                case Taken(card_message_id):
                    await self._queue(job, card_message_id)
                case Declined(why):
                    log.warning("cancelled, the first answer came to nothing: %s", why)
                    await self.jobs.cancel(job.id, self.clock(), source=JobState.RECEIVED)
                case Unclear(why):  # the reconciler asks Discord soon
                    log.warning("the outcome of the first answer is unknown: %s", why)
                    await self.jobs.leave_unanswered(job.id, job.created_at + TAKEN_WITHIN)
                case Unknowable(why):
                    log.warning("cancelled, the first answer may have come to nothing: %s", why)
                    await self._cancel_and_tell(job)

    async def _queue(self, job: Job, card_message_id: int | None) -> None:
        if await self.jobs.accept(job.id, card_message_id, self.clock()):
            log.info("queued for member %d", job.member_id)
            self.wakeups.wake(Wakeup.SUBMIT)

    async def _cancel_and_tell(self, job: Job) -> None:
        """Of variations, which share the card, the first tells of all."""
        told = NoticeKind.UNSTARTED if job.take == 1 else None
        source = JobState.RECEIVED
        if await self.jobs.cancel(job.id, self.clock(), source=source, notice=told):
            self.wakeups.wake(Wakeup.DELIVER)

    async def keep(self, draft: Draft, member_id: int, *, within_s: float = KEEP_WITHIN_S) -> str:
        """Remember what a member typed; the draft's id. Raises `DatabaseTrouble`, soon."""
        keeping = self.drafts.keep(draft, member_id, self.clock())
        return await self.in_time(keeping, min(within_s, KEEP_WITHIN_S))

    async def draft(self, draft_id: str, member_id: int) -> Draft | None:
        """What this member had typed, if it is still known. Raises `DatabaseTrouble`, soon."""
        return await self.in_time(self.drafts.get(draft_id, member_id), KEEP_WITHIN_S)

    async def cancel(self, job: Job) -> Job | None:
        """Stop a job that waits or runs; the cancelled job, or `None` if it can't be (any more).

        One that is only `received` is stopped, too: whoever asks for that has seen its card, even
        if we do not know of it yet, and what we learn of it later moves no cancelled job.
        """
        job = await self._handed_over(job)
        for _ in range(HAND_OVER_LOOKS):
            if job.state not in CANCELLABLE:
                break
            if await self.jobs.cancel(job.id, self.clock(), source=job.state):
                with about_job(job.id):
                    log.info("cancelled by a member")
                self.wakeups.wake(Wakeup.SUBMIT)  # a place may be free
                return replace(job, state=JobState.CANCELLED)
            job = await self.jobs.get(job.id) or job  # it has just moved on
        return None

    async def _handed_over(self, job: Job) -> Job:
        """The job once its submission is through, which rarely takes longer than a moment."""
        for _ in range(HAND_OVER_LOOKS):
            if job.state is not JobState.SUBMITTING or job.in_doubt:
                break
            await asyncio.sleep(HAND_OVER_LOOK_S)
            job = await self.jobs.get(job.id) or job
        return job
