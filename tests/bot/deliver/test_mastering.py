"""From the fetched file to the one that goes out, whatever becomes of the workshop."""

from pathlib import Path

import pytest

from bot.audio.formats import AudioFormat
from bot.audio.kinds import Extension
from bot.deliver.mastering import Master, Mastering
from bot.errors import AudioUnusable, ComposeError, WorkshopTrouble
from bot.provider.audio_file import AudioOnDisk
from tests.bot.fakes import FakeWorkshop
from tests.bot.provider.clips import WAV
from tests.factories import Stored, a_job, a_request

LOST = AudioUnusable("2 workers were lost over it")
TROUBLE = WorkshopTrouble("busy")
MP3 = a_job(request=a_request(audio_format=AudioFormat.MP3))


@pytest.fixture
def workshop() -> FakeWorkshop:
    return FakeWorkshop()


@pytest.fixture
def mastering(stored: Stored, workshop: FakeWorkshop) -> Mastering:
    return Mastering(workshop, stored.jobs, AudioFormat.ORIGINAL)


@pytest.fixture
def audio(tmp_path: Path) -> AudioOnDisk:
    path = tmp_path / "audio"
    path.write_bytes(WAV)
    return AudioOnDisk(path=path, size_bytes=len(WAV), extension=Extension.WAV)


@pytest.mark.parametrize("patient", [True, False])
async def test_file_that_plays_goes_out_untouched_when_converting_it_loses_workers(
    mastering: Mastering, workshop: FakeWorkshop, audio: AudioOnDisk, *, patient: bool
) -> None:
    master = await mastering.examine(MP3, audio, patient=patient)
    workshop.fail("fit", LOST, LOST)
    track = await mastering.fit(master, len(WAV), patient=patient)
    assert track is not None
    assert (track.fitted.path, track.extension) == (audio.path, ".wav")
    assert await mastering.fit(master, len(WAV) - 1, patient=patient) is None


@pytest.mark.parametrize(
    ("error", "patient"), [(LOST, True), (LOST, False), (TROUBLE, True)], ids=str
)
async def test_file_of_which_nothing_is_known_does_not_go_out_untouched(
    mastering: Mastering,
    workshop: FakeWorkshop,
    audio: AudioOnDisk,
    *,
    error: ComposeError,
    patient: bool,
) -> None:
    workshop.fail("fit", error)
    with pytest.raises(type(error)):
        await mastering.fit(Master(job=MP3, audio=audio, examined=None), len(WAV), patient=patient)
