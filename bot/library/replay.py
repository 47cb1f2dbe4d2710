"""A finished track once more, in a private answer: its audio is looked for where it still is."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from bot.deliver import announcements
from bot.deliver.announcements import Announcement
from bot.deliver.track_embed import as_shared
from bot.deliver.track_messages import TrackMessages
from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.domain.visibility import Ancestor
from bot.errors import AudioError, DeliveryError
from bot.library.renditions import Renditions
from bot.store.share_store import ShareStore
from bot.store.track_store import ListedTrack

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Replay:
    """Opens tracks again. Whether a member may hear them is for the caller to check."""

    shares: ShareStore
    messages: TrackMessages
    renditions: Renditions

    @asynccontextmanager
    async def open(
        self, job: Job, limit_bytes: int, *, own: bool, parent: Ancestor | None = None
    ) -> AsyncIterator[Announcement | None]:
        """As it was announced, for its member or for others, in a form of at most so many bytes.

        Its files go away with the block. `None` if no form fits, or the audio is nowhere any more.
        Raises `Busy` if too many are open already.
        """
        async with AsyncExitStack() as stack:
            what = None
            try:
                opened = self.renditions.open(job, limit_bytes)
                job, fitted = await stack.enter_async_context(opened)
            except AudioError as error:
                log.info("the audio can't be had again: %s", error)
            else:
                if fitted is not None:
                    job = job if own else as_shared(job)
                    what = announcements.track(job, fitted, parent=parent)
            yield what

    async def stands(self, track: ListedTrack) -> bool:
        """Whether one of its messages is still there. Those that are gone are forgotten."""
        return await self._first(track, partial(self._is_there, track.job)) is not None

    async def _is_there(self, job: Job, place: Place) -> bool:
        there = await self.messages.is_there(place.channel_id, place.message_id)
        if not there:
            await self.shares.remove(job.id, place.channel_id, place.message_id)
        return there

    async def link(self, track: ListedTrack) -> str | None:
        """A fresh link to the file of the first message that has one; it lives for about a day."""
        return await self._first(track, self._audio_url)

    async def _audio_url(self, place: Place) -> str | None:
        return await self.messages.audio_url(place.channel_id, place.message_id)

    async def _first(
        self, track: ListedTrack, ask: Callable[[Place], Awaitable[T | None]]
    ) -> T | None:
        """The first answer that says anything about one of the track's messages."""
        for place in track.places:
            try:
                if answer := await ask(place):
                    return answer
            except DeliveryError as error:
                log.info("a message with the track can't be read: %s", error)
        return None
