"""A file is left alone where it may be, and else made as good as fits."""

from datetime import date
from pathlib import Path

import av
import numpy as np
import pytest

from bot.audio.decoding import listen, measure
from bot.audio.formats import AudioFormat
from bot.audio.sound import Fitted
from bot.audio.tags import Tags
from bot.audio.transcoding import Step, convert, fit, steps
from bot.errors import AudioUnavailable
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import encoded, noise, shaped, tone, wav

TAGS = Tags(title="雨", prompt="lo-fi rain", model="google/lyria2", made_on=date(2026, 11, 22))
ORIGINAL, FLAC, MP3, OPUS = AudioFormat


def fitted(path: Path, limit_bytes: int, preferred: AudioFormat = ORIGINAL) -> Fitted | None:
    target = path.with_name("fitted")
    metadata = TAGS.as_metadata()
    return fit(path, target, limit_bytes=limit_bytes, preferred=preferred, metadata=metadata)


def test_original_is_untouched_when_it_fits(keep: Keep) -> None:
    path = keep(wav(tone()))
    assert fitted(path, path.stat().st_size) == Fitted(path=path, format=ORIGINAL)


@pytest.mark.parametrize(("container", "wanted"), [("mp3", MP3), ("flac", FLAC), ("ogg", OPUS)])
def test_original_is_untouched_when_it_has_the_wanted_format(
    keep: Keep, container: str, wanted: AudioFormat
) -> None:
    path = keep(encoded(container, tone()))
    assert fitted(path, 1 << 20, wanted) == Fitted(path=path, format=ORIGINAL)


@pytest.mark.parametrize("wanted", [FLAC, MP3, OPUS])
@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000, 96_000])
def test_wanted_format_is_made_at_each_rate(keep: Keep, wanted: AudioFormat, rate_hz: int) -> None:
    result = fitted(keep(wav(tone(3), rate_hz=rate_hz)), 1 << 20, wanted)
    assert result is not None
    sound = listen(result.path)
    assert sound.format == result.format == wanted
    assert sound.duration_s == pytest.approx(3 * 48_000 / rate_hz, abs=0.1)
    assert sound.loudness_db == pytest.approx(-9, abs=0.6)


def test_flac_is_taken_first_and_gives_every_sample_back(keep: Keep) -> None:
    signal = tone(3)
    result = fitted(keep(wav(signal)), 500_000)
    assert result is not None
    assert (result.format, result.bitrate_kbit_s) == (FLAC, None)
    with av.open(str(result.path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    samples = np.concatenate(frames, axis=1).reshape(-1, 2).T
    assert np.array_equal(samples, (signal * 32767).astype(np.int16))


def test_bitrate_falls_as_the_room_gets_less_until_nothing_fits(keep: Keep) -> None:
    path = keep(wav(noise(30)))
    results = [fitted(path, limit) for limit in (1_300_000, 900_000, 600_000, 430_000, 300_000)]
    assert [result and (result.format, result.bitrate_kbit_s) for result in results] == [
        (MP3, 320),
        (MP3, 192),
        (OPUS, 128),
        (OPUS, 96),
        None,
    ]


def test_limit_is_kept_whatever_the_sound(keep: Keep) -> None:
    path = keep(wav(np.tile(shaped(-3, -60, -6, -20, part_s=3), (2, 1))))
    for limit_bytes in range(200_000, 500_000, 60_000):
        result = fitted(path, limit_bytes)
        assert result is not None
        assert result.path.stat().st_size <= limit_bytes


def test_nothing_is_left_behind_when_nothing_fits(keep: Keep, tmp_path: Path) -> None:
    path = keep(wav(noise(2)))
    assert fitted(path, 1000) is None
    assert list(tmp_path.iterdir()) == [path]


def test_lossy_file_is_not_blown_up_to_flac_unasked() -> None:
    assert Step(FLAC) not in steps(ORIGINAL, lossy=True)
    assert next(steps(FLAC, lossy=True)) == Step(FLAC)
    assert next(steps(ORIGINAL, lossy=False)) == Step(FLAC)


@pytest.mark.parametrize("wanted", [MP3, OPUS])
def test_wanted_format_is_tried_at_every_bitrate_before_another(wanted: AudioFormat) -> None:
    tried = list(steps(wanted, lossy=False))
    assert {step.format for step in tried[:5]} == {wanted}
    assert tried[4].bitrate_kbit_s is not None
    assert tried[4].bitrate_kbit_s <= 128


@pytest.mark.parametrize("wanted", [FLAC, MP3, OPUS])
def test_tags_are_in_the_file(keep: Keep, wanted: AudioFormat) -> None:
    result = fitted(keep(wav(tone())), 1 << 20, wanted)
    assert result is not None
    with av.open(str(result.path)) as container:
        tags = container.metadata | container.streams[0].metadata
    assert tags["title"] == "雨"
    assert tags["artist"] == "google/lyria2"
    assert tags["genre"] == "AI-generated"
    assert tags["date"] == "2026-11-22"
    assert tags["comment"] == "AI-generated with google/lyria2 on 2026-11-22. Prompt: lo-fi rain"


def test_deep_samples_keep_24_bits_in_flac(keep: Keep) -> None:
    deep = keep(wav(tone()))
    with av.open(str(deep)) as source, av.open(str(deep) + "24", "w", format="wav") as out:
        stream = out.add_stream("pcm_s24le", rate=48_000, layout="stereo")
        for frame in source.decode(audio=0):
            out.mux(stream.encode(frame))
    target = deep.with_name("converted.flac")
    written = Path(str(deep) + "24")
    convert(written, target, Step(FLAC), {}, measure(written))
    with av.open(str(target)) as container:
        assert container.streams.audio[0].format.name == "s32"


def test_six_channels_become_two(keep: Keep) -> None:
    result = fitted(keep(wav(np.tile(tone(channels=1), (6, 1)))), 1 << 20, MP3)
    assert result is not None
    assert listen(result.path).channels == 2


def test_file_that_was_cut_off_is_not_converted(keep: Keep) -> None:
    content = wav(noise(4))
    with pytest.raises(AudioUnavailable):
        fitted(keep(content[: len(content) // 2]), 10_000)
