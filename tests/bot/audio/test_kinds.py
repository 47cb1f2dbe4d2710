"""A file is called what was decoded, whatever its first bytes looked like."""

import struct
from pathlib import Path

import pytest

from bot.audio.decoding import listen
from bot.audio.formats import AudioFormat
from bot.audio.kinds import Extension
from bot.audio.transcoding import fit
from bot.errors import AudioError
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import RATE_HZ, Signal, encoded, packed, tone

TAKE = tone(2)
# ID3v2.3 with room that was left for more, as tools write it.
TAG = b"ID3\x03\0\0\0\0\x07\x68" + bytes(1000)


def branded(brand: bytes) -> bytes:
    """An M4A that calls itself something else. ISO 14496-12, 4.3: the brand is at byte 8."""
    content = encoded("ipod", TAKE)
    return content[:8] + brand + content[12:]


def bare_mp3(signal: Signal, *, rate_hz: int = RATE_HZ) -> bytes:
    """Frames and nothing else, as streams have them."""
    return packed("mp3", "libmp3lame", signal, rate_hz=rate_hz, write_xing="0", id3v2_version="0")


@pytest.mark.parametrize("brand", [b"mp42", b"3gp4", b"isom", b"qt  ", b"M4B ", b"dash", b"iso5"])
def test_mp4_with_sound_alone_is_an_m4a_whatever_its_brand(keep: Keep, brand: bytes) -> None:
    sound = listen(keep(branded(brand)))
    assert (sound.kind.extension, sound.kind.plays) == (Extension.M4A, True)
    assert sound.duration_s == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(bytes(417), id="zeros"),
        pytest.param(bytes(5000), id="more zeros"),
        pytest.param(b"\x12\xff\x34" * 300, id="junk"),
        pytest.param(TAG + bytes(100), id="tag and zeros"),
    ],
)
def test_mp3_is_one_whatever_lies_before_its_first_frame(keep: Keep, before: bytes) -> None:
    sound = listen(keep(before + bare_mp3(TAKE)))
    assert sound.kind.extension is Extension.MP3
    assert sound.duration_s == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("container", "extension"),
    [("flac", ".flac"), ("adts", ".aac"), ("mp3", ".mp3"), ("ogg", ".ogg")],
)
def test_file_behind_a_tag_is_called_what_it_is(keep: Keep, container: str, extension: str) -> None:
    sound = listen(keep(TAG + encoded(container, TAKE)))
    assert (sound.kind.extension, sound.kind.plays) == (extension, True)
    assert sound.duration_s == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize(
    ("container", "codec", "extension"),
    [
        ("wav", "pcm_s24le", ".wav"),
        ("wav", "pcm_mulaw", ".wav"),
        ("mp4", "libopus", ".m4a"),
    ],
)
def test_what_plays_goes_out_untouched(
    keep: Keep, container: str, codec: str, extension: str
) -> None:
    path = keep(packed(container, codec, TAKE))
    sound, fitted = listen(path), _fitted(path)
    assert (sound.kind.extension, fitted) == (extension, AudioFormat.ORIGINAL)


@pytest.mark.parametrize(
    ("container", "codec", "extension", "converted"),
    [
        ("wav", "adpcm_ms", ".wav", AudioFormat.FLAC),
        ("wav", "adpcm_ima_wav", ".wav", AudioFormat.FLAC),
        ("wav", "pcm_f64le", ".wav", AudioFormat.FLAC),
        ("wav", "pcm_s64le", ".wav", AudioFormat.FLAC),
        ("wav", "libmp3lame", ".wav", AudioFormat.MP3),
        ("w64", "pcm_s16le", ".w64", AudioFormat.FLAC),
        ("aiff", "pcm_s16be", ".aiff", AudioFormat.FLAC),
        ("au", "pcm_s16be", ".au", AudioFormat.FLAC),
        ("caf", "alac", ".caf", AudioFormat.FLAC),
        ("ipod", "alac", ".m4a", AudioFormat.FLAC),
        ("wv", "wavpack", ".wv", AudioFormat.FLAC),
        ("tta", "tta", ".tta", AudioFormat.FLAC),
        ("webm", "libopus", ".webm", AudioFormat.MP3),
        ("mp2", "mp2", ".mp2", AudioFormat.MP3),
        ("ac3", "ac3", ".ac3", AudioFormat.MP3),
    ],
)
def test_what_discord_does_not_play_is_named_right_and_converted(
    keep: Keep, container: str, codec: str, extension: str, converted: AudioFormat
) -> None:
    path = keep(packed(container, codec, TAKE))
    sound = listen(path)
    assert (sound.kind.extension, sound.kind.plays) == (extension, False)
    assert sound.duration_s == pytest.approx(2, abs=0.1)
    assert _fitted(path) == converted


@pytest.mark.parametrize(
    ("first", "then"),
    [((1, 48_000), (2, 48_000)), ((2, 48_000), (1, 48_000)), ((2, 48_000), (2, 44_100))],
    ids=["to stereo", "to mono", "to another rate"],
)
def test_mp3_that_changes_its_shape_on_the_way_is_heard_whole(
    keep: Keep, first: tuple[int, int], then: tuple[int, int]
) -> None:
    parts = [bare_mp3(tone(2, channels=channels), rate_hz=rate) for channels, rate in (first, then)]
    path = keep(b"".join(parts))
    length_s = 2 + 2 * 48_000 / then[1]
    sound = listen(path)
    assert (sound.channels, sound.sample_rate_hz) == first
    assert sound.duration_s == pytest.approx(length_s, abs=0.15)
    assert sound.loudness_db == pytest.approx(-9, abs=0.6)
    fitted = fit(
        path, path.with_name("to"), limit_bytes=1 << 20, preferred=AudioFormat.OPUS, metadata={}
    )
    assert fitted is not None
    again = listen(fitted.path)
    assert again.channels == 2
    assert again.duration_s == pytest.approx(length_s, abs=0.2)


def test_wav_with_its_bytes_the_other_way_round_is_not_played_as_noise(keep: Keep) -> None:
    samples = (TAKE.T * 32767).astype(">i2").tobytes()
    layout = struct.pack(">HHIIHH", 1, 2, RATE_HZ, RATE_HZ * 4, 4, 16)
    body = b"WAVEfmt " + struct.pack(">I", len(layout)) + layout
    body += b"data" + struct.pack(">I", len(samples)) + samples
    with pytest.raises(AudioError):
        listen(keep(b"RIFX" + struct.pack(">I", len(body)) + body))


def _fitted(path: Path) -> AudioFormat:
    fitted = fit(
        path, path.with_name("to"), limit_bytes=1 << 20, preferred=AudioFormat.ORIGINAL, metadata={}
    )
    assert fitted is not None
    return fitted.format
