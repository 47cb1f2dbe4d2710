"""Other people's files are decoded, named, measured and converted as FFmpeg's own tools say."""

import os
import shutil
from pathlib import Path

import pytest

from bot.audio.container import CODECS, CONTAINERS
from bot.audio.decoding import listen, measure
from bot.audio.formats import AudioFormat
from bot.audio.length import length_s
from bot.audio.sound import FLOOR_DB, Sound
from bot.audio.transcoding import fit
from bot.errors import AudioError, AudioUnavailable
from tests.corpus.foreign_files import foreign_files
from tests.corpus.tools import MISSING, Told, told_by_tools

pytestmark = pytest.mark.soak

AT_LEAST = 20  # files: fewer, and the corpus was not found
# The decoders here and those of the tools are of other versions of FFmpeg, which begin and end
# with a frame more or less.
LENGTH_S = 0.12
LEVEL_DB = 1.0
LONG_ENOUGH_S = 0.2  # to be converted, and to have a level that means something
MASTER_LIMIT_BYTES = 24 << 20

# What FFmpeg's names become, by its name of the container and, where that is not enough, the codec.
NAMED = {
    "wav": {".wav"}, "flac": {".flac"}, "mp3": {".mp3", ".mp2"}, "ogg": {".ogg", ".spx"},
    "mov,mp4,m4a,3gp,3g2,mj2": {".m4a"}, "aac": {".aac"}, "aiff": {".aiff"}, "au": {".au"},
    "caf": {".caf"}, "w64": {".w64"}, "matroska,webm": {".mka", ".webm"}, "wv": {".wv"},
    "tta": {".tta"}, "ape": {".ape"}, "amr": {".amr"}, "ac3": {".ac3"}, "eac3": {".eac3"},
}  # fmt: skip


def test_tools_and_files_are_there() -> None:
    if MISSING and os.environ.get("CI") != "true":
        pytest.skip(f"not installed: {', '.join(MISSING)}")
    assert not MISSING
    found = len(list(foreign_files()))
    if found < AT_LEAST and os.environ.get("CI") != "true":
        pytest.skip(f"only {found} foreign files are here; `make corpus` fetches more")
    assert found >= AT_LEAST


@pytest.mark.skipif(bool(MISSING), reason="FFmpeg's tools or SoX are not installed")
@pytest.mark.parametrize("path", [pytest.param(path, id=name) for name, path in foreign_files()])
def test_foreign_file_is_taken_as_the_tools_take_it(path: Path, tmp_path: Path) -> None:
    told = told_by_tools(path, tmp_path / "decoded.wav")
    taken = tmp_path / "audio"  # without an end to its name, as the bot has it
    shutil.copy(path, taken)
    if told is None or not _is_known(told) or _is_odd(path):
        _assert_taken_or_refused(taken)
        return
    sound = listen(taken, whole=True)
    _assert_agrees(sound, told)
    if _says_that_it_is_whole(taken):
        _assert_is_as_loud(sound, told)
        length = length_s(taken, taken.stat().st_size)
        assert length is None or length == pytest.approx(told.length_s, abs=LENGTH_S)
    _assert_converts(taken, sound)


def _is_known(told: Told) -> bool:
    container = told.container.split(",")[0]
    codecs = set(CODECS.split(",")) | {"amr_nb", "amr_wb"}
    return container in CONTAINERS.split(",") and told.codec in codecs


def _is_odd(path: Path) -> bool:
    """FFmpeg plays the samples of big-endian WAVs the wrong way round; the bot does not."""
    with path.open("rb") as file:
        return file.read(4) == b"RIFX"


def _says_that_it_is_whole(path: Path) -> bool:
    """Much is cut short, to be small: the bot would fetch it again, and that is right."""
    try:
        listen(path)
    except AudioUnavailable:
        return False
    return True


def _assert_taken_or_refused(path: Path) -> None:
    try:
        sound = listen(path, whole=True)
    except AudioError:
        return
    assert sound.duration_s > 0


def _assert_agrees(sound: Sound, told: Told) -> None:
    assert sound.kind.extension in NAMED[told.container]
    assert sound.codec == told.codec
    assert (sound.sample_rate_hz, sound.channels) == (told.rate_hz, told.channels)
    assert sound.duration_s == pytest.approx(told.length_s, abs=LENGTH_S)


def _assert_is_as_loud(sound: Sound, told: Told) -> None:
    if sound.duration_s >= LONG_ENOUGH_S and told.loudness_db > FLOOR_DB / 2:
        assert sound.loudness_db == pytest.approx(told.loudness_db, abs=LEVEL_DB)
        assert sound.peak_db == pytest.approx(told.peak_db, abs=LEVEL_DB)


def _assert_converts(path: Path, sound: Sound) -> None:
    if sound.duration_s < LONG_ENOUGH_S:
        return
    for preferred in AudioFormat:
        target = path.with_name("fitted")
        fitted = fit(
            path,
            target,
            limit_bytes=MASTER_LIMIT_BYTES,
            preferred=preferred,
            metadata={},
            whole=True,
        )
        assert fitted is not None
        assert measure(fitted.path, whole=True).duration_s == pytest.approx(
            sound.duration_s, abs=2 * LENGTH_S
        )
