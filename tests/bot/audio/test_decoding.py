"""What is told of a sound is what was put into it."""

import struct

import numpy as np
import pytest

from bot.audio.decoding import listen
from bot.audio.formats import AudioFormat
from bot.audio.sound import COLUMNS
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import CODECS, encoded, shaped, tone, wav

ALL_CONTAINERS = [*CODECS, "wav"]


@pytest.mark.parametrize("container", ALL_CONTAINERS)
def test_length_and_level_are_told_in_each_format(keep: Keep, container: str) -> None:
    sound = listen(keep(encoded(container, tone(3.0, level=0.5))))
    assert sound.duration_s == pytest.approx(3.0, abs=0.05)
    assert sound.peak_db == pytest.approx(-6.0, abs=0.6)
    assert sound.loudness_db == pytest.approx(-9.0, abs=0.6)  # LAME turns down by 5 %
    assert (sound.channels, sound.sample_rate_hz) == (2, 48_000)
    assert not sound.silent


@pytest.mark.parametrize(
    ("container", "codec", "expected"),
    [
        ("mp3", "mp3", AudioFormat.MP3),
        ("flac", "flac", AudioFormat.FLAC),
        ("ogg", "opus", AudioFormat.OPUS),
        ("ipod", "aac", None),
        ("wav", "pcm_s16le", None),
    ],
)
def test_format_is_ours_only_where_container_and_codec_are(
    keep: Keep, container: str, codec: str, expected: AudioFormat | None
) -> None:
    sound = listen(keep(encoded(container, tone(0.5))))
    assert (sound.codec, sound.format) == (codec, expected)


def test_envelope_follows_the_level_when_it_changes(keep: Keep) -> None:
    envelope = listen(keep(wav(shaped(-40, -20, part_s=3)))).envelope
    assert len(envelope.rms) == len(envelope.lows) == len(envelope.highs) == COLUMNS
    levels_db = 20 * np.log10(envelope.rms)
    assert levels_db[10:290].mean() == pytest.approx(-40, abs=0.5)
    assert levels_db[310:590].mean() == pytest.approx(-20, abs=0.5)


def test_envelope_keeps_the_outermost_samples_of_any_channel(keep: Keep) -> None:
    signal = np.zeros((2, 48_000))
    signal[0, 24_100], signal[1, 24_101] = 0.75, -0.5
    envelope = listen(keep(wav(signal))).envelope
    assert max(envelope.highs) == pytest.approx(0.75, abs=1e-3)
    assert min(envelope.lows) == pytest.approx(-0.5, abs=1e-3)
    assert np.argmax(envelope.highs) == np.argmin(envelope.lows)


def test_silence_is_told(keep: Keep) -> None:
    sound = listen(keep(wav(np.zeros((2, 48_000)))))
    assert sound.silent
    assert (sound.peak_db, sound.loudness_db, sound.tempo_bpm) == (-120, -120, None)


@pytest.mark.parametrize("samples", [1, 2, 239, 241, 4801])
def test_very_short_files_are_whole_to_the_last_sample(keep: Keep, samples: int) -> None:
    sound = listen(keep(wav(tone()[:, :samples])))
    assert sound.duration_s == pytest.approx(samples / 48_000)
    assert 1 <= len(sound.envelope.rms) <= COLUMNS


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_other_rates_and_channels_are_read(keep: Keep, rate_hz: int, channels: int) -> None:
    signal = np.tile(tone(channels=1)[:, :rate_hz], (channels, 1))
    sound = listen(keep(wav(signal, rate_hz=rate_hz)))
    assert (sound.channels, sound.sample_rate_hz) == (channels, rate_hz)
    assert sound.duration_s == pytest.approx(1.0)


def test_impossible_numbers_of_a_float_file_count_as_nothing_or_as_too_loud(keep: Keep) -> None:
    samples = np.full(48_000, 0.25, "<f4")
    samples[100:104] = [np.nan, np.inf, -np.inf, 3e38]
    sound = listen(keep(float_wav(samples)))
    assert sound.loudness_db < 0
    assert np.isfinite([*sound.envelope.lows, *sound.envelope.highs, *sound.envelope.rms]).all()


def float_wav(samples: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> bytes:
    """A mono WAV of 32 bit floats, 48 kHz."""
    layout = struct.pack("<HHIIHH", 3, 1, 48_000, 192_000, 4, 32)
    data = samples.tobytes()
    body = b"WAVEfmt " + struct.pack("<I", len(layout)) + layout
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body
