"""The synthesizer: what it makes is music of the kind the words ask for."""

import hashlib
import io
import subprocess
import sys
import wave
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from sandbox.aimlapi import synth
from sandbox.aimlapi.score import Composer
from sandbox.aimlapi.style import read_style

LYRIA_BYTES = 6_291_500


@cache
def _samples(prompt: str, negative: str = "", seed: int = 0) -> NDArray[np.float64]:
    with wave.open(io.BytesIO(synth.render_wav(prompt, negative, seed))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 48_000)
        raw = file.readframes(file.getnframes())
    return np.asarray(np.frombuffer(raw, "<i2").reshape(-1, 2) / 32768)


def _onsets(samples: NDArray[np.float64], hop: int = 240) -> NDArray[np.float64]:
    """How much louder each 5 ms get, in the high frequencies, where drums stand out."""
    high = np.diff(samples.mean(axis=1))
    frames = high[: len(high) // hop * hop].reshape(-1, hop)
    energy = np.log(1e-6 + np.square(frames).mean(axis=1))
    return np.asarray(np.maximum(np.diff(energy), 0))


@pytest.mark.parametrize("bpm", [90, 112, 128, 140])
def test_beat_recurs_at_the_tempo_when_bpm_is_in_the_prompt(bpm: int) -> None:
    onsets = _onsets(_samples(f"techno, {bpm} bpm"))[1600:]
    onsets = onsets - onsets.mean()
    scores = np.correlate(onsets, onsets, "full")[len(onsets) - 1 :]
    lags = np.arange(round(0.36 / 0.005), round(0.72 / 0.005))

    beat_s = lags[np.argmax(scores[lags])] * 0.005

    assert beat_s == pytest.approx(60 / bpm, rel=0.03)


@pytest.mark.parametrize(
    ("drummed", "negative"), [("rock, 120 bpm", "drums"), ("house music", "percussion, vocals")]
)
def test_drums_are_gone_when_the_negative_prompt_names_them(drummed: str, negative: str) -> None:
    with_drums, without = (_onsets(_samples(drummed, n)) for n in ("", negative))

    hits, rest = (int(np.sum(onsets > 2.5)) for onsets in (with_drums, without))
    assert hits > 40
    assert rest < hits / 3


@pytest.mark.parametrize(
    "prompt",
    [
        "lo-fi rain, warm tape, 70 bpm",
        "ambient pad",
        "jazz flute",
        "epic orchestral",
        "",
        "🎵" * 50,
    ],
)
def test_level_is_sane_and_edges_are_silent_when_rendered(prompt: str) -> None:
    samples = _samples(prompt)
    rms_db = 20 * np.log10(np.sqrt(np.mean(samples**2)))

    assert np.abs(samples).max() < 0.95
    assert -17 < rms_db < -14
    assert abs(samples.mean()) < 1e-3
    assert np.abs(samples[0]).max() < 1e-3
    assert np.abs(samples[-1]).max() < 1e-3
    assert np.asarray(np.corrcoef(samples.T))[0, 1] < 0.995  # it has width


def test_bytes_are_the_same_when_rendered_in_another_process() -> None:
    script = (
        "import hashlib; from sandbox.aimlapi.synth import render_wav;"
        "print(hashlib.sha256(render_wav('lo-fi rain', 'drums', 5)).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    here = synth.render_wav("lo-fi rain", "drums", 5)

    assert other.stdout.strip() == hashlib.sha256(here).hexdigest()
    assert len(here) == LYRIA_BYTES


def test_music_differs_when_prompt_seed_or_exclusion_differ() -> None:
    variants = [("lo-fi", "", 0), ("lo-fi", "", 1), ("lo-fi", "vinyl", 0), ("techno", "", 0)]
    assert len({synth.render_wav(*variant, length_s=2) for variant in variants}) == len(variants)


@pytest.mark.parametrize(("asked_s", "made_s"), [(0.5, 0.5), (20, 20), (300, 60)])
def test_length_is_as_asked_up_to_a_minute_when_given(asked_s: float, made_s: float) -> None:
    data = synth.render_wav("ambient", length_s=asked_s)
    assert len(data) == 44 + round(made_s * 48_000) * 4


def test_words_choose_mode_tempo_and_instruments_when_read() -> None:
    style = read_style("A sad, slow jazz piece with flute and rain but no drums, 88 BPM")

    assert (style.bpm, style.minor, style.drums) == (88, True, "")
    assert style.lead == ("flute",)
    assert style.textures == ("rain",)
    assert read_style("happy jazz").minor is False
    assert read_style("techno").bpm > read_style("slow techno").bpm
    assert read_style("solo piano", "piano").chords == ("pad",)


def test_voices_move_little_when_chords_change() -> None:
    style = read_style("ambient")
    notes = Composer(style, 30, np.random.default_rng(1)).notes()
    chords: dict[int, list[int]] = {}
    for note in notes:
        if note.instrument == "strings":
            chords.setdefault(round(note.start_s / (240 / style.bpm)), []).append(note.pitch)

    voicings = [sorted(chord) for _, chord in sorted(chords.items())][:4]

    for before, after in pairwise(voicings):
        assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) <= 12
