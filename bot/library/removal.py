"""Taking a track away: it is forgotten first, then its messages go.

After a crash in between, deleting it once more removes what is left.
"""

import logging
from collections.abc import Callable

from bot.domain.jobs import Job
from bot.errors import DeliveryError
from bot.library.track_messages import TrackMessages
from bot.library.tracks import Tracks
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.store.track_store import Place

log = logging.getLogger(__name__)


class Removal:
    """Who may take a track away is for the caller to check."""

    def __init__(
        self,
        tracks: Tracks,
        messages: TrackMessages,
        wakeups: Wakeups,
    ) -> None:
        self._tracks = tracks
        self._messages = messages
        self._wakeups = wakeups

    async def remove(
        self, job: Job, *, by_member: bool, except_message_id: int | None = None
    ) -> bool:
        """The track, wherever it stands; whether all messages with it are gone. May be repeated.

        `except_message_id` names one that the caller removes.
        """
        with about_job(job.id):
            if await self._tracks.delete(job, by_member=by_member):
                log.info("deleted by %s", "its member" if by_member else "a moderator")
                self._wakeups.wake(Wakeup.CARDS)
            return await self._remove_everywhere(job, except_message_id=except_message_id)

    async def moderate(
        self, job: Job, reaches: Callable[[Place], bool], *, except_message_id: int | None = None
    ) -> bool:
        """From where a moderator reaches; whether all messages there are gone. May be repeated.

        What stands elsewhere goes on to stand there: others moderate those places. A track that
        stands nowhere else is forgotten.
        """
        places = await self._tracks.places(job)
        here = [place for place in places if reaches(place)]
        if not here:
            return True
        if len(here) == len(places):
            return await self.remove(job, by_member=False, except_message_id=except_message_id)
        with about_job(job.id):
            left = [
                one for one in here if not await self._is_taken_away(job, one, except_message_id)
            ]
            shared = await self._tracks.places(job, announced=False)
            if any(place not in (*shared, *left) for place in here):
                log.info("a moderator took away the message that announced it")
                await self._tracks.withdraw(job)
                self._wakeups.wake(Wakeup.CARDS)
            return not left

    async def _is_taken_away(self, job: Job, place: Place, except_message_id: int | None) -> bool:
        return place.message_id == except_message_id or await self._remove_from(job, place)

    async def catch_up(self, job: Job) -> bool:
        """For those who have just posted the track: whether it was deleted meanwhile.

        Its deletion may not have known of that message. If so, it is removed. May be repeated.
        """
        if not await self._tracks.is_deleted(job):
            return False
        with about_job(job.id):
            log.info("deleted while it was being posted")
            await self._remove_everywhere(job)
        return True

    async def _remove_everywhere(self, job: Job, *, except_message_id: int | None = None) -> bool:
        places = await self._tracks.places(job)
        ours = [place for place in places if place.message_id != except_message_id]
        return all([await self._remove_from(job, place) for place in ours])

    async def remove_share(self, job: Job, channel_id: int) -> bool:
        """The track from one channel that it was shared to; whether it is gone there."""
        with about_job(job.id):
            shared = await self._tracks.places(job, announced=False)
            here = [place for place in shared if place.channel_id == channel_id]
            return all([await self._remove_from(job, place) for place in here])

    async def _remove_from(self, job: Job, place: Place) -> bool:
        try:
            await self._messages.remove(place.channel_id, place.message_id)
        except DeliveryError as error:
            log.warning("a message with the track could not be removed: %s", error)
            return False
        await self._tracks.left(job, place)
        return True
