"""What is known of how long each model takes, and what follows for the next poll."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.jobs import Job
from bot.domain.models import MODELS
from bot.generate.poll_schedule import believe, next_poll_s
from bot.store.job_store import JobStore

LEARN_FROM = 200
USUAL_S = 35.0
# A track that was noticed so much later than it was to be polled (the bot was down, or had too
# much to do) may have been done for long.
LATE_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How many generations the provider may work on at the same time, and after how long one of
    them is overdue, and counts no more."""

    at_most_running: int
    overdue_s: float


@dataclass(frozen=True)
class DurationEstimates:
    """How long each model's generations have taken, read once and then kept up to date."""

    jobs: JobStore
    capacity: Capacity
    _seen_s: dict[str, list[float]] = field(init=False, default_factory=dict)

    async def next_poll_at(self, job: Job, now: datetime) -> datetime:
        """When to ask for this job next."""
        submitted_at = job.submitted_at or now
        elapsed_s = (now - submitted_at).total_seconds()
        durations = believe(self.usual_s(job.request.model), await self._of(job.request.model))
        overdue_s = self.capacity.overdue_s
        return submitted_at + timedelta(
            seconds=next_poll_s(elapsed_s, durations, overdue_s=overdue_s)
        )

    async def generation_s(self, model: str) -> float:
        """About how long a generation takes: the median of what was seen, or the usual time."""
        seen = sorted(await self._of(model))
        return seen[len(seen) // 2] if seen else self.usual_s(model)

    async def expected_s(self, model: str, *, place: int | None) -> float:
        """About how long a track takes from this place in the queue, or once it has left it.

        Who waits finds all places at the provider taken, by tracks that are half done on average.
        """
        rounds = 1.0 if place is None else self.rounds(place - 1) + 0.5
        return rounds * await self.generation_s(model)

    async def expected_at(self, job: Job, now: datetime, *, place: int | None = None) -> datetime:
        """When a track should be ready that waits at this place in the queue, or runs."""
        seconds = await self.expected_s(job.request.model, place=place)
        return (job.submitted_at or now) + timedelta(seconds=seconds)

    def rounds(self, ahead: int) -> int:
        """Jobs go out in rounds, as many at a time as the provider may see."""
        return 1 + ahead // self.capacity.at_most_running

    def usual_s(self, model: str) -> float:
        """The catalogue's figure; a job may outlive its model's entry."""
        return MODELS[model].usual_s if model in MODELS else USUAL_S

    def is_overdue(self, age_s: float) -> bool:
        """Whether a generation takes too long by now."""
        return age_s > self.capacity.overdue_s

    async def learn(self, job: Job, finished_at: datetime) -> None:
        """One more observation of a job that is stored as succeeded."""
        # What was not read yet is read from the store later, this job included.
        seen = self._seen_s.get(job.request.model)
        if (finished_at - job.due_at).total_seconds() > LATE_S:
            return
        if job.submitted_at and seen is not None:
            seen.insert(0, (finished_at - job.submitted_at).total_seconds())
            del seen[LEARN_FROM:]

    async def _of(self, model: str) -> list[float]:
        if model not in self._seen_s:
            self._seen_s[model] = await self.jobs.durations_s(
                model, limit=LEARN_FROM, late_s=LATE_S
            )
        return self._seen_s[model]
