"""What a worker might tell of a sound, without a file."""

import dataclasses
from collections.abc import Callable
from typing import Any

from bot.audio.kinds import Extension, Kind
from bot.audio.sound import COLUMNS, Envelope, Sound


def an_envelope(level: Callable[[float], float], columns: int = COLUMNS) -> Envelope:
    """RMS as a function of the place, from 0 to 1; peaks are twice as high."""
    rms = [level((column + 0.5) / columns) for column in range(columns)]
    peaks = tuple(min(2 * value, 1.0) for value in rms)
    return Envelope(lows=tuple(-peak for peak in peaks), highs=peaks, rms=tuple(rms))


def a_sound(**changes: Any) -> Sound:
    """Half a minute of steady loudness."""
    sound = Sound(
        duration_s=32.8,
        sample_rate_hz=48_000,
        channels=2,
        codec="pcm_s16le",
        format=None,
        kind=Kind(extension=Extension.WAV, plays=True),
        peak_db=-3.0,
        loudness_db=-14.0,
        envelope=an_envelope(lambda _: 0.2),
        tempo_bpm=None,
    )
    return dataclasses.replace(sound, **changes)
