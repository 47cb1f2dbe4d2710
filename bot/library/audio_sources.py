"""Finding the audio of a finished track again, wherever it still is."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

from bot.audio.signature import recognise
from bot.deliver.track_messages import TrackMessages
from bot.domain.jobs import Job
from bot.errors import AudioError, AudioUnavailable, Busy, DeliveryError
from bot.machine.scratch import scratch_folder
from bot.provider.audio_file import AudioFetcher, AudioOnDisk
from bot.store.held_store import HeldStore
from bot.store.track_store import TrackStore

# More than any message of ours can carry, and than models make.
FETCH_BYTES = 50 * 2**20
# Each lies on the disk as long as it is open, beside those that are being delivered.
AT_ONCE = 4
OPENED_WITHIN_S = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AudioSources:
    """Discord's links live for about a day, so they are asked for again each time."""

    tracks: TrackStore
    messages: TrackMessages
    held: HeldStore
    fetcher: AudioFetcher
    _places: asyncio.Semaphore = field(
        init=False, default_factory=lambda: asyncio.Semaphore(AT_ONCE)
    )

    @contextlib.asynccontextmanager
    async def open(self, job: Job, *, at_hand: str | None = None) -> AsyncIterator[AudioOnDisk]:
        """The file, in a temporary folder that goes away with the block.

        From where it is surest: a link of Discord's that is `at_hand`, the messages it stands in,
        the provider, what is held for its member. Raises `AudioUnavailable` if it is nowhere, and
        `Busy` if too many are open already.
        """
        async with contextlib.AsyncExitStack() as stack:
            await self._take_place(stack)
            yield await self._found(job, at_hand, stack) or await self._kept(job, stack)

    async def _take_place(self, stack: contextlib.AsyncExitStack) -> None:
        try:
            async with asyncio.timeout(OPENED_WITHIN_S):
                await stack.enter_async_context(self._places)
        except TimeoutError:
            raise Busy(f"{AT_ONCE} tracks are open, and none was closed in time") from None

    async def _found(
        self, job: Job, at_hand: str | None, stack: contextlib.AsyncExitStack
    ) -> AudioOnDisk | None:
        async with contextlib.aclosing(self._links(job, at_hand)) as links:
            async for url in links:
                try:
                    fetched = self.fetcher.fetch(url, limit_bytes=FETCH_BYTES)
                    audio = await stack.enter_async_context(fetched)
                except AudioError as error:
                    log.info("not to be had here: %s", error)
                else:
                    if not audio.page:
                        return audio
                    log.info("not to be had here: what came is a page")
        return None

    async def _links(self, job: Job, at_hand: str | None) -> AsyncGenerator[str, None]:
        if at_hand:
            yield at_hand
        for place in await self.tracks.places(job):
            try:
                url = await self.messages.audio_url(place.channel_id, place.message_id)
            except DeliveryError as error:
                log.info("a message with the audio can't be read: %s", error)
            else:
                if url:
                    yield url
        if job.audio_url is not None:
            yield job.audio_url

    async def _kept(self, job: Job, stack: contextlib.AsyncExitStack) -> AudioOnDisk:
        kept = await self.held.get(job.id)
        if kept is None:
            raise AudioUnavailable("the audio is nowhere any more")
        path = stack.enter_context(scratch_folder()) / "audio"
        await asyncio.to_thread(path.write_bytes, kept.content)
        return AudioOnDisk(
            path=path,
            size_bytes=len(kept.content),
            extension=recognise(path),
            complete=True,
        )
