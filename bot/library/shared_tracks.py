"""A track as others are shown it, once its member shares it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot import words
from bot.deliver import announcements, buttons
from bot.deliver.announcements import Announcement
from bot.deliver.track_embed import as_shared
from bot.domain.jobs import Job
from bot.domain.visibility import parent_in
from bot.errors import UploadTooLarge
from bot.library.renditions import Renditions
from bot.store.job_store import JobStore
from bot.store.like_store import LikeStore


@dataclass(frozen=True, kw_only=True)
class Target:
    """A channel or thread to share to; `limit_bytes` is what the bot may upload there."""

    channel_id: int
    guild_id: int | None
    limit_bytes: int
    locale: str | None = None


@dataclass(frozen=True)
class SharedTracks:
    """Makes announcements of what was announced before."""

    jobs: JobStore
    likes: LikeStore
    renditions: Renditions

    @asynccontextmanager
    async def open(
        self, job: Job, target: Target, *, at_hand: str | None
    ) -> AsyncIterator[Announcement]:
        """The track as it was announced, but told by its member, and in a form that fits there.

        Raises `UploadTooLarge` where none does, and what `Renditions.open` raises.
        """
        parent = await self.jobs.get(job.parent_id) if job.parent_id else None
        opened = self.renditions.open(job, target.limit_bytes, at_hand=at_hand)
        async with opened as (heard, track):
            if track is None:
                raise UploadTooLarge(f"no form of it fits into {target.limit_bytes} bytes")
            shared = as_shared(heard)
            shown = parent_in(target.channel_id, shared, parent) if parent else None
            likes = await self.likes.count(job.id)
            with words.speaking(target.locale):
                what = replace(
                    announcements.track(shared, track, parent=shown),
                    content=words.shared(job.member_id),
                    view=buttons.under_track(job, buttons.SHARE, likes=likes),
                )
            yield what
