"""Opening tracks again: a few at a time, and never in the way of deliveries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.domain.jobs import Job
from bot.errors import AudioUnavailable, Busy
from bot.library import audio_sources
from bot.library.audio_sources import AT_ONCE, AudioSources
from bot.provider.audio_file import AudioFetcher
from bot.store.held_store import KeptAudio
from sandbox.aimlapi import AimlapiStandIn
from tests.bot.fakes import FakeTrackMessages
from tests.bot.provider.clips import WAV
from tests.factories import Stored

NOWHERE = "http://127.0.0.1:9/gone.wav"


@pytest.fixture
async def sources(stored: Stored, stand_in: AimlapiStandIn) -> AsyncIterator[AudioSources]:
    stores = stored.stores
    async with AudioFetcher.open(stand_in.url) as fetcher:
        yield AudioSources(stores.tracks, FakeTrackMessages(), stores.held, fetcher)


@pytest.fixture
async def kept(stored: Stored) -> Job:
    """A track whose audio is nowhere but in the database."""
    job = await stored.succeed(NOWHERE)
    audio = KeptAudio(file_name="a.wav", content=WAV)
    await stored.stores.held.keep(job.id, audio, stored.clock())
    return job


async def test_kept_file_lies_on_the_disk_as_long_as_it_is_open(
    sources: AudioSources, kept: Job
) -> None:
    async with sources.open(kept) as audio:
        assert audio.path.read_bytes() == WAV
        assert (audio.size_bytes, audio.extension) == (len(WAV), ".wav")
    assert not audio.path.exists()


async def test_one_more_waits_until_another_is_closed(sources: AudioSources, kept: Job) -> None:
    async with asyncio.timeout(40), AsyncExitStack() as others, AsyncExitStack() as first:
        await first.enter_async_context(sources.open(kept))
        for _ in range(AT_ONCE - 1):
            await others.enter_async_context(sources.open(kept))
        one_more = asyncio.create_task(others.enter_async_context(sources.open(kept)))
        await first.aclose()
        assert (await one_more).size_bytes == len(WAV)


async def test_one_more_is_put_off_when_none_is_closed_in_time(
    sources: AudioSources, kept: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_sources, "OPENED_WITHIN_S", 0.02)
    async with AsyncExitStack() as stack:
        for _ in range(AT_ONCE):
            await stack.enter_async_context(sources.open(kept))
        with pytest.raises(Busy):
            await stack.enter_async_context(sources.open(kept))


async def test_place_is_free_again_when_the_audio_is_nowhere(
    sources: AudioSources, stored: Stored
) -> None:
    job = await stored.succeed(NOWHERE)
    for _ in range(AT_ONCE + 1):
        with pytest.raises(AudioUnavailable):
            async with sources.open(job):
                pass


async def test_page_in_place_of_the_audio_is_passed_over(
    sources: AudioSources, stand_in: AimlapiStandIn, kept: Job
) -> None:
    at_hand = f"{stand_in.url}/cdn/x/a.wav"
    stand_in.scenario.on("GET", "/cdn/.*", times=1).respond(200, "<html>")
    async with sources.open(kept, at_hand=at_hand) as audio:
        assert audio.path.read_bytes() == WAV
        assert audio.complete
