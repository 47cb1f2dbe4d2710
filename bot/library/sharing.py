"""Posting a finished track in another channel, once, without making it again.

Getting the audio ready may take minutes: each share is claimed first, and stored once more right
before it is sent. As long as the outcome of a try is unknown, another press repeats it while
Discord drops repetitions, and later looks for the message first.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from discord.utils import time_snowflake

from bot import words
from bot.clock import Clock
from bot.deliver import announcements, buttons
from bot.deliver.announcements import Announcement
from bot.deliver.ladder import nonce_holds
from bot.deliver.mastering import Mastering
from bot.deliver.messenger import SEARCH_TIMEOUT_S, SEND_TIMEOUT_S, Messenger
from bot.deliver.takedown import Takedown
from bot.deliver.track_delivery import PREPARED_WITHIN_S
from bot.deliver.track_embed import as_shared
from bot.deliver.track_messages import TrackMessages
from bot.domain.jobs import Job
from bot.domain.visibility import parent_in
from bot.errors import (
    AlreadySharing,
    DeliveryLater,
    DeliveryUnsure,
    TrackDeleted,
    Unreachable,
    UploadTooLarge,
)
from bot.library.audio_sources import AudioSources
from bot.logs import about_job
from bot.store.job_store import JobStore
from bot.store.like_store import LikeStore
from bot.store.removal_store import RemovalStore
from bot.store.share_store import Share, ShareStore

# Message ids tell the time by Discord's clock, which may not be the host's.
CLOCKS_APART = timedelta(minutes=5)
LEASE_S = PREPARED_WITHIN_S + 2 * SEARCH_TIMEOUT_S + SEND_TIMEOUT_S
# Ends before somebody else may claim the same.
SHARED_WITHIN_S = LEASE_S - 30

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A channel or thread to share to; `limit_bytes` is what the bot may upload there."""

    channel_id: int
    guild_id: int | None
    limit_bytes: int


class Sharing:
    """Takes tracks to other channels. Whether a member may do so is for the caller to check."""

    def __init__(
        self,
        jobs: JobStore,
        shares: ShareStore,
        likes: LikeStore,
        removals: RemovalStore,
        *,
        mastering: Mastering,
        sources: AudioSources,
        messages: TrackMessages,
        messenger: Messenger,
        takedown: Takedown,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._shares = shares
        self._likes = likes
        self._removals = removals
        self._mastering = mastering
        self._sources = sources
        self._messages = messages
        self._messenger = messenger
        self._takedown = takedown
        self._clock = clock

    async def share(self, job: Job, target: Target, *, at_hand: str | None = None) -> int:
        """The id of the message with the track there: a new one, or the one that was there before.

        `at_hand` is a fresh link to the audio, if there is one. Raises the `DeliveryError`s, among
        them `AlreadySharing` and `TrackDeleted`, and `AudioError` if the audio is nowhere any more.
        """
        with about_job(job.id):
            share = await self._shares.begin(
                job.id, target.channel_id, target.guild_id, self._clock(), lease_s=LEASE_S
            )
            if share is None:
                raise AlreadySharing("an earlier press is still being worked on")
            try:
                async with asyncio.timeout(SHARED_WITHIN_S):
                    return await self._share(job, share, target, at_hand)
            except TimeoutError as error:
                raise DeliveryUnsure("it took too long") from error
            finally:
                await self._shares.release(share)

    async def _share(self, job: Job, share: Share, target: Target, at_hand: str | None) -> int:
        if not self._is_repeatable(share):
            if (message_id := await self._earlier(job, share)) is not None:
                return message_id
            share = replace(share, message_id=None, shared_at=None)  # surely not there
        async with self._announcement(job, target, at_hand) as what:
            return await self._post(job, share, what)

    async def _earlier(self, job: Job, share: Share) -> int | None:
        """The message of an earlier press that can't be repeated any more, if it is there."""
        if share.message_id is not None:
            return share.message_id if await self._is_there(share, share.message_id) else None
        if share.shared_at is None:
            return None
        since = time_snowflake(share.shared_at - CLOCKS_APART)
        found = await self._messenger.find(share.channel_id, job, buttons.SHARE, since=since)
        if found is None:
            return None
        log.info("an earlier try had reached Discord")
        await self._shares.posted(share, found.id)
        return found.id

    async def _is_there(self, share: Share, message_id: int) -> bool:
        """Also where that can't be seen: it was posted, and nobody said that it was removed."""
        try:
            return await self._messages.is_there(share.channel_id, message_id)
        except Unreachable as error:
            log.info("the earlier message can't be seen: %s", error)
            return True

    def _is_repeatable(self, share: Share) -> bool:
        """Whether Discord would drop a repetition."""
        return share.message_id is None and nonce_holds(share.shared_at, self._clock())

    async def _post(self, job: Job, share: Share, what: Announcement) -> int:
        """Judged once more: getting ready may have taken long."""
        if await self._removals.is_deleted(job.id):
            raise TrackDeleted("it was deleted before it was shared")
        repeats = self._is_repeatable(share)
        if not repeats:
            if (message_id := await self._earlier(job, share)) is not None:
                return message_id
            share = await self._shares.sending(share, self._clock())
        try:
            message_id = await self._messages.post(
                share.channel_id, share.guild_id, what, share.nonce
            )
        except (DeliveryLater, Unreachable, UploadTooLarge):
            if not repeats:  # surely not there; what is repeated may be
                await self._shares.remove(share.job_id, share.channel_id, None)
            raise
        await self._shares.posted(share, message_id)
        if await self._takedown.catch_up(job):
            raise TrackDeleted("it was deleted while it was shared")
        log.info("shared to another channel")
        return message_id

    @asynccontextmanager
    async def _announcement(
        self, job: Job, target: Target, at_hand: str | None
    ) -> AsyncIterator[Announcement]:
        """The track as it was announced, but told by its member, and in a form that fits there."""
        parent = await self._jobs.get(job.parent_id) if job.parent_id else None
        async with self._sources.open(job, at_hand=at_hand) as audio:
            master = await self._mastering.examine(job, audio, patient=False, whole=audio.complete)
            track = await self._mastering.fit(master, target.limit_bytes, patient=False)
            if track is None:
                raise UploadTooLarge(f"{audio.size_bytes} bytes, and no form of it fits")
            shared = as_shared(master.job)
            shown = parent_in(target.channel_id, shared, parent) if parent else None
            what = announcements.track(shared, track, parent=shown)
            yield replace(
                what,
                content=words.shared(job.member_id),
                view=buttons.under_track(job, buttons.SHARE, likes=await self._likes.count(job.id)),
            )
