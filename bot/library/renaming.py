"""Another title for a finished track: in lists, in what is posted of it later, and on its messages.

The title is stored first, then the messages are edited. After a crash in between, the same title
once more brings them up to date.
"""

import logging
from dataclasses import dataclass

from bot.clock import Clock
from bot.deliver.track_messages import TrackMessages
from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.errors import DeliveryError
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.store.stores import Stores

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Renaming:
    """Renames tracks. Methods may be repeated."""

    stores: Stores
    messages: TrackMessages
    wakeups: Wakeups
    clock: Clock

    async def rename(self, job_id: str, member_id: int, title: str | None) -> Job | None:
        """The member's track with its new title, which is the one from its prompt if `title` is
        `None`. Nothing if it's not theirs, or was deleted."""
        if not await self.stores.tracks.rename(job_id, member_id, title):
            return None
        await self.stores.card_edits.mark(job_id, self.clock())
        self.wakeups.wake(Wakeup.CARDS)
        return await self.stores.jobs.get(job_id)

    async def show(self, job_id: str) -> bool:
        """Put the title on every message with the track; whether none is left without it.

        Private answers are out of reach.
        """
        track = await self.stores.tracks.get(job_id)
        if track is None:
            return True
        with about_job(job_id):
            shown = [await self._is_shown(job_id, place) for place in track.places]
        return all(shown) and bool(shown or track.held)

    async def _is_shown(self, job_id: str, place: Place) -> bool:
        # Looked up for each: it may have been renamed once more meanwhile.
        job = await self.stores.jobs.get(job_id)
        try:
            if job is not None:
                await self.messages.retitle(place, job)
        except DeliveryError as error:
            log.warning("a message with the track keeps its old title: %s", error)
            return False
        return True
