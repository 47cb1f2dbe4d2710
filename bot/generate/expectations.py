"""What a member who waits is told: when the track should be ready, or why that can't be said."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot import words
from bot.clock import Clock
from bot.domain.budgets import NO_BUDGETS, Budgets
from bot.domain.jobs import Job, JobState
from bot.generate.estimates import DurationEstimates
from bot.store.budgets import BudgetStore
from bot.store.pause_store import PauseStore

# A countdown goes on by itself: it gives way so long before it would show a time in the past.
SOON = timedelta(seconds=3)


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """`at` is when the track should be ready, and lies ahead; without one, `instead` is said.

    `again_at` is when the next budget starts, if it waits for one, `a_day` how many tracks a member
    has in a day (0: no limit).
    """

    at: datetime | None = None
    instead: words.Sentence = words.any_moment
    again_at: datetime | None = None
    a_day: int = 0

    @property
    def until(self) -> datetime | None:
        """From when on something else is to be said."""
        return self.at - SOON if self.at else self.again_at


@dataclass(frozen=True)
class Expectations:
    """Knows how long tracks take, and whether the provider and the budgets let them go out."""

    estimates: DurationEstimates
    pauses: PauseStore
    spending: BudgetStore
    clock: Clock
    budgets: Budgets = NO_BUDGETS
    a_day: int = 0

    async def of(self, job: Job, *, place: int | None = None) -> Expectation:
        """Of a job that waits, at this place in the queue if it's known, or runs."""
        return replace(await self._of(job, place), a_day=self.a_day)

    async def _of(self, job: Job, place: int | None) -> Expectation:
        if job.in_doubt:
            return Expectation(instead=words.checking_arrival)
        waits = job.state in {JobState.RECEIVED, JobState.QUEUED}
        if waits and (again_at := await self.again_at(job)):
            says = partial(words.waits_for_budget, again_at)
            return Expectation(instead=says, again_at=again_at)
        if waits and await self.pauses.current() is not None:
            return Expectation(instead=words.service_closed)
        now = self.clock()
        at = await self.estimates.expected_at(job, now, place=place)
        if at - SOON > now:
            return Expectation(at=at)
        age_s = (now - (job.submitted_at or now)).total_seconds()
        if self.estimates.is_overdue(age_s):
            return Expectation(instead=words.takes_longer)
        return Expectation()

    async def again_at(self, job: Job) -> datetime | None:
        """When a new budget starts, if too little is left for this waiting job; else `None`."""
        left = await self.spending.left(self.budgets, self.clock())
        too_small = (one for one in left if (job.held_credits or 0) > max(one.credits, 0))
        return next((one.ends_at for one in too_small), None)
