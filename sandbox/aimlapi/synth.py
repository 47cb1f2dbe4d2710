"""A small synthesizer: plays what a prompt describes, so that the sandbox has music to deliver.

The same prompt, negative prompt, seed and length give the same bytes, in every process.
"""

import hashlib
import io
import wave
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sandbox.aimlapi.score import Composer, Note
from sandbox.aimlapi.style import Style, read_style

Signal = NDArray[np.float32]
"""Stereo samples, (frames, 2)."""
Mono = NDArray[np.floating[Any]]
"""Samples of one channel, (frames,)."""

RATE_HZ: Final = 48_000
LYRIA_LENGTH_S: Final = 32.768
MAX_LENGTH_S: Final = 60.0
TARGET_RMS: Final = 10 ** (-15.5 / 20)
FADE_IN_S: Final = 0.03
FADE_OUT_S: Final = 2.5
_TABLE_SIZE: Final = 4096


@dataclass(frozen=True, slots=True)
class Timbre:
    """An instrument: its partials when struck and when rung out, and its envelope.

    `decay_s` is the time constant of a plucked sound, None for a sustained one; `width` the
    detuning between left and right as a share of the frequency.
    """

    bright: tuple[float, ...]
    dull: tuple[float, ...]
    attack_s: float
    decay_s: float | None
    release_s: float
    width: float
    level: float


_SAW: Final = tuple(1 / n for n in range(1, 15))
_TIMBRES: Final[dict[str, Timbre]] = {
    "piano": Timbre((1, 0.6, 0.4, 0.25, 0.2, 0.1, 0.08), (1, 0.2, 0.05), 0.004, 0.9, 0.15, 4e-4, 1),
    "keys": Timbre((1, 0.15, 0.35, 0.05, 0, 0, 0.12), (1, 0.12), 0.006, 1.4, 0.2, 1.2e-3, 1),
    "guitar": Timbre(
        (1, 0.8, 0.55, 0.4, 0.3, 0.2, 0.15), (1, 0.3, 0.1), 0.003, 0.6, 0.1, 8e-4, 0.9
    ),
    "strings": Timbre(_SAW[:9], (1, 0.4, 0.25, 0.12, 0.06), 0.25, None, 0.5, 3e-3, 0.55),
    "pad": Timbre((1, 0.5, 0.3, 0.2, 0.1), (1, 0.25, 0.1), 0.4, None, 0.8, 4e-3, 0.7),
    "flute": Timbre((1, 0.3, 0.12, 0.05), (1, 0.2, 0.04), 0.06, None, 0.12, 1e-3, 0.8),
    "bells": Timbre((1, 0, 0.4, 0, 0, 0.2, 0, 0.1), (1, 0.05), 0.002, 0.7, 0.3, 1e-3, 0.7),
    "synth": Timbre(_SAW, (1, 0.5, 0.3, 0.15), 0.004, 0.35, 0.08, 2.5e-3, 0.45),
    "bass": Timbre((1, 0.5, 0.3, 0.15, 0.08), (1, 0.25, 0.05), 0.006, 1.2, 0.06, 0, 0.9),
}


def render_wav(
    prompt: str, negative_prompt: str = "", seed: int = 0, length_s: float = LYRIA_LENGTH_S
) -> bytes:
    """A 16-bit stereo WAV file of 48 kHz, `length_s` long, at most `MAX_LENGTH_S`."""
    signal = render(prompt, negative_prompt, seed, min(length_s, MAX_LENGTH_S))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((signal * 32767).astype("<i2").tobytes())
    return file.getvalue()


def render(prompt: str, negative_prompt: str, seed: int, length_s: float) -> Signal:
    """The piece as stereo samples between -1 and 1."""
    source = repr((prompt, negative_prompt, seed)).encode("utf-8", "surrogatepass")
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(source).digest()))
    style = read_style(prompt, negative_prompt)
    frames = round(length_s * RATE_HZ)
    mix = np.zeros((frames, 2), np.float32)
    band = Band(rng)
    for note in Composer(style, length_s, rng).notes():
        _add(mix, band.sound(note), note)
    mix += style.space * _reverb(mix)
    for texture in style.textures:
        mix += _TEXTURES[texture](frames, rng)
    return _master(mix, style)


class Band:
    """Plays notes. Sounds are kept, since music repeats itself."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._tables = {
            name: (_cycle(timbre.bright), _cycle(timbre.dull)) for name, timbre in _TIMBRES.items()
        }
        self._sounds: dict[tuple[str, int, int], Signal] = {}

    def sound(self, note: Note) -> Signal:
        """The note at full velocity, in the middle of the stage."""
        key = (note.instrument, note.pitch, round(note.length_s * 1000))
        if key not in self._sounds:
            self._sounds[key] = (
                self._tone(note)
                if note.instrument in _TIMBRES
                else _DRUMS[note.instrument](self._rng)
            )
        return self._sounds[key]

    def _tone(self, note: Note) -> Signal:
        timbre = _TIMBRES[note.instrument]
        frames = round((note.length_s + timbre.release_s) * RATE_HZ)
        t = np.arange(frames, dtype=np.float32) / RATE_HZ
        frequency_hz = 440 * 2 ** ((note.pitch - 69) / 12)
        shine = np.exp(-t / 0.25)
        bright, dull = self._tables[note.instrument]
        sides = []
        for side in (-1, 1):
            step = frequency_hz * (1 + side * timbre.width) * _TABLE_SIZE / RATE_HZ
            index = (np.arange(frames) * step).astype(np.int64) % _TABLE_SIZE
            sides.append(dull[index] + (bright[index] - dull[index]) * shine)
        envelope = timbre.level * _envelope(timbre, t, note.length_s)
        return np.asarray(np.stack(sides, axis=1) * envelope[:, None], np.float32)


def _cycle(partials: tuple[float, ...]) -> Mono:
    phase = np.arange(_TABLE_SIZE) * 2 * np.pi / _TABLE_SIZE
    cycle = sum(level * np.sin(n * phase) for n, level in enumerate(partials, start=1))
    return np.asarray(cycle / np.sqrt(np.sum(np.square(partials))), np.float32)


def _envelope(timbre: Timbre, t: Mono, held_s: float) -> Mono:
    rise = np.sin(np.minimum(t / timbre.attack_s, 1) * (np.pi / 2)) ** 2
    fall = np.cos(np.clip((t - held_s) / timbre.release_s, 0, 1) * (np.pi / 2)) ** 2
    ringing = np.float32(1) if timbre.decay_s is None else np.exp(-t / timbre.decay_s)
    return np.asarray(rise * fall * ringing)


def _add(mix: Signal, sound: Signal, note: Note) -> None:
    start = round(note.start_s * RATE_HZ)
    end = min(start + len(sound), len(mix))
    if start >= end:
        return
    gains = np.array([1 - note.pan, 1 + note.pan], np.float32) * np.float32(note.velocity * 0.3)
    mix[start:end] += sound[: end - start] * gains


def _hit(seconds: float) -> Mono:
    return np.arange(round(seconds * RATE_HZ), dtype=np.float32) / RATE_HZ


def _centred(signal: Mono) -> Signal:
    signal = signal * np.minimum(1, np.arange(len(signal))[::-1] / 200)  # ends without a click
    return np.repeat(signal[:, None], 2, axis=1).astype(np.float32)


def _swept(
    top_hz: float, base_hz: float, seconds: float
) -> Callable[[np.random.Generator], Signal]:
    def play(_: np.random.Generator) -> Signal:
        t = _hit(seconds)
        sweep_s = 0.035
        cycles = base_hz * t + (top_hz - base_hz) * sweep_s * (1 - np.exp(-t / sweep_s))
        return _centred(2.2 * np.sin(2 * np.pi * cycles) * np.exp(-t / (seconds / 4)))

    return play


def _snare(rng: np.random.Generator) -> Signal:
    t = _hit(0.22)
    rattle = _smoothed(rng.standard_normal(len(t)), 4) * np.exp(-t / 0.06)
    return _centred(1.1 * rattle + 0.7 * np.sin(2 * np.pi * 185 * t) * np.exp(-t / 0.04))


def _hat(rng: np.random.Generator) -> Signal:
    t = _hit(0.08)
    return _centred(0.28 * np.diff(rng.standard_normal(len(t) + 1)) * np.exp(-t / 0.016))


def _smoothed(signal: Mono, width: int) -> Mono:
    return np.convolve(signal, np.ones(width) / np.sqrt(width), "same")


_DRUMS: Final[dict[str, Callable[[np.random.Generator], Signal]]] = {
    "kick": _swept(150, 50, 0.4),
    "tom": _swept(140, 82, 0.6),
    "snare": _snare,
    "hat": _hat,
}


def _rain(frames: int, rng: np.random.Generator) -> Signal:
    hiss = rng.standard_normal((frames, 2), np.float32)
    soft = hiss.copy()
    for lag in (1, 2, 3):
        soft[lag:] += hiss[:-lag]
    seconds = np.arange(frames // RATE_HZ + 2) * RATE_HZ
    gusts = np.interp(np.arange(frames), seconds, rng.uniform(0.6, 1, len(seconds)))
    soft *= (0.0075 * gusts.astype(np.float32))[:, None]
    drops = rng.integers(0, frames, frames // 1200)
    soft[drops] += 0.2 * hiss[drops]
    return soft


def _vinyl(frames: int, rng: np.random.Generator) -> Signal:
    hiss = rng.standard_normal((frames, 1), np.float32)
    crackles = rng.integers(0, frames, frames // 8000)
    worn = 0.0025 * hiss
    worn[crackles] += 0.12 * hiss[crackles]
    return np.repeat(worn, 2, axis=1)


_TEXTURES: Final[dict[str, Callable[[int, np.random.Generator], Signal]]] = {
    "rain": _rain,
    "vinyl": _vinyl,
}


def _reverb(dry: Signal) -> Signal:
    """Parallel combs (Schroeder 1962), a different set on each side for width."""
    wet = np.zeros_like(dry)
    for side, delays in enumerate(((1557, 1617, 1991, 2422), (1597, 1693, 2053, 2311))):
        for delay in delays:
            rows = -(-len(dry) // delay)
            padded = np.zeros(rows * delay, np.float32)
            padded[: len(dry)] = dry[:, side] * 0.35
            comb = padded.reshape(rows, delay)
            for row in range(1, rows):
                # Each echo is duller than the last: air and walls eat the high tones first.
                last = comb[row - 1]
                comb[row, 1:] += 0.4 * (last[1:] + last[:-1])
                comb[row, 0] += 0.8 * last[0]
            wet[delay:, side] += comb.reshape(-1)[: len(dry) - delay]
    return wet


def _master(mix: Signal, style: Style) -> Signal:
    """Saturate gently, bring to a usual loudness, fade, and stay below full scale."""
    mix = mix - mix.mean(axis=0)
    mix = np.tanh(mix * (0.2 * style.drive / _rms(mix)))
    mix *= TARGET_RMS / _rms(mix)
    # Tops are bent from half of full scale on, rather than clipped.
    over = np.maximum(np.abs(mix) - 0.5, 0)
    mix = np.copysign(np.minimum(np.abs(mix), 0.5) + 0.38 * np.tanh(over / 0.38), mix)
    mix *= _edges(len(mix))[:, None]
    return np.asarray(mix, np.float32)


def _edges(frames: int) -> Signal:
    longest = frames // 3
    rise, fall = min(int(FADE_IN_S * RATE_HZ), longest), min(int(FADE_OUT_S * RATE_HZ), longest)
    edges = np.ones(frames, np.float32)
    edges[:rise] = np.linspace(0, 1, rise)
    edges[frames - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return edges


def _rms(signal: Signal) -> float:
    return float(np.sqrt(np.mean(np.square(signal)))) or 1.0
