"""The picture shows the sound, in any colour, and stays small."""

import io

import numpy as np
import pytest
from PIL import Image

from bot.audio.picture import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, draw
from bot.audio.sound import Envelope, Sound, clock
from tests.bot.audio.sounds import a_sound, an_envelope

COLOUR = 0x5865F2
PHONE_PX = 350  # how wide Discord shows the picture there
Pixels = np.ndarray[tuple[int, int, int], np.dtype[np.int64]]


def pixels(sound: Sound, colour: int = COLOUR) -> Pixels:
    with Image.open(io.BytesIO(draw(sound, colour))) as image:
        return np.asarray(image.convert("RGB"), np.int64)


def coloured(image: Pixels) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Where the picture is not grey, within the frame."""
    return np.asarray(np.ptp(image, axis=2)[TOP : HEIGHT - BOTTOM] > 40)


def test_picture_is_a_small_png_when_the_sound_is_as_ragged_as_can_be() -> None:
    ragged = np.random.default_rng(1)
    png = draw(a_sound(envelope=an_envelope(lambda _: ragged.uniform(0, 0.7))), COLOUR)
    assert png.startswith(b"\x89PNG")
    assert len(png) < 60_000
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (WIDTH, HEIGHT) == (1200, 300)


def test_wave_is_highest_where_the_sound_is_loudest() -> None:
    heights = coloured(pixels(a_sound(envelope=an_envelope(lambda x: 0.5 * x)))).sum(axis=0)
    left, middle, right = heights[LEFT + 50], heights[WIDTH // 2], heights[WIDTH - LEFT - 5]
    assert 0 < left < middle < right
    assert middle / right == pytest.approx(0.5, abs=0.05)


def test_quiet_sound_fills_the_height_as_a_loud_one_does() -> None:
    quiet = a_sound(envelope=an_envelope(lambda _: 0.002), peak_db=-48, loudness_db=-54)
    assert coloured(pixels(quiet)).sum() == pytest.approx(coloured(pixels(a_sound())).sum())


def test_loudness_stands_out_from_the_peaks_by_brightness_alone() -> None:
    brightness = pixels(a_sound()).sum(axis=2)[:, WIDTH // 2]
    middle = (TOP + HEIGHT - BOTTOM) // 2
    peak, outside = brightness[TOP + 10], brightness[TOP - 10]
    assert brightness[middle + 5] > 1.7 * peak > 1.7 * 1.5 * outside


@pytest.mark.parametrize("colour", [0x000000, 0x16181D, 0x00003F, 0x400000])
def test_dark_colours_are_lightened_until_they_can_be_seen(colour: int) -> None:
    wave = pixels(a_sound(), colour)[(TOP + HEIGHT - BOTTOM) // 2 + 5, WIDTH // 2]
    assert wave.max() > 100


def test_colour_is_kept_when_it_stands_out() -> None:
    wave = pixels(a_sound(), 0x2ECC71)[(TOP + HEIGHT - BOTTOM) // 2 + 5, WIDTH // 2]
    assert wave.tolist() == [0x2E, 0xCC, 0x71]


@pytest.mark.parametrize("columns", [1, 2, 7, 600])
@pytest.mark.parametrize("duration_s", [0.0002, 0.4, 2.99, 9.7, 33, 61, 393, 1800, 30_000])
def test_time_is_written_below_at_every_length(duration_s: float, columns: int) -> None:
    sound = a_sound(duration_s=duration_s, envelope=an_envelope(lambda _: 0.1, columns))
    below = pixels(sound)[HEIGHT - BOTTOM + 8 :].max(axis=2) > 120
    assert below[:, LEFT : LEFT + 30].any()
    assert below[:, WIDTH - LEFT - 30 : WIDTH - LEFT].any()
    assert not below[:, WIDTH - LEFT + 1 :].any()
    assert not below[-6:].any()


def test_body_stays_within_the_outline_when_a_sound_leans_to_one_side() -> None:
    leaning = Envelope(lows=(0.0,) * 9, highs=(0.5,) * 9, rms=(0.4,) * 9)
    wave = coloured(pixels(a_sound(envelope=leaning)))[:, WIDTH // 2]
    assert wave[: len(wave) // 2].all()
    assert not wave[len(wave) // 2 + 2 :].any()


def test_silence_is_a_line() -> None:
    silent = a_sound(envelope=an_envelope(lambda _: 0.0), peak_db=-120, loudness_db=-120)
    assert coloured(pixels(silent)).sum(axis=0).max() <= 3


def test_nothing_but_the_time_is_written() -> None:
    assert not (pixels(a_sound())[: TOP - 1].max(axis=2) > 120).any()


def test_digits_are_legible_when_a_phone_shows_the_picture() -> None:
    below = pixels(a_sound())[HEIGHT - BOTTOM + 8 :].max(axis=2) > 120
    height = np.flatnonzero(below.any(axis=1))
    assert (height[-1] - height[0] + 1) * PHONE_PX / WIDTH >= 11


@pytest.mark.parametrize("duration_s", [9.7, 33, 61, 100, 393, 599, 1800, 3599, 30_000])
def test_times_do_not_run_into_each_other(duration_s: float) -> None:
    below = pixels(a_sound(duration_s=duration_s))[HEIGHT - BOTTOM + 8 :].max(axis=2) > 120
    gaps = np.diff(np.flatnonzero(below.any(axis=0))) - 1
    assert 1 <= (gaps >= 30).sum() <= 5  # between times; those within one are narrower
    assert not ((gaps > 18) & (gaps < 30)).any()


def test_end_is_the_one_that_players_show() -> None:
    def end(duration_s: float) -> Pixels:
        return pixels(a_sound(duration_s=duration_s))[HEIGHT - BOTTOM + 8 :, WIDTH - 150 :]

    assert [clock(one) for one in (0.4, 32.768, 61, 754.99)] == ["0:00", "0:32", "1:01", "12:34"]
    assert (end(32.1) == end(32.9)).all()
    assert (end(32.9) != end(33)).any()
