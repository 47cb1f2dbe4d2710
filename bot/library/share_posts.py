"""The message of a share: sent once, however often it is tried.

Each try is claimed first, and stored once more right before it is sent. As long as its outcome is
unknown, another one repeats it while Discord drops repetitions, and later looks for the message.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from discord.utils import time_snowflake

from bot.clock import Clock
from bot.deliver import buttons
from bot.deliver.announcements import Announcement
from bot.deliver.ladder import nonce_holds
from bot.deliver.messenger import Messenger
from bot.deliver.track_messages import TrackMessages
from bot.domain.jobs import Job
from bot.errors import AlreadySharing, DeliveryLater, Unreachable, UploadTooLarge
from bot.store.share_store import Share, ShareStore

# Message ids tell the time by Discord's clock, which may not be the host's.
CLOCKS_APART = timedelta(minutes=5)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SharePosts:
    """Methods raise the `DeliveryError`s of `bot.errors`."""

    shares: ShareStore
    messages: TrackMessages
    messenger: Messenger
    clock: Clock

    @asynccontextmanager
    async def claimed(
        self, job: Job, channel_id: int, guild_id: int | None, *, lease_s: float
    ) -> AsyncIterator[Share]:
        """The share to this channel, which nobody else works on meanwhile.

        Raises `AlreadySharing` if somebody does.
        """
        now = self.clock()
        share = await self.shares.begin(job.id, channel_id, guild_id, now, lease_s=lease_s)
        if share is None:
            raise AlreadySharing("an earlier press is still being worked on")
        try:
            yield share
        finally:
            await self.shares.release(share)

    def is_repeatable(self, share: Share) -> bool:
        """Whether Discord would drop a repetition."""
        return share.message_id is None and nonce_holds(share.shared_at, self.clock())

    async def earlier(self, job: Job, share: Share) -> int | None:
        """The message of an earlier press that can't be repeated any more, if it is there."""
        if share.message_id is not None:
            there = await self.is_there(share.channel_id, share.message_id)
            return share.message_id if there else None
        if share.shared_at is None:
            return None
        since = time_snowflake(share.shared_at - CLOCKS_APART)
        found = await self.messenger.find(share.channel_id, job, buttons.SHARE, since=since)
        if found is None:
            return None
        log.info("an earlier try had reached Discord")
        await self.shares.posted(share, found.id)
        return found.id

    async def send(self, share: Share, what: Announcement, *, repeats: bool) -> int:
        """The id of the message; `repeats` says that it is the same try once more."""
        if not repeats:
            share = await self.shares.sending(share, self.clock())
        try:
            message_id = await self.messages.post(
                share.channel_id, share.guild_id, what, share.nonce
            )
        except (DeliveryLater, Unreachable, UploadTooLarge):
            if not repeats:  # surely not there; what is repeated may be
                await self.shares.remove(share.job_id, share.channel_id, None)
            raise
        await self.shares.posted(share, message_id)
        return message_id

    async def is_there(self, channel_id: int, message_id: int) -> bool:
        """Whether the message was not deleted. Also where that can't be seen: it was posted, and
        nobody said that it was removed."""
        try:
            return await self.messages.is_there(channel_id, message_id)
        except Unreachable as error:
            log.info("the earlier message can't be seen: %s", error)
            return True
