"""What could not be delivered, handed out by `/tracks` from wherever its audio is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import words
from bot.domain.jobs import Rung
from bot.store.held_store import KeptAudio
from sandbox.driver import MessageView
from tests.bot.provider.clips import wav
from tests.bot.store.shelf import Shelf
from tests.e2e.reader import Reader, filled, opened_shelf
from tests.e2e.shared import quick_sandbox, shared_stage
from tests.e2e.stage import Stage

LARGER_THAN_TAKEN = wav((12 << 20) // 2, rate_hz=48_000)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("held")
    async with shared_stage(folder, quick_sandbox()) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelf(stage: Stage) -> AsyncIterator[Shelf]:
    async with opened_shelf(f"sqlite:///{stage.folder / 'compose.db'}") as shelf:
        yield shelf


async def handed_out(reader: Reader) -> list[MessageView]:
    """The messages before the list, once that is there."""
    call = await reader.member.slash("tracks", channel=reader.place.channel)
    await filled(reader.stage, call)
    return [message for message in call.messages() if "Your tracks" not in message.text]


async def test_held_track_comes_from_the_provider_when_it_could_not_be_kept(
    stage: Stage, shelf: Shelf
) -> None:
    reader = Reader(stage, shelf, "Lena")
    job = await reader.composed()
    notice = await shelf.stored.notice(job.id)
    await shelf.stored.notices.hold(notice, "no way", shelf.stored.clock())
    for posted in list(reader.place.channel.messages.values()):
        stage.world.messages.delete(posted)
    [message] = await handed_out(reader)
    assert message.text.startswith(words.held_track())
    [audio] = message.audio
    assert (await reader.member.fetch(audio))[:4] == b"RIFF"


async def test_held_track_is_converted_when_it_is_larger_than_may_be_uploaded_here(
    stage: Stage, shelf: Shelf
) -> None:
    reader = Reader(stage, shelf, "Noor")
    job = await reader.put("rain", rung=Rung.HELD)
    audio = KeptAudio(file_name="rain.wav", content=LARGER_THAN_TAKEN)
    await shelf.stored.stores.held.keep(job.id, audio, shelf.stored.clock())
    [message] = await handed_out(reader)
    [attachment] = message.audio
    assert (await reader.member.fetch(attachment))[:4] == b"fLaC"
    assert await handed_out(reader) == []


async def test_held_track_whose_audio_is_nowhere_says_so(stage: Stage, shelf: Shelf) -> None:
    reader = Reader(stage, shelf, "Sam")
    await reader.put("rain", rung=Rung.HELD)
    [message] = await handed_out(reader)
    assert message.text.startswith(words.held_without_file())
