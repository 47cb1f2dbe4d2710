"""A small synthesizer: words become a style, the style a list of notes, the notes a WAV file.

The same prompt, negative prompt, seed and length give the same bytes, in every process.
"""

import io
import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.floating[Any]]  # left and right samples: (2, frames)

RATE_HZ: Final = 48_000
LYRIA_LENGTH_S: Final = 32.768
MAX_LENGTH_S: Final = 60.0
TARGET_RMS: Final = 10 ** (-16 / 20)
LOOP: Final = 2**16  # frames of noise
STEPS: Final = 16  # sixteenths in a bar of four beats


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece is played."""

    mode: str
    groove: str
    band: tuple[str, ...]
    bpm: float
    swing: float  # how late the middle of each beat comes, in sixteenths
    space: float  # share of reverb
    drive: float  # how hard the sum is saturated


@dataclass(frozen=True, slots=True)
class Instrument:
    """A carrier sine, its frequency modulated by another (Chowning 1973), and noise."""

    role: str
    words: str
    level: float
    attack_s: float
    decay_s: float  # time constant, infinite for a sustained sound
    ratio: float  # of the modulator's frequency to the carrier's, a multiple of a half
    bright: float  # depth of modulation at the start of the note
    sweep: float  # how far above its pitch the note starts, as share of the frequency
    noise: float  # share of noise in the sound
    colour: float  # of the noise: its amplitude goes with this power of the frequency
    grain: float  # of the noise: 1 hisses, more crackles


class Note(NamedTuple):
    """One event of a score. `pitch` is a MIDI note number: 69 is 440 Hz."""

    start_s: float
    length_s: float
    pitch: int
    velocity: float
    instrument: str


def _rows(sheet: str) -> list[list[str]]:
    return [line.split() for line in sheet.strip().splitlines()]


# Words, mode, groove, band, bpm, swing, space, drive. The first line that fits the prompt counts.
_GENRES: Final = {
    words: Style(mode, groove, tuple(band.split(",")), *map(float, numbers))
    for words, mode, groove, band, *numbers in _rows(r"""
solo|unaccompanied|lullaby      major picked keys                                   76 0   .40 0.8
lo-?fi|chill-?hop|hip-?hop|rap  major pop    keys,bells,bass,kick,snare,hat,vinyl   76 .3  .20 1.4
ambient|drone|meditat\w*|sleep  major picked pad,strings,bells,bass                 62 0   .60 0.8
techno|rave|trance|synth-?wave  minor house  pad,synth,bass,kick,snare,hat         128 0   .20 1.5
house|disco|dance|club|edm      minor house  keys,pad,bass,kick,snare,hat          122 .1  .20 1.3
jazz\w*|swing|bossa|blues       minor ride   piano,flute,bass,kick,snare,hat       112 .6  .20 0.9
orchestra\w*|cinematic|epic     minor picked strings,pad,flute,bass,kick,snare      84 0   .50 1.0
rock|punk|metal|grunge|indie    minor rock   guitar,bass,kick,snare,hat            132 0   .12 1.7
folk|acoustic|country|ballad    major picked guitar,flute,bass                      92 0   .25 0.8
.*                              major pop    keys,bells,bass,kick,snare,hat         96 .1  .25 1.0
""")
}
# A sign a sixteenth: x loud, o soft, a digit one voice of the chord or (bass, lead) so many steps
# above its root. The dots after a sign are how long the note lasts.
_GROOVES: Final = {
    name: dict(zip(("chords", "bass", "kick", "snare", "hat"), patterns, strict=True))
    for name, *patterns in _rows("""
pop    x.........o..... 0.....0...4...7. x.....o.x....... ....x.......x..o x.o.x.o.x.o.x.oo
house  ..x..o....x..o.. ..0...0...0...7. x...x...x...x... ....x.......x... ..x...x...x...xo
ride   x.....o.......x. 0...2...4...6... o.......o....... ......o.......o. x...x.o.x...x.o.
rock   x.o.x.o.x.o.x.o. 0.0.0.0.0.0.0.0. x.....x.x....... ....x.......x... x.x.x.x.x.x.x.x.
picked 0.2.1.3.0.2.1.3. 0.......4....... x.....o.x....... ....o.......o... o.o.o.o.o.o.o.o.
""")
}
# Its words bring an instrument in; those of the negative prompt keep it out.
_INSTRUMENTS: Final = {
    name: Instrument(role, words, *map(float, numbers))
    for name, role, *numbers, words in _rows(r"""
piano   chords .36 .003 0.9  1   1.6 0  0   0   1  pianos?
keys    chords .36 .005 1.3  7   0.3 0  0   0   1  rhodes|keys|keyboards?|organ
guitar  chords .32 .003 0.6  3   1.0 0  0   0   1  guitars?|ukulele|banjo|harp
strings pad    .17 .25  inf  1   1.8 0  .02 0   1  strings?|violins?|violas?|cellos?
pad     pad    .20 .40  inf  2   0.8 0  0   0   1  pads?|choirs?|atmosphere
flute   lead   .42 .05  inf  1   0.5 0  .04 0   1  flutes?|clarinets?|oboes?|sax\w*|trumpets?
bells   lead   .36 .002 0.7  3.5 1.2 0  0   0   1  bells?|glockenspiel|marimba|vibraphone|chimes?
synth   lead   .30 .004 0.4  1   2.6 0  0   0   1  synths?|synthesi[sz]ers?|lead
bass    bass   .75 .006 1.2  1   1.2 0  0   0   1  bass|bassline|sub
kick    kick   1.5 .001 0.1  1   0   3  .03 .5  1  drums?|drumkit|percussion|beats?|kick
snare   snare  .80 .001 0.06 1   0.5 .3 .6  -.2 1  drums?|drumkit|percussion|beats?|snare
hat     hat    .30 .001 0.02 1   0   0  1   1   1  drums?|drumkit|percussion|beats?|hats?
rain    rain   .05 .40  inf  1   0   0  1   -.5 3  rain\w*|storm|ocean|water
vinyl   vinyl  .03 .40  inf  1   0   0  1   -.3 7  vinyl|crackles?|cassette|tape
""")
}
_MOODS: Final = (  # words, mode, factor on the tempo
    (r"happy|bright|joyful|cheerful|sunny|uplifting|warm|hopeful|playful|major", "major", 1.0),
    (r"sad|dark|melanchol\w+|moody|somb\w+|mysterious|night|lonely|tense|minor", "minor", 1.0),
    (r"slow\w*|gentle|calm\w*|relax\w*|peaceful", None, 0.86),
    (r"fast\w*|energetic|driving|upbeat", None, 1.2),
)
_SCALES: Final = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
_PROGRESSIONS: Final = ((0, -2, 3, -3), (0, -2, 2, -1), (0, 3, -2, -1), (0, 2, 3, -3))
_FIRST_BARS: Final = {"hat": 1, "bass": 2, "kick": 2, "snare": 2, "lead": 4}
_OCTAVES: Final = {"bass": -1, "kick": -2, "lead": 1}


def read_style(prompt: str, negative: str = "") -> Style:
    """The style that the words describe; what is excluded wins over what is asked for."""
    text = prompt.lower()
    excluded = " ".join([negative.lower(), *re.findall(r"\b(?:no|without) (\w+)", text)])
    style = next(style for words, style in _GENRES.items() if _says(text, words))
    for words, mode, factor in _MOODS:
        if _says(text, words):
            style = replace(style, mode=mode or style.mode, bpm=style.bpm * factor)
    if marked := re.search(r"(?<!\d)(\d{2,3}) ?-?bpm\b", text):
        style = replace(style, bpm=min(max(float(marked[1]), 50.0), 190.0))
    # An instrument that is asked for takes the place of those with its role.
    asked = [name for name, played in _INSTRUMENTS.items() if _says(text, played.words)]
    taken = {_INSTRUMENTS[name].role for name in asked}
    band = [name for name in style.band if _INSTRUMENTS[name].role not in taken] + asked
    band = [name for name in band if not _says(excluded, _INSTRUMENTS[name].words)]
    return replace(style, band=tuple(band) or ("pad",))


def _says(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", text) is not None


def compose(style: Style, length_s: float, rng: np.random.Generator) -> Iterator[Note]:
    """Phrases of four bars in which one role after the other joins; the tonic ends the piece."""
    step_s = 60 / style.bpm / 4
    last_bar = int(length_s / (STEPS * step_s) - 0.5)
    key, scale = int(rng.integers(50, 58)), _SCALES[style.mode]
    progression = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    phrases = _phrases(_GROOVES[style.groove], rng)
    parts = [(name, _INSTRUMENTS[name].role) for name in style.band]
    if all(role != "lead" for _, role in parts):
        parts += [(name, "lead") for name, role in parts if role == "chords"][:1]
    opening = min(_FIRST_BARS.get(role, 0) for _, role in parts)
    for bar in range(last_bar + 1):
        chord = progression[bar % 4] if bar < last_bar else 0
        for name, role in parts:
            if bar + opening < _FIRST_BARS.get(role, 0):
                continue
            pattern = phrases[role][bar % 4] if bar < last_bar else "x".ljust(2 * STEPS, ".")
            for stroke in re.finditer(r"[^.]\.*", pattern):
                step, steps, sign = stroke.start(), len(stroke[0]), stroke[0][0]
                at_step = bar * STEPS + step + style.swing * (0, 0.5, 1, 0.5)[step % 4]
                velocity = rng.uniform(0.85, 1) * (0.5 if sign == "o" else 1)
                for degree in _degrees(role, sign, chord):
                    pitch = key + 12 * (_OCTAVES.get(role, 0) + degree // 7) + scale[degree % 7]
                    start_s = at_step * step_s + rng.uniform(0, 0.008)
                    yield Note(start_s, steps * step_s, pitch, velocity, name)


def _phrases(groove: dict[str, str], rng: np.random.Generator) -> dict[str, list[str]]:
    """What each role plays in the four bars of a phrase."""
    motif, degree = ["."] * 2 * STEPS, 4
    for step in [0, *sorted(rng.choice(range(2, 28, 2), 8, replace=False))]:
        # The strong beats take a tone of the chord, the others walk the scale from there.
        degree = rng.choice((0, 2, 4)) if step % 8 == 0 else degree + rng.choice((-1, 1, 2))
        motif[step] = str(np.clip(degree, 0, 7))
    phrases = {role: [pattern] * 4 for role, pattern in groove.items()}
    phrases |= {role: ["x".ljust(STEPS, ".")] * 4 for role in ("pad", "rain", "vinyl")}
    phrases["snare"][3] = groove["snare"][:12] + "o.ox"
    call, answer = "".join(motif[:STEPS]), "".join(motif[STEPS:])
    return phrases | {"lead": [call, answer, call, "." * STEPS]}


def _degrees(role: str, sign: str, chord: int) -> list[int]:
    """The steps of the scale to play."""
    number = int(sign) if sign.isdigit() else 0
    if role in ("chords", "pad"):
        # Folded into one octave, chords keep common voices, and move the others by a step.
        voices = sorted((chord + third) % 7 for third in (0, 2, 4, 6))
        return [voices[number]] if sign.isdigit() else voices
    return [chord + number] if role in ("bass", "lead") else [0]


def render_wav(prompt: str, negative: str, seed: int, length_s: float = LYRIA_LENGTH_S) -> bytes:
    """A 16-bit stereo WAV file of 48 kHz, `length_s` long, at most `MAX_LENGTH_S`."""
    rng = np.random.default_rng(list(ascii((prompt, negative, seed)).encode()))
    signal = render(read_style(prompt, negative), min(length_s, MAX_LENGTH_S), rng)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((2, 2, RATE_HZ, 0, "NONE", "not compressed"))
        out.writeframes((signal.T * 32767).astype("<i2").tobytes())
    return file.getvalue()


def render(style: Style, length_s: float, rng: np.random.Generator) -> Signal:
    """A piece in that style, as samples between -1 and 1."""
    mix = np.zeros((2, 2 * round(length_s * RATE_HZ / 2)), np.float32)
    sound = cache(_sound)  # music repeats itself
    for note in compose(style, length_s, rng):
        rest = mix[:, round(note.start_s * RATE_HZ) :]
        played = sound(note.instrument, note.pitch, note.length_s)[:, : rest.shape[1]]
        rest[:, : played.shape[1]] += np.float32(note.velocity) * played
    return _master(mix + style.space * _reverb(mix), style.drive)


def _sound(name: str, pitch: int, length_s: float) -> Signal:
    played = _INSTRUMENTS[name]
    held_s = min(length_s, 6 * played.decay_s)
    release_s = 0.08 + played.attack_s
    t = np.arange(round((held_s + release_s) * RATE_HZ), dtype=np.float32) / RATE_HZ
    bent_s = t + played.sweep * 0.035 * (1 - np.exp(-t / 0.035))
    cycles = 440 * 2 ** ((pitch - 69) / 12) * np.array([[0.9988], [1.0012]]) * bent_s
    phase = 2 * np.pi * (cycles - 2 * np.floor(cycles / 2)).astype(np.float32)
    depth = played.bright * (0.3 + 0.7 * np.exp(-t / 0.25))
    tone = np.sin(phase + depth * np.sin(played.ratio * phase))
    sound = (1 - played.noise) * (0.7 * tone + 0.4 * tone[::-1])  # the sides blend to a chorus
    if played.noise:
        sound += played.noise * _noise(played.colour, played.grain)[:, np.arange(len(t)) % LOOP]
    rise = np.sin(np.pi / 2 * np.minimum(t / played.attack_s, 1))
    fall = np.cos(np.pi / 2 * np.clip((t - held_s) / release_s, 0, 1))
    return np.asarray(sound * (played.level * rise * fall * np.exp(-t / played.decay_s)))


@cache
def _noise(colour: float, grain: float) -> Signal:
    white = np.random.default_rng(0).standard_normal((2, LOOP), np.float32)
    spectrum = np.fft.rfft(white ** int(grain))
    spectrum *= np.linspace(1e-3, 1, spectrum.shape[1], dtype=np.float32) ** colour
    loop = np.fft.irfft(spectrum)
    return np.asarray(loop / loop.std())


def _reverb(dry: Signal) -> Signal:
    """Convolution with noise that dies away, in blocks; at half the rate, as a hall is dull."""
    room = _noise(-0.3, 1) * np.exp(-np.arange(LOOP, dtype=np.float32) / (0.3 * RATE_HZ / 2))
    sent = dry.reshape(2, -1, 2).sum(axis=(0, 2))
    blocks = np.pad(sent, (0, -len(sent) % LOOP)).reshape(-1, LOOP)
    spectra = np.fft.rfft(blocks, 2 * LOOP) * np.fft.rfft(0.006 * room, 2 * LOOP)[:, None]
    echoes = np.fft.irfft(spectra)
    echoes[:, 1:, :LOOP] += echoes[:, :-1, LOOP:]
    return echoes[:, :, :LOOP].reshape(2, -1)[:, : len(sent)].repeat(2, axis=1)


def _master(mix: Signal, drive: float) -> Signal:
    """Fade in and out, saturate gently, and bring to the usual loudness, well below clipping."""
    t = np.arange(mix.shape[1], dtype=np.float32) / RATE_HZ
    mix = mix * (np.clip(t / 0.03, 0, 1) * np.clip((t[-1] - t) / min(2.5, t[-1] / 3), 0, 1))
    mix = np.tanh(mix * (0.22 * drive / mix.std()))
    return np.asarray(mix * min(TARGET_RMS / mix.std(), 0.93))
