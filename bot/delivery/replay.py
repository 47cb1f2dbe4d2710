"""A finished track once more, in a private answer: its audio is looked for where it still is."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from bot.delivery import announcements
from bot.delivery.announcements import Announcement
from bot.delivery.audio_sources import AudioSources
from bot.delivery.mastering import Mastering
from bot.delivery.track_messages import TrackMessages
from bot.errors import AudioError, DeliveryError
from bot.jobs import Job
from bot.store.track_store import Track

T = TypeVar("T")

log = logging.getLogger(__name__)


class Replay:
    """Opens tracks again. Whether a member may hear them is for the caller to check."""

    def __init__(
        self, messages: TrackMessages, sources: AudioSources, mastering: Mastering
    ) -> None:
        self._messages = messages
        self._sources = sources
        self._mastering = mastering

    @asynccontextmanager
    async def open(
        self, track: Track, limit_bytes: int, *, parent: Job | None = None
    ) -> AsyncIterator[Announcement | None]:
        """As it was announced, in a form of at most so many bytes, whose files go away with the
        block; `None` if no form fits, or the audio is nowhere any more."""
        async with AsyncExitStack() as stack:
            try:
                what = await self._announcement(track.job, limit_bytes, parent, stack)
            except AudioError as error:
                log.info("the audio can't be had again: %s", error)
                what = None
            yield what

    async def _announcement(
        self, job: Job, limit_bytes: int, parent: Job | None, stack: AsyncExitStack
    ) -> Announcement | None:
        audio = await stack.enter_async_context(self._sources.open(job))
        master = await self._mastering.examine(job, audio, patient=False)
        fitted = await self._mastering.fit(master, limit_bytes, patient=False)
        return announcements.track(master.job, fitted, parent=parent) if fitted else None

    async def stands(self, track: Track) -> bool:
        """Whether one of its messages is still there for others."""
        return await self._first(track, self._messages.is_there) is not None

    async def link(self, track: Track) -> str | None:
        """A fresh link to the file of the first message that has one; it lives for about a day."""
        return await self._first(track, self._messages.audio_url)

    async def _first(
        self, track: Track, ask: Callable[[int, int], Awaitable[T | None]]
    ) -> T | None:
        """The first answer that says anything about one of the track's messages."""
        for place in track.places:
            try:
                if answer := await ask(place.channel_id, place.message_id):
                    return answer
            except DeliveryError as error:
                log.info("a message with the track can't be read: %s", error)
        return None
