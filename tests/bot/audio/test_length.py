"""How long a file is, told from all of it, from both ends, or from its beginning alone."""

import os
from pathlib import Path

import pytest

from bot.audio.length import length_s
from bot.errors import AudioError, AudioUnavailable, AudioUnusable
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import Signal, encoded, noise, packed, video, wav

LENGTH_S = 30.0
FIRST_BYTES = 60_000
LAST_BYTES = 70_000  # the largest page of Ogg is a little smaller
TAKE = noise(LENGTH_S)
UNCOUNTED = "mp3 without contents"
CONTAINERS = ["wav", "mp3", "flac", "ogg", "ipod", "adts"]


def mp3_without_contents(signal: Signal) -> bytes:
    """As streams are written: no frame tells how many there will be."""
    return packed("mp3", "libmp3lame", signal, write_xing="0", id3v2_version="0")


def with_hole(path: Path, *, last_bytes: int) -> Path:
    """The same file, of which only the ends are there."""
    content = path.read_bytes()
    assert len(content) > FIRST_BYTES + last_bytes
    with path.open("wb") as file:
        file.write(content[:FIRST_BYTES])
        file.seek(len(content) - last_bytes)
        file.write(content[len(content) - last_bytes :])
    os.truncate(path, len(content))
    return path


@pytest.fixture(scope="module")
def takes() -> dict[str, bytes]:
    """The same sound in all containers."""
    written = {container: encoded(container, TAKE) for container in CONTAINERS}
    return written | {UNCOUNTED: mp3_without_contents(TAKE)}


@pytest.mark.parametrize("container", [*CONTAINERS, UNCOUNTED])
def test_length_is_told_from_the_whole_file(
    keep: Keep, takes: dict[str, bytes], container: str
) -> None:
    content = takes[container]
    assert length_s(keep(content), len(content)) == pytest.approx(LENGTH_S, abs=0.1)


@pytest.mark.parametrize("container", [*CONTAINERS, UNCOUNTED])
def test_length_is_told_from_both_ends(keep: Keep, takes: dict[str, bytes], container: str) -> None:
    path = with_hole(keep(takes[container]), last_bytes=LAST_BYTES)
    assert length_s(path, FIRST_BYTES) == pytest.approx(LENGTH_S, rel=0.02)


@pytest.mark.parametrize("container", ["wav", "mp3", "flac", "adts", UNCOUNTED])
def test_length_is_told_from_the_beginning_where_that_has_it(
    keep: Keep, takes: dict[str, bytes], container: str
) -> None:
    path = with_hole(keep(takes[container]), last_bytes=0)
    assert length_s(path, FIRST_BYTES) == pytest.approx(LENGTH_S, rel=0.02)


def test_length_is_not_known_when_it_is_in_the_missing_end(
    keep: Keep, takes: dict[str, bytes]
) -> None:
    assert length_s(with_hole(keep(takes["ogg"]), last_bytes=0), FIRST_BYTES) is None
    with pytest.raises(AudioUnusable):  # no table of contents, so nothing can be told at all
        length_s(with_hole(keep(takes["ipod"]), last_bytes=0), FIRST_BYTES)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"just words", AudioUnusable),
        (b"ID3" + bytes(200), AudioUnusable),
        (video(), AudioUnusable),
        (wav(noise())[:5000], AudioUnavailable),
    ],
    ids=["words", "empty tag", "video", "cut off"],
)
def test_what_is_no_whole_audio_is_refused(
    keep: Keep, content: bytes, error: type[AudioError]
) -> None:
    with pytest.raises(error):
        length_s(keep(content), len(content))


def test_lengths_of_all_links_of_a_chained_ogg_are_added_up(keep: Keep) -> None:
    """RFC 3533, 4: each has streams and serial numbers of its own."""
    content = encoded("ogg", noise(8)) + encoded("ogg", noise(4, seed=2))
    assert length_s(keep(content), len(content)) == pytest.approx(12, abs=0.1)


def test_length_of_a_chained_ogg_is_not_known_from_its_ends(keep: Keep) -> None:
    content = encoded("ogg", noise(LENGTH_S)) + encoded("ogg", noise(LENGTH_S, seed=2))
    path = with_hole(keep(content), last_bytes=LAST_BYTES)
    assert length_s(path, FIRST_BYTES) is None


def test_lengths_of_mp3_files_that_were_put_together_are_added_up(keep: Keep) -> None:
    """The first one's table of contents knows nothing of the others."""
    content = encoded("mp3", noise(8)) + encoded("mp3", noise(4, seed=2))
    assert length_s(keep(content), len(content)) == pytest.approx(12, abs=0.2)


def test_lengths_of_the_fragments_of_an_mp4_are_added_up(keep: Keep) -> None:
    flags = "frag_keyframe+empty_moov+default_base_moof"
    content = packed("mp4", "aac", noise(8), movflags=flags, frag_duration="1000000")
    assert length_s(keep(content), len(content)) == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize("codec", ["adpcm_ms", "adpcm_ima_wav"])
def test_length_of_a_wav_with_packed_samples_is_told(keep: Keep, codec: str) -> None:
    content = packed("wav", codec, noise(8))
    assert length_s(keep(content), len(content)) == pytest.approx(8, abs=0.1)
