"""Removing the messages that a track stands in."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from bot.deliver.track_messages import TrackMessages
from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.errors import DeliveryError
from bot.logs import about_job
from bot.store.stores import Stores

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Takedown:
    """Methods may be repeated: what is gone already is fine."""

    stores: Stores
    messages: TrackMessages

    async def remove(self, job: Job, places: Iterable[Place]) -> list[Place]:
        """The track from these places; those of them that could not be removed."""
        with about_job(job.id):
            return [place for place in places if not await self._is_removed(job, place)]

    async def catch_up(self, job: Job) -> bool:
        """For those who have just posted the track: whether it was deleted meanwhile.

        Its deletion may not have known of that message. If so, it is removed.
        """
        if not await self.stores.removals.is_deleted(job.id):
            return False
        with about_job(job.id):
            log.info("deleted while it was being posted")
            await self.remove(job, await self.stores.tracks.places(job))
        return True

    async def _is_removed(self, job: Job, place: Place) -> bool:
        try:
            await self.messages.remove(place.channel_id, place.message_id)
        except DeliveryError as error:
            log.warning("a message with the track could not be removed: %s", error)
            return False
        await self.stores.shares.remove(job.id, place.channel_id, place.message_id)
        return True
