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
from sandbox.aimlapi.synth import compose, read_style, render_wav

LYRIA_BYTES = 6_291_500


@cache
def _samples(prompt: str, negative: str = "", seed: int = 0) -> NDArray[np.float64]:
    with wave.open(io.BytesIO(render_wav(prompt, negative, seed))) as file:
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
    assert -17 < rms_db < -15
    assert abs(samples.mean()) < 2e-3
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

    here = render_wav("lo-fi rain", "drums", 5)

    assert other.stdout.strip() == hashlib.sha256(here).hexdigest()
    assert len(here) == LYRIA_BYTES


def test_music_differs_when_prompt_seed_or_exclusion_differ() -> None:
    variants = [("lo-fi", "", 0), ("lo-fi", "", 1), ("lo-fi", "vinyl", 0), ("techno", "", 0)]
    assert len({render_wav(*variant, length_s=2) for variant in variants}) == len(variants)


@pytest.mark.parametrize(("asked_s", "made_s"), [(0.5, 0.5), (20, 20), (300, 60)])
def test_length_is_as_asked_up_to_a_minute_when_given(asked_s: float, made_s: float) -> None:
    data = render_wav("ambient", "", 0, asked_s)
    assert len(data) == 44 + round(made_s * 48_000) * 4


def test_words_choose_mode_tempo_and_instruments_when_read() -> None:
    style = read_style("A sad, slow jazz piece with guitar and rain but no drums, 88 BPM")

    assert (style.bpm, style.mode) == (88, "minor")
    assert style.band == ("flute", "bass", "guitar", "rain")  # the guitar instead of the piano
    assert read_style("happy jazz").mode == "major"
    assert read_style("techno").bpm > read_style("slow techno").bpm
    assert read_style("solo piano", "piano").band == ("pad",)


@pytest.mark.parametrize("seed", range(8))
def test_voices_move_little_when_chords_change(seed: int) -> None:
    style = read_style("ambient")
    chords: dict[int, list[int]] = {}
    for note in compose(style, 30, np.random.default_rng(seed)):
        if note.instrument == "strings":
            chords.setdefault(round(note.start_s / (240 / style.bpm)), []).append(note.pitch)

    voicings = [sorted(chord) for _, chord in sorted(chords.items())]

    assert len({tuple(voicing) for voicing in voicings}) >= 3
    for before, after in pairwise(voicings):
        assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) <= 8


def test_roles_join_one_by_one_and_the_tonic_ends_when_composed() -> None:
    notes = list(compose(read_style("lo-fi"), 33, np.random.default_rng(2)))
    starts = {
        name: min(note.start_s for note in notes if note.instrument == name)
        for name in ("keys", "hat", "bass", "bells")
    }
    last_s = max(note.start_s for note in notes)
    last_bass = max((note for note in notes if note.instrument == "bass"), key=lambda n: n.start_s)

    assert list(starts) == sorted(starts, key=starts.__getitem__)
    assert last_s - last_bass.start_s < 0.1
    assert {
        (note.pitch - last_bass.pitch) % 12 for note in notes if note.start_s > last_s - 0.1
    } == {0, 4, 7, 11}


@pytest.mark.parametrize("name", synth._INSTRUMENTS)
def test_sound_starts_and_ends_without_a_click_when_played(name: str) -> None:
    for length_s in (0.05, 0.5, 3):
        sound = np.abs(synth._sound(name, 48, length_s))
        assert sound[:, [0, -1]].max() < 0.01 * sound.max()


@pytest.mark.parametrize("negative", ["keys, bass, drums", "keys, bass, bells"])
def test_music_starts_at_once_when_what_opens_it_is_excluded(negative: str) -> None:
    notes = compose(read_style("", negative), 30, np.random.default_rng(0))
    assert min(note.start_s for note in notes) < 0.5
