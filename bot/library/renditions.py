"""Finished tracks in a form that can be uploaded, made again from wherever their audio still is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.deliver.mastering import Mastering, Rendition
from bot.domain.jobs import Job
from bot.library.audio_sources import AudioSources


@dataclass(frozen=True)
class Renditions:
    """Waits for no worker: who asks for a track once more waits for it."""

    sources: AudioSources
    mastering: Mastering

    @asynccontextmanager
    async def open(
        self, job: Job, limit_bytes: int, *, at_hand: str | None = None
    ) -> AsyncIterator[tuple[Job, Rendition | None]]:
        """The job with what is heard in its audio, and the best form of at most so many bytes, if
        there is one. Its files go away with the block.

        Raises what `AudioSources.open` raises, and `AudioError` for what nobody can play.
        """
        async with self.sources.open(job, at_hand=at_hand) as audio:
            master = await self.mastering.examine(job, audio, patient=False, whole=audio.complete)
            yield master.job, await self.mastering.fit(master, limit_bytes, patient=False)
