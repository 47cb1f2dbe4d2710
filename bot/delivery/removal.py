"""Taking a track away: it is forgotten first, then its messages go.

After a crash in between, deleting it once more removes what is left.
"""

import contextlib
import logging

from bot.delivery import cards
from bot.delivery.batch_cards import BatchCards
from bot.delivery.messenger import Messenger
from bot.delivery.track_messages import TrackMessages
from bot.errors import DeliveryError
from bot.jobs import Job
from bot.logs import about_job
from bot.store.track_store import Place
from bot.tracks import Tracks

log = logging.getLogger(__name__)


class Removal:
    """Who may take a track away is for the caller to check."""

    def __init__(
        self,
        tracks: Tracks,
        messages: TrackMessages,
        messenger: Messenger,
        batches: BatchCards,
    ) -> None:
        self._tracks = tracks
        self._messages = messages
        self._messenger = messenger
        self._batches = batches

    async def remove(self, job: Job, *, by_member: bool, besides: int | None = None) -> bool:
        """The track, wherever it stands; whether all messages with it are gone. May be repeated.

        `besides` is the id of one that the caller removes.
        """
        with about_job(job.id):
            if await self._tracks.delete(job):
                log.info("deleted by %s", "its member" if by_member else "a moderator")
            return await self._remove_everywhere(job, by_member=by_member, besides=besides)

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

    async def _remove_everywhere(
        self, job: Job, *, by_member: bool | None = None, besides: int | None = None
    ) -> bool:
        places = await self._tracks.places(job)
        ours = [place for place in places if place.message_id != besides]
        gone = [await self._remove_from(job, place) for place in ours]
        if job.card_message_id not in {place.message_id for place in places}:
            await self._update_card(job, by_member=by_member)
        return all(gone)

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

    async def _update_card(self, job: Job, *, by_member: bool | None) -> None:
        with contextlib.suppress(DeliveryError):  # it may be gone: the track is deleted anyway
            if job.batch_id is not None:
                await self._batches.refresh(job)
                return
            await self._messenger.update_card(job, *cards.deleted_card(job, by_member=by_member))
