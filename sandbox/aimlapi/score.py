"""From words to notes: reads how a piece is to be played, and writes it as one list of events."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

STEPS: Final = 16
"""Sixteenths in a bar of four beats."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece is played.

    `groove` is a line of `_GROOVES`; `swing` how late the middle of a beat comes, in sixteenths;
    `space` the share of reverb; `drive` how hard the sum is saturated; `band` lines of `_BAND`.
    """

    bpm: float
    mode: str
    groove: str
    swing: float
    space: float
    drive: float
    band: tuple[str, ...]


class Note(NamedTuple):
    """One sound. `pitch` is a MIDI note number: 69 is 440 Hz."""

    start_s: float
    length_s: float
    pitch: int
    velocity: float
    instrument: str


def _rows(sheet: str) -> list[list[str]]:
    return [line.split() for line in sheet.strip().splitlines()]


# Words, bpm, mode, groove, swing, space, drive, band. The first line that fits the prompt wins.
_GENRES: Final = {
    words: Style(float(bpm), mode, groove, float(swing), float(space), float(drive), tuple(band))
    for words, bpm, mode, groove, swing, space, drive, *band in _rows(r"""
solo|unaccompanied|lullaby        76  major  picked   0    0.40  0.8  keys
lo-?fi|chill-?hop|study           76  major  boombap  0.3  0.20  1.4  keys bells bass drums vinyl
ambient|drone|meditat\w*|sleep    62  major  still    0    0.60  0.8  pad strings bells
techno|rave|industrial|trance    128  minor  four     0    0.20  1.6  pad synth bass drums
house|disco|dance|club|edm       122  minor  house    0.1  0.20  1.3  keys pad bass drums
jazz\w*|swing|bossa|blues        112  minor  ride     0.6  0.20  0.9  piano flute bass drums
orchestra\w*|cinematic|epic       84  minor  march    0    0.50  1.0  strings pad flute bass drums
rock|punk|metal|grunge|indie     132  minor  rock     0    0.12  1.8  guitar bass drums
hip-?hop|trap|rap|r&b             86  minor  boombap  0.3  0.20  1.4  keys bells bass drums
folk|acoustic|country|ballad      92  major  picked   0    0.25  0.8  guitar flute bass
synth-?wave|retro\w*|80s|8-bit   104  minor  rock     0    0.30  1.3  pad synth bass drums
.*                                96  major  pop      0.1  0.25  1.0  keys bells bass drums
""")
}
# One sign a sixteenth: x loud, o soft, a digit one voice of the chord or (bass) a step above the
# root, a dot nothing new: a note lasts until the next.
_GROOVES: Final = {
    name: dict(zip(("chords", "bass", "kick", "snare", "hat"), patterns, strict=True))
    for name, *patterns in _rows("""
pop     x.....o...o..... 0.....0...4...7. x.....o.x....... ....x.......x... x.o.x.o.x.o.x.o.
boombap x.........o..... 0......0..4..... x......o..x..... ....x.......x..o x.o.x.o.x.o.x.oo
still   0...1...2...3... 0............... o............... ............o... ....o.......o...
four    x..o..x...o..o.. ..0...0...0...0. x...x...x...x... ............o... ..x.o.x...x.o.x.
house   ..x..o....x..o.. ..0...0...0...7. x...x...x...x... ....x.......x... ..x...x...x...xo
ride    x.....o.......x. 0...2...4...6... o.......o....... ......o.......o. x...x.o.x...x.o.
march   x............... 0.......0...4... x..o..x.......o. ....o.......o.oo ................
rock    x.o.x.o.x.o.x.o. 0.0.0.0.0.0.0.0. x.....x.x....... ....x.......x... x.x.x.x.x.x.x.x.
picked  0.2.1.3.0.2.1.3. 0.......4....... x.......x....... ....o.......o... o.o.o.o.o.o.o.o.
""")
}
# An instrument, its role, and the words that bring it in, or out of the negative prompt keep it out.
_BAND: Final = {
    name: (role, words)
    for name, role, words in _rows(r"""
piano    chords   pianos?
keys     chords   rhodes|keys|keyboards?|organ
guitar   chords   guitars?|ukulele|banjo|harp
strings  pad      strings?|violins?|violas?|cellos?
pad      pad      pads?|choirs?|atmosphere
flute    lead     flutes?|clarinets?|oboes?|sax\w*|trumpets?|whistles?
bells    lead     bells?|glockenspiel|marimba|vibraphone|chimes?
synth    lead     synths?|synthesi[sz]ers?|lead
bass     bass     bass|bassline|sub
drums    drums    drums?|drumkit|percussion|beats?|kick|snare
rain     texture  rain\w*|storm|ocean|water
vinyl    texture  vinyl|crackles?|cassette|tape
""")
}
_MOODS: Final = (  # words, mode, factor on the tempo
    (r"happy|bright|joyful|cheerful|sunny|uplifting|warm|hopeful|playful|major", "major", 1.0),
    (r"sad|dark|melanchol\w+|moody|somb\w+|mysterious|night|lonely|tense|minor", "minor", 1.0),
    (r"slow\w*|gentle|calm\w*|relax\w*|peaceful", None, 0.86),
    (r"fast\w*|energetic|driving|upbeat", None, 1.2),
)
# The scale in semitones, and chord progressions: the roots, in steps of the scale from the tonic.
_MODES: Final = {
    "major": ((0, 2, 4, 5, 7, 9, 11), ((0, -2, 3, -3), (3, -3, 2, -2), (0, -3, -2, 3))),
    "minor": ((0, 2, 3, 5, 7, 8, 10), ((0, -2, 2, -1), (0, 3, -2, -1), (0, -1, -2, 3))),
}
_ROLES: Final = {  # the first bar, loudness, octave
    "pad": (0, 0.30, 0),
    "chords": (0, 0.36, 0),
    "hat": (1, 0.32, 0),
    "bass": (2, 0.70, -1),
    "kick": (2, 0.90, -2),
    "snare": (2, 0.70, 0),
    "lead": (4, 0.52, 1),
}


def read_style(prompt: str, negative_prompt: str = "") -> Style:
    """The style that the words describe; what is excluded wins over what is asked for."""
    text = prompt.lower()
    excluded = " ".join([negative_prompt.lower(), *re.findall(r"\b(?:no|without) (\w+)", text)])
    style = next(style for words, style in _GENRES.items() if _says(text, words))
    for words, mode, factor in _MOODS:
        if _says(text, words):
            style = replace(style, mode=mode or style.mode, bpm=style.bpm * factor)
    if marked := re.search(r"(?<!\d)(\d{2,3}) ?-?bpm\b", text):
        style = replace(style, bpm=min(max(float(marked[1]), 50.0), 190.0))
    return replace(style, band=_band(style, _named(text), _named(excluded)))


def _says(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", text) is not None


def _named(text: str) -> list[str]:
    return [name for name, (_, words) in _BAND.items() if _says(text, words)]


def _band(style: Style, asked: list[str], excluded: list[str]) -> tuple[str, ...]:
    """Who is asked for takes the place of those with the same role; textures add up."""
    taken = {_BAND[name][0] for name in asked} - {"texture"}
    band = [name for name in style.band if _BAND[name][0] not in taken] + asked
    return tuple(name for name in dict.fromkeys(band) if name not in excluded) or ("pad",)


def compose(style: Style, length_s: float, rng: np.random.Generator) -> Iterator[Note]:
    """Phrases of four bars, in which one role after the other joins; the tonic ends the piece."""
    step_s = 60 / style.bpm / 4
    last_bar = int(length_s / (STEPS * step_s) - 0.5)
    scale, progressions = _MODES[style.mode]
    progression = progressions[rng.integers(len(progressions))]
    key = int(rng.integers(50, 58))
    parts = list(_parts(style, rng))
    for name in style.band:
        if _BAND[name][0] == "texture":
            yield Note(0, length_s, 0, 1, name)
    for bar in range(last_bar + 1):
        ends = bar == last_bar
        chord = 0 if ends else progression[bar % 4]
        for instrument, role, phrase in parts:
            first_bar, loudness, octave = _ROLES[role]
            if bar < first_bar:
                continue
            for found in re.finditer(
                r"[^.]\.*", "x".ljust(2 * STEPS, ".") if ends else phrase[bar % 4]
            ):
                step, steps, mark = found.start(), len(found[0]), found[0][0]
                late = style.swing * (0, 0.5, 1, 0.5)[step % 4]
                start_s = (bar * STEPS + step + late) * step_s + rng.uniform(0, 0.012)
                velocity = loudness * rng.uniform(0.85, 1) * (0.5 if mark == "o" else 1)
                for degree in _degrees(role, mark, chord):
                    pitch = key + 12 * (octave + degree // 7) + scale[degree % 7]
                    yield Note(start_s, steps * step_s, pitch, velocity, instrument)


def _parts(style: Style, rng: np.random.Generator) -> Iterator[tuple[str, str, list[str]]]:
    """Instrument, role and a phrase of four bars for each part that the band can play."""
    pass
