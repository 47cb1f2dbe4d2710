"""Taking a track away: it is forgotten first, then its messages go.

After a crash in between, deleting it once more removes what is left.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Clock
from bot.deliver.takedown import Takedown
from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.store.removal_store import RemovalStore
from bot.store.track_store import TrackStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Removal:
    """Takes tracks away. Who may do that is for the caller to check."""

    tracks: TrackStore
    removals: RemovalStore
    takedown: Takedown
    wakeups: Wakeups
    clock: Clock

    async def remove(
        self, job: Job, *, by_member: bool, except_message_id: int | None = None
    ) -> bool:
        """The track, wherever it stands; whether all messages with it are gone. May be repeated.

        All but the message with `except_message_id`: that one the caller removes.
        """
        with about_job(job.id):
            if await self.removals.delete(job.id, self.clock(), by_member=by_member):
                log.info("deleted by %s", "its member" if by_member else "a moderator")
                self.wakeups.wake(Wakeup.CARDS)
            return not await self.takedown.remove(
                job, _without(await self.tracks.places(job), except_message_id)
            )

    async def moderate(
        self, job: Job, reaches: Callable[[Place], bool], *, except_message_id: int | None = None
    ) -> bool:
        """From where a moderator reaches; whether all messages there are gone. May be repeated.

        What stands elsewhere goes on to stand there: others moderate those places. A track that
        stands nowhere else is forgotten. `except_message_id` is as in `remove`.
        """
        places = await self.tracks.places(job)
        here = [place for place in places if reaches(place)]
        if not here:
            return True
        if len(here) == len(places):
            return await self.remove(job, by_member=False, except_message_id=except_message_id)
        left = await self.takedown.remove(job, _without(here, except_message_id))
        shared = await self.tracks.shared_places(job.id)
        if any(place not in (*shared, *left) for place in here):
            with about_job(job.id):
                log.info("a moderator took away the message that announced it")
            await self.removals.withdraw(job.id, self.clock())
            self.wakeups.wake(Wakeup.CARDS)
        return not left

    async def remove_share(self, job: Job, channel_id: int) -> bool:
        """The track from one channel that it was shared to; whether it is gone there."""
        shared = await self.tracks.shared_places(job.id)
        here = [place for place in shared if place.channel_id == channel_id]
        return not await self.takedown.remove(job, here)


def _without(places: list[Place], message_id: int | None) -> list[Place]:
    return [place for place in places if place.message_id != message_id]
