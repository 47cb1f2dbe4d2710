"""Posting a finished track in another channel, once, without making it again.

Getting the audio ready may take minutes, so what was found out before is looked at once more right
before the message is sent.
"""

import asyncio
import logging
from dataclasses import dataclass, replace

from bot.deliver.announcements import Announcement
from bot.deliver.messenger import SEARCH_TIMEOUT_S, SEND_TIMEOUT_S
from bot.deliver.takedown import Takedown
from bot.deliver.track_delivery import PREPARED_WITHIN_S
from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.errors import DeliveryUnsure, TrackDeleted
from bot.library.share_posts import SharePosts
from bot.library.shared_tracks import SharedTracks, Target
from bot.logs import about_job
from bot.store.removal_store import RemovalStore
from bot.store.share_store import Share
from bot.store.track_store import TrackStore

LEASE_S = PREPARED_WITHIN_S + 2 * SEARCH_TIMEOUT_S + SEND_TIMEOUT_S
# Ends before somebody else may claim the same.
SHARED_WITHIN_S = LEASE_S - 30

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sharing:
    """Takes tracks to other channels. Whether a member may do so is for the caller to check."""

    posts: SharePosts
    tracks: SharedTracks
    places: TrackStore
    removals: RemovalStore
    takedown: Takedown

    async def standing(self, job: Job, channel_id: int) -> Place | None:
        """The message with the track in this channel, if it's there already: the one that announced
        it, or an earlier share. Raises the `DeliveryError`s."""
        for place in await self.places.places(job):
            here = place.channel_id == channel_id
            if here and await self.posts.is_there(channel_id, place.message_id):
                return place
        return None

    async def share(self, job: Job, target: Target, *, at_hand: str | None = None) -> int:
        """The id of the message with the track there: a new one, or the one that was there before.

        `at_hand` is a fresh link to the audio, if there is one. Raises the `DeliveryError`s, among
        them `AlreadySharing` and `TrackDeleted`, and `AudioError` if the audio is nowhere any more.
        """
        place = (target.channel_id, target.guild_id)
        with about_job(job.id):
            async with self.posts.claimed(job, *place, lease_s=LEASE_S) as share:
                try:
                    async with asyncio.timeout(SHARED_WITHIN_S):
                        return await self._share(job, share, target, at_hand)
                except TimeoutError as error:
                    raise DeliveryUnsure("it took too long") from error

    async def _share(self, job: Job, share: Share, target: Target, at_hand: str | None) -> int:
        if not self.posts.is_repeatable(share):
            if (message_id := await self.posts.earlier(job, share)) is not None:
                return message_id
            share = replace(share, message_id=None, shared_at=None)  # surely not there
        async with self.tracks.open(job, target, at_hand=at_hand) as what:
            return await self._post(job, share, what)

    async def _post(self, job: Job, share: Share, what: Announcement) -> int:
        """Judged once more: getting ready may have taken long."""
        if await self.removals.is_deleted(job.id):
            raise TrackDeleted("it was deleted before it was shared")
        repeats = self.posts.is_repeatable(share)
        if not repeats and (message_id := await self.posts.earlier(job, share)) is not None:
            return message_id
        message_id = await self.posts.send(share, what, repeats=repeats)
        if await self.takedown.catch_up(job):
            raise TrackDeleted("it was deleted while it was shared")
        log.info("shared to another channel")
        return message_id
