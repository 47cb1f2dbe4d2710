"""Files that are no sound, not whole, or made to do harm."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.audio.container import LENGTH_LIMIT_S
from bot.audio.decoding import listen
from bot.errors import AudioUnavailable, AudioUnusable
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import encoded, noise, tone, video, wav


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>not found</html>" * 50, id="text"),
        pytest.param(bytes(5000), id="zeros"),
        pytest.param(png(), id="picture"),
        pytest.param(video(), id="video"),
        pytest.param(wav(tone(0.0)), id="WAV without samples"),
        pytest.param(b"RIFF\x04\x00\x00\x00WAVE", id="WAV without anything"),
        pytest.param(encoded("flac", tone())[:60], id="FLAC header"),
        pytest.param(encoded("ogg", tone())[:40], id="Ogg header"),
        pytest.param(encoded("ipod", noise(2))[:9000], id="M4A without its index"),
        pytest.param(b"ID3\x04\x00\x00\x00\x00\x00\x10" + bytes(16), id="only tags"),
    ],
)
def test_what_is_no_sound_is_unusable(keep: Keep, content: bytes) -> None:
    with pytest.raises(AudioUnusable):
        listen(keep(content))


@pytest.mark.parametrize("container", ["wav", "mp3", "flac", "ogg"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_file_that_was_cut_off_is_to_be_fetched_again(
    keep: Keep, container: str, share: float
) -> None:
    content = encoded(container, noise(6))
    with pytest.raises(AudioUnavailable):
        listen(keep(content[: int(len(content) * share)]))


def test_wav_whose_header_does_not_know_its_length_is_whole(keep: Keep) -> None:
    content = bytearray(wav(tone(1)))
    content[4:8] = content[40:44] = b"\xff" * 4
    assert listen(keep(bytes(content))).duration_s == pytest.approx(1)


def ten_hours(container: str) -> bytes:
    """A file of two seconds whose header promises ten hours."""
    content, samples = bytearray(encoded(container, noise(2))), 36_000 * 48_000
    if container == "flac":
        # RFC 9639, 8.2: the count of samples is the lower 36 of 64 bits at byte 10 of the block.
        [packed] = struct.unpack(">Q", content[18:26])
        content[18:26] = struct.pack(">Q", packed >> 36 << 36 | samples)
    elif container == "mp3":
        at = content.index(b"Info") + 8
        content[at : at + 4] = struct.pack(">I", samples // 1152)
    else:
        sizes = struct.pack("<QQQI", samples * 2, samples * 2, samples, 0)
        content[:4], content[4:8] = b"RF64", b"\xff" * 4
        content[12:12] = b"ds64" + struct.pack("<I", len(sizes)) + sizes
    return bytes(content)


@pytest.mark.parametrize("container", ["wav", "flac", "mp3"])
def test_header_that_promises_ten_hours_is_not_believed(keep: Keep, container: str) -> None:
    with pytest.raises(AudioUnavailable):
        listen(keep(ten_hours(container)))


def test_small_file_that_unpacks_to_a_very_long_one_is_not_decoded_to_its_end(keep: Keep) -> None:
    silence = np.zeros((1, 8_000 * (LENGTH_LIMIT_S + 60)), np.float32)
    content = encoded("flac", silence, rate_hz=8_000)
    assert len(content) < 1 << 20
    with pytest.raises(AudioUnusable, match="longer than 30 minutes"):
        listen(keep(content))


def test_mp3_with_a_hole_is_not_sound(keep: Keep) -> None:
    content = bytearray(encoded("mp3", noise(8)))
    for at in range(20_000, 100_000, 4_000):
        content[at : at + 600] = bytes(600)
    with pytest.raises((AudioUnusable, AudioUnavailable)):
        listen(keep(bytes(content)))


def test_mp3_with_a_cover_is_sound(keep: Keep) -> None:
    cover = b"\x00image/png\x00\x03\x00" + png()
    frame = b"APIC" + struct.pack(">IH", len(cover), 0) + cover
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    content = b"ID3\x03\x00\x00" + size + frame + encoded("mp3", tone(2))
    assert listen(keep(content)).duration_s == pytest.approx(2)


def test_playlist_does_not_lead_to_other_files(keep: Keep, tmp_path: Path) -> None:
    keep(wav(tone()))
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{tmp_path}/take 0\n#EXT-X-ENDLIST\n"
    for content in (playlist, f"ffconcat version 1.0\nfile '{tmp_path}/take 0'\n"):
        with pytest.raises(AudioUnusable):
            listen(keep(content.encode()))


def test_file_that_is_not_there_is_no_broken_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        listen(tmp_path / "nothing")
