"""What is known of how long each model takes, and what follows for the next poll."""

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


class DurationEstimates:
    """How long each model's generations have taken, read once and then kept up to date."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs
        self._seen_s: dict[str, list[float]] = {}

    async def next_poll_at(self, job: Job, now: datetime, *, overdue_s: float) -> datetime:
        """When to ask for this job next."""
        submitted_at = job.submitted_at or now
        elapsed_s = (now - submitted_at).total_seconds()
        durations = believe(self.usual_s(job.request.model), await self._of(job.request.model))
        return submitted_at + timedelta(
            seconds=next_poll_s(elapsed_s, durations, overdue_s=overdue_s)
        )

    async def expected_s(self, model: str) -> float:
        """About how long a generation takes: the median of what was seen, or the usual time."""
        seen = sorted(await self._of(model))
        return seen[len(seen) // 2] if seen else self.usual_s(model)

    def usual_s(self, model: str) -> float:
        """The catalogue's figure; a job may outlive its model's entry."""
        return MODELS[model].usual_s if model in MODELS else USUAL_S

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
            self._seen_s[model] = await self._jobs.durations_s(
                model, limit=LEARN_FROM, late_s=LATE_S
            )
        return self._seen_s[model]
