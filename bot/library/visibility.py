"""What `bot.domain.visibility` decides on: jobs, what they came from, and where they are heard."""

from dataclasses import dataclass

from bot.domain.jobs import Job
from bot.domain.visibility import Ancestor, Viewer, may_know
from bot.store.job_store import JobStore
from bot.store.track_store import TrackStore

# So many ancestors are told one by one; of those before them only the authors.
NAMED_ANCESTORS = 6
ANCESTORS_LIMIT = 300


@dataclass(frozen=True)
class Visibility:
    """Looks jobs up for those who may know of them. Knows nothing of Discord's objects."""

    jobs: JobStore
    tracks: TrackStore

    async def job(self, job_id: str, viewer: Viewer) -> Job | None:
        """The job, if the viewer may know of it."""
        job = await self.jobs.get(job_id)
        return job if job and await self._may_know(job, viewer) else None

    async def parent(self, job: Job, viewer: Viewer) -> Ancestor | None:
        """What it was made from."""
        parent = await self.jobs.get(job.parent_id) if job.parent_id else None
        return await self._ancestor(parent, viewer) if parent else None

    async def lineage(self, job: Job, viewer: Viewer) -> list[Ancestor]:
        """All that it was made from, its parent first."""
        if job.parent_id is None:
            return []
        line = await self.tracks.ancestors(job.id, most=ANCESTORS_LIMIT)
        near = [await self._ancestor(one, viewer) for one in line[:NAMED_ANCESTORS]]
        return near + [Ancestor(job=one, visible=False) for one in line[NAMED_ANCESTORS:]]

    async def _ancestor(self, job: Job, viewer: Viewer) -> Ancestor:
        visible = job.deleted_at is None and await self._may_know(job, viewer)
        return Ancestor(job=job, visible=visible)

    async def _may_know(self, job: Job, viewer: Viewer) -> bool:
        """Without asking where it is heard, if that is known already."""
        if may_know(job, (), viewer):
            return True
        return may_know(job, await self.tracks.places(job), viewer)
