"""A tempo is told where there is one, and only there."""

import io
import wave

import numpy as np
import pytest

from bot.audio.tempo import Floats, estimate_bpm
from bot.domain.tempo import in_named_octave
from sandbox.aimlapi.synth import read_style, render_wav
from tests.bot.audio.takes import Signal, noise, pulses, shaped

RATE_HZ = 12_000


def slow(signal: Signal) -> Floats:
    """A sound of 48 kHz as the estimate takes it."""
    mono = signal.mean(axis=0)
    return np.asarray(mono[: len(mono) // 4 * 4].reshape(-1, 4).mean(axis=1), np.float32)


def piece(prompt: str, seed: int) -> Signal:
    with wave.open(io.BytesIO(render_wav(prompt, "", seed))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return samples.reshape(-1, 2).T / 32768


@pytest.mark.parametrize("bpm", [60, 61.5, 72, 90, 119, 120, 133, 150, 174])
def test_steady_pulse_is_told(bpm: float) -> None:
    assert estimate_bpm(slow(pulses(bpm, 30)), RATE_HZ) == pytest.approx(bpm, rel=0.01)


@pytest.mark.parametrize("seed", [1, 5])
@pytest.mark.parametrize(
    "prompt", ["lo-fi rain", "lo-fi 60 bpm", "rock", "rock 100 bpm", "house", "slow house", "pop"]
)
def test_tempo_of_a_piece_with_drums_is_told(prompt: str, seed: int) -> None:
    told = estimate_bpm(slow(piece(prompt, seed)), RATE_HZ)
    assert told == pytest.approx(read_style(prompt).bpm, rel=0.02)


@pytest.mark.parametrize(
    "prompt", ["ambient drone", "jazz fast swing", "cinematic epic", "folk", "techno 174 bpm"]
)
def test_tempo_is_right_or_not_told_where_it_is_hard_to_hear(prompt: str) -> None:
    told = estimate_bpm(slow(piece(prompt, 1)), RATE_HZ)
    assert told is None or told == pytest.approx(read_style(prompt).bpm, rel=0.02)


@pytest.mark.parametrize("prompt", ["techno, 70 bpm", "folk, 60 bpm", "rock, 84 bpm"])
def test_beat_that_is_heard_twice_as_fast_is_the_prompts(prompt: str) -> None:
    told = estimate_bpm(slow(piece(prompt, 1)), RATE_HZ)
    assert told is not None
    assert told / read_style(prompt).bpm == pytest.approx(2, rel=0.02)
    assert in_named_octave(told, prompt) == pytest.approx(read_style(prompt).bpm, rel=0.02)


def chatter(seed: int) -> Signal:
    """Voiced syllables of irregular length, with pauses between words: much like speech."""
    random, signal, at = np.random.default_rng(seed), np.zeros((1, 30 * 48_000)), 0
    while at < 29 * 48_000:
        length = int(random.uniform(0.08, 0.3) * 48_000)
        t = np.arange(length) / 48_000
        voice = np.sign(np.sin(2 * np.pi * random.uniform(90, 250) * t)) * np.hanning(length)
        signal[0, at : at + length] += 0.2 * voice[: signal.shape[1] - at]
        at += length + int(random.exponential(0.08) * 48_000)
    return signal


def pad() -> Signal:
    t = np.arange(30 * 48_000) / 48_000
    chord = sum(np.sin(2 * np.pi * hertz * t) for hertz in (220, 277, 330))
    return np.atleast_2d(0.1 * chord * (1 + 0.3 * np.sin(2 * np.pi * 0.1 * t)))


@pytest.mark.parametrize(
    "signal",
    [
        pytest.param(np.zeros((1, 30 * 48_000)), id="silence"),
        pytest.param(noise(30), id="noise"),
        pytest.param(pad(), id="pad"),
        pytest.param(chatter(1), id="speech"),
        pytest.param(chatter(2), id="more speech"),
        pytest.param(shaped(-30, -10, -25, -12, part_s=7), id="few changes"),
        pytest.param(pulses(120, 7), id="too short to be sure"),
        pytest.param(
            np.concatenate([pulses(100, 15), pulses(140, 15)], axis=1), id="tempo changes"
        ),
    ],
)
def test_no_tempo_is_told_when_there_is_none(signal: Signal) -> None:
    assert estimate_bpm(slow(signal), RATE_HZ) is None


def steady(*hertz: float, partials: int = 1) -> Floats:
    """Tones that neither begin nor end; with partials, as reed organs have them."""
    t = np.arange(20 * RATE_HZ) / RATE_HZ
    waves = [
        np.sin(2 * np.pi * tone_hz * partial * t + partial) / partial
        for tone_hz in hertz
        for partial in range(1, partials + 1)
    ]
    return np.asarray(0.1 * np.sum(waves, axis=0), np.float32)


@pytest.mark.parametrize("partials", [1, 7])
@pytest.mark.parametrize(
    "hertz",
    [
        (65.4,),
        (82.4,),
        (110, 138.6, 164.8),
        (220, 261.6, 329.6),
        (329.6, 391.9, 493.8),
        (220, 246.9),
    ],
    ids=str,
)
def test_no_tempo_is_told_where_nothing_begins_and_ends(
    hertz: tuple[float, ...], partials: int
) -> None:
    sound = steady(*hertz, partials=partials)
    t = np.arange(len(sound)) / RATE_HZ
    swelling = sound * (1 + 0.3 * np.sin(2 * np.pi * 0.1 * t)).astype(np.float32)
    hiss = np.random.default_rng(1).standard_normal(len(sound)).astype(np.float32)
    for one in (sound, swelling, sound + 1e-4 * hiss, sound + 3e-3 * hiss):
        assert estimate_bpm(np.asarray(one, np.float32), RATE_HZ) is None


@pytest.mark.parametrize("hertz", [(261.6, 263.1), (440, 442), (329.6, 331.5)], ids=str)
def test_tones_that_beat_slowly_are_no_beat(hertz: tuple[float, ...]) -> None:
    assert estimate_bpm(steady(*hertz), RATE_HZ) is None


def test_pulse_is_told_above_a_chord_that_does_not_end() -> None:
    chord = steady(220, 277.2, 329.6)
    beat = slow(pulses(104, 20))[: len(chord)]
    assert estimate_bpm(chord[: len(beat)] + beat, RATE_HZ) == pytest.approx(104, rel=0.01)
