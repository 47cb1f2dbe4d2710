"""From a style to notes: chords with voice leading, a bass line, a melody, drums."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from sandbox.aimlapi.style import Style

STEPS: Final = 16
"""Sixteenths in a bar of four beats."""


@dataclass(frozen=True, slots=True)
class Note:
    """One sound. `pitch` is a MIDI note number (69 = 440 Hz), and means nothing for a drum."""

    start_s: float
    length_s: float
    pitch: int
    velocity: float
    instrument: str
    pan: float = 0.0


_MAJOR_SCALE: Final = (0, 2, 4, 5, 7, 9, 11)
_MINOR_SCALE: Final = (0, 2, 3, 5, 7, 8, 10)
_MAJOR_PROGRESSIONS: Final = ((0, 5, 3, 4), (3, 4, 2, 5), (0, 4, 5, 3), (1, 4, 0, 5), (0, 2, 3, 4))
_MINOR_PROGRESSIONS: Final = ((0, 5, 2, 6), (0, 3, 5, 6), (0, 6, 5, 6), (0, 2, 5, 3), (5, 6, 0, 0))

# Steps of a bar with the chord degree to play there: 0 root, 4 fifth, 7 octave.
_BASS_LINES: Final[dict[str, dict[int, int]]] = {
    "pop": {0: 0, 6: 0, 10: 4, 14: 7},
    "whole": {0: 0},
    "offbeat": {2: 0, 6: 0, 10: 0, 14: 7},
    "walking": {0: 0, 4: 2, 8: 4, 12: 6},
    "eighths": dict.fromkeys(range(0, STEPS, 2), 0),
}
# A character a sixteenth: x loud, o soft.
_DRUM_PATTERNS: Final[dict[str, dict[str, str]]] = {
    "pop": {"kick": "x.....o.x.......", "snare": "....x.......x...", "hat": "x.o.x.o.x.o.x.o."},
    "boombap": {"kick": "x......o..x.....", "snare": "....x.......x..o", "hat": "x.o.x.o.x.o.x.oo"},
    "four": {"kick": "x...x...x...x...", "snare": "............o...", "hat": "..x.o.x...x.o.x."},
    "house": {"kick": "x...x...x...x...", "snare": "....x.......x...", "hat": "..x...x...x...xo"},
    "ride": {"kick": "o.......o.......", "snare": "......o.......o.", "hat": "x...x..ox...x..o"},
    "toms": {"tom": "x..o..x.......o.", "kick": "x.......o......."},
    "rock": {"kick": "x.....x.x.......", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."},
}


class Composer:
    """Writes one piece. All chance comes from `rng`, so the same generator state gives the same."""

    def __init__(self, style: Style, length_s: float, rng: np.random.Generator) -> None:
        self._style = style
        self._rng = rng
        self._step_s = 60 / style.bpm / 4
        self._bars = int(np.ceil(length_s / (self._step_s * STEPS)))
        self._root = int(rng.integers(48, 56))
        self._scale = _MINOR_SCALE if style.minor else _MAJOR_SCALE
        progressions = _MINOR_PROGRESSIONS if style.minor else _MAJOR_PROGRESSIONS
        self._progression = progressions[int(rng.integers(len(progressions)))]
        self._voicings = self._lead_voices()
        self._motif = sorted(int(s) for s in rng.choice(np.arange(0, 32, 2), 7, replace=False))
        self._walk = [int(step) for step in rng.integers(-2, 3, 7)]

    def notes(self) -> Iterator[Note]:
        """All notes. Bass and drums come in after an intro, the melody later and with rests."""
        intro = max(1, self._bars // 5)
        for bar in range(self._bars):
            yield from self._chord(bar)
            if bar >= intro:
                yield from self._bass(bar)
                yield from self._drums(bar)
            if bar >= intro and (bar // 2) % 4 != 3:
                yield from self._melody(bar)

    def _pitch(self, degree: int) -> int:
        octave, position = divmod(degree, 7)
        return self._root + 12 * octave + self._scale[position]

    def _lead_voices(self) -> list[list[int]]:
        """Seventh chords, each in the inversion that moves the voices least from the last one."""
        voicings = [[self._pitch(self._progression[0] + third) for third in (0, 2, 4, 6)]]
        for degree in self._progression[1:]:
            inversions = [
                sorted(
                    self._pitch(degree + third + 7 * ((turns - voice + 3) // 4))
                    for voice, third in enumerate((0, 2, 4, 6))
                )
                for turns in range(-4, 5)
            ]
            last = voicings[-1]
            voicings.append(
                min(inversions, key=lambda v: sum(abs(a - b) for a, b in zip(v, last, strict=True)))
            )
        return voicings

    def _at(self, bar: int, step: float) -> float:
        late = self._style.swing * 0.5 if step % 2 == 1 else 0.0
        return (bar * STEPS + step + late) * self._step_s

    def _note(
        self, bar: int, step: int, steps: float, *, pitch: int, velocity: float, instrument: str
    ) -> Note:
        human_s = float(self._rng.uniform(0, 0.012))
        human = float(self._rng.uniform(0.88, 1.0))
        pan = float(self._rng.uniform(-0.4, 0.4))
        start_s = self._at(bar, step) + human_s
        return Note(start_s, steps * self._step_s, pitch, velocity * human, instrument, pan)

    def _chord(self, bar: int) -> Iterator[Note]:
        voicing = self._voicings[bar % len(self._voicings)]
        for index, instrument in enumerate(self._style.chords):
            if self._style.broken and index == 0:
                order = [0, 1, 2, 3, 2, 1, 2, 3]
                for beat, voice in enumerate(order):
                    yield self._note(
                        bar,
                        2 * beat,
                        4,
                        pitch=voicing[voice] + 12,
                        velocity=0.42,
                        instrument=instrument,
                    )
            else:
                yield from self._block_chord(bar, voicing, instrument)

    def _block_chord(self, bar: int, voicing: list[int], instrument: str) -> Iterator[Note]:
        strokes = [(0, STEPS, 0.34)]
        if instrument in {"keys", "piano", "guitar"}:  # struck, so it is struck again
            strokes.append((10, 6, 0.2))
        for step, steps, loud in strokes:
            for pitch in voicing:
                yield self._note(
                    bar, step, steps, pitch=pitch, velocity=loud, instrument=instrument
                )

    def _bass(self, bar: int) -> Iterator[Note]:
        if not self._style.bass:
            return
        line = _BASS_LINES[self._style.bass]
        root = self._progression[bar % len(self._progression)]
        ends = [*line, STEPS]
        for (step, degree), (_, after) in zip(line.items(), pairwise(ends), strict=True):
            pitch = self._pitch(root + degree) - 12
            held = (after - step) * 0.9
            yield self._note(bar, step, held, pitch=pitch, velocity=0.75, instrument="bass")

    def _melody(self, bar: int) -> Iterator[Note]:
        """A motif of two bars that recurs over the changing chords; strong beats take a chord's
        tone, the others walk the scale from there.
        """
        if not self._style.lead:
            return
        instrument = self._style.lead[(bar // 4) % len(self._style.lead)]
        chord = self._progression[bar % len(self._progression)]
        degree = chord + 7
        for index, step in enumerate(self._motif):
            if step // STEPS != bar % 2:
                continue
            strong = step % 8 == 0
            degree = chord + 7 + 2 * (index % 3) if strong else degree + self._walk[index]
            pitch = self._pitch(min(max(degree, 5), 15))
            loud = 0.62 if strong else 0.5
            yield self._note(
                bar, step % STEPS, 4, pitch=pitch, velocity=loud, instrument=instrument
            )

    def _drums(self, bar: int) -> Iterator[Note]:
        if not self._style.drums:
            return
        for drum, pattern in _DRUM_PATTERNS[self._style.drums].items():
            for step, mark in enumerate(pattern):
                if mark != ".":
                    loud = 0.9 if mark == "x" else 0.45
                    yield self._note(bar, step, 2, pitch=0, velocity=loud, instrument=drum)
