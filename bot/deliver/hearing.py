"""Fetching a track and listening to it; where the file is in doubt, it is fetched a second time.

A file may play whole and still get its own length wrong, so that alone is no reason to keep a track
back: if as much came as the server announced, or the same bytes came twice, that is the file.
"""

import asyncio
import contextlib
import filecmp
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bot.deliver.mastering import Master, Mastering
from bot.domain.jobs import Job
from bot.errors import AudioError, AudioUnavailable, AudioUnusable, PageInstead, in_short
from bot.provider.audio_file import AudioFetcher, AudioOnDisk
from bot.said_once import SaidOnce

# Far more than may be uploaded: what is too large can be converted.
FETCH_BYTES = 50 * 2**20
CONFIRMED_WITHIN_S = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hearing:
    """Gets a track's file and what is heard in it."""

    fetcher: AudioFetcher
    mastering: Mastering
    _said: SaidOnce = field(init=False, default_factory=lambda: SaidOnce(log))

    @contextlib.asynccontextmanager
    async def open(self, job: Job, url: str, *, patient: bool) -> AsyncIterator[Master]:
        """The file, in a temporary folder that goes away with the block. May be repeated.

        Raises what `AudioFetcher.fetch` and `Mastering.examine` raise, but `PageInstead` for what
        is no audio and says that it is a page, and `AudioUnusable` only for what came twice.
        """
        async with contextlib.AsyncExitStack() as stack:
            yield await self._heard(job, url, stack, patient=patient)

    async def _heard(
        self, job: Job, url: str, stack: contextlib.AsyncExitStack, *, patient: bool
    ) -> Master:
        first = await self._fetch(url, stack)
        try:
            return await self._listen(job, first, patient=patient)
        except PageInstead:
            raise
        except (AudioUnavailable, AudioUnusable) as error:
            doubt = error
        self._said.say(job.id, "fetched once more, since %s", doubt, level=logging.INFO)
        second = await self._second(url, stack, first, doubt)
        whole = await _is_whole(first, second)
        if whole and isinstance(doubt, AudioUnusable):
            raise doubt
        return await self._listen(job, second, patient=patient, whole=whole)

    async def _listen(
        self, job: Job, audio: AudioOnDisk, *, patient: bool, whole: bool = False
    ) -> Master:
        try:
            return await self.mastering.examine(job, audio, patient=patient, whole=whole)
        except AudioUnusable as error:
            if audio.page:
                raise PageInstead(f"a page came in place of the audio file: {error}") from error
            raise

    async def _second(
        self,
        url: str,
        stack: contextlib.AsyncExitStack,
        first: AudioOnDisk,
        doubt: AudioUnavailable | AudioUnusable,
    ) -> AudioOnDisk:
        """The file once more. If it can't be had again, what was announced and came must do."""
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN_S):
                return await self._fetch(url, stack)
        except (AudioError, TimeoutError) as error:
            if first.complete:
                return first
            again = f"{doubt}; fetched once more: {in_short(error)}"
            raise AudioUnavailable(again) from error

    async def _fetch(self, url: str, stack: contextlib.AsyncExitStack) -> AudioOnDisk:
        fetched = self.fetcher.fetch(url, limit_bytes=FETCH_BYTES)
        return await stack.enter_async_context(fetched)


async def _is_whole(first: AudioOnDisk, second: AudioOnDisk) -> bool:
    """Whether nothing can be missing: not while a file is still being written, and grows."""
    if first.size_bytes != second.size_bytes:
        return False
    if first.complete and second.complete:
        return True
    return await asyncio.to_thread(filecmp.cmp, first.path, second.path, shallow=False)
