"""What a member who waits is told: when the track should be ready, or why that can't be said."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import words
from bot.clock import Clock
from bot.domain.jobs import Job, JobState
from bot.generate.estimates import DurationEstimates
from bot.store.pause_store import PauseStore

# A countdown goes on by itself: it gives way so long before it would show a time in the past.
SOON = timedelta(seconds=3)


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """`at` is when the track should be ready, and lies ahead; without one, `instead` is said."""

    at: datetime | None = None
    instead: words.Sentence = words.any_moment

    @property
    def until(self) -> datetime | None:
        """From when on something else is to be said."""
        return self.at - SOON if self.at else None


@dataclass(frozen=True)
class Expectations:
    """Knows how long tracks take, and whether the provider takes requests."""

    estimates: DurationEstimates
    pauses: PauseStore
    clock: Clock

    async def of(self, job: Job, *, place: int | None = None) -> Expectation:
        """Of a job that waits, at this place in the queue if it's known, or runs."""
        if job.in_doubt:
            return Expectation(instead=words.checking_arrival)
        waits = job.state in {JobState.RECEIVED, JobState.QUEUED}
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
