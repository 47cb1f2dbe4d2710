"""The tempo of a piece, if it can be told honestly: None is a good answer.

Onsets are where the spectrum brightens at once (spectral flux); beats are where onsets keep coming
back (autocorrelation). A tempo counts only if it stands out, if its double and its half explain the
onsets clearly worse, and if both halves of the piece say the same.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE_HZ = 11_025  # of the mono sound, about: beats are heard well below the treble
SLOWEST_BPM, FASTEST_BPM = 60.0, 180.0
STEP_BPM = 0.25
SHORTEST_S = 8.0
HOPS_PER_S = 100
WINDOW_S = 0.04
BANDS = 20
FRAMES_AT_ONCE = 512
SWELL = 0.1  # a band that grows more slowly, in units of its logarithm, begins no note
SMOOTHED_S = 0.5
MULTIPLES = np.arange(1, 5)

CONFIDENT = 0.25  # of the onsets' energy comes back after one, two, three and four beats
RIVAL = 0.9  # of the best score: an unrelated tempo that reaches it may be as right
EVEN, UNEVEN = 0.8, 0.55  # twice the tempo with more of the score is the beat, with less it is not
AGREE = 0.03  # by how much the halves of a piece may differ


def estimate_bpm(mono: Floats, rate_hz: float) -> float | None:
    """Beats per minute between 60 and 180 of (samples,), or None where there is no clear beat."""
    if len(mono) < SHORTEST_S * rate_hz:
        return None
    onsets = onset_strength(mono, rate_hz)
    whole = _tempo(onsets)
    if whole is None:
        return None
    middle = len(onsets) // 2
    for half in (onsets[:middle], onsets[middle:]):
        found = _tempo(half)
        if found is None or abs(found / whole - 1) > AGREE:
            return None
    return round(whole, 1)


def onset_strength(mono: Floats, rate_hz: float) -> Floats:
    """How much brighter each hundredth of a second is than the one before; around zero."""
    hop, width = round(rate_hz / HOPS_PER_S), round(WINDOW_S * rate_hz)
    frames = np.lib.stride_tricks.sliding_window_view(mono, width)[::hop]
    parts = [
        _bands(frames[at : at + FRAMES_AT_ONCE]) for at in range(0, len(frames), FRAMES_AT_ONCE)
    ]
    bands = np.concatenate(parts)
    flux = np.maximum(bands[2:] - bands[:-2] - SWELL, 0).sum(axis=1)
    width = round(SMOOTHED_S * HOPS_PER_S)
    around = np.convolve(flux, np.ones(width) / width, mode="same")
    return np.asarray(np.maximum(flux - around, 0), np.float32)


def _bands(frames: Floats) -> Floats:
    """The logarithm of the energy in each band; frames overlap, so only few are spread out."""
    window = np.hanning(frames.shape[1]).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(frames * window))
    edges = np.unique(np.geomspace(1, spectrum.shape[1] - 1, BANDS).astype(int))
    return np.asarray(np.log1p(100 * np.add.reduceat(spectrum, edges, axis=1)), np.float32)


def _tempo(onsets: Floats) -> float | None:
    """The tempo that explains the onsets, unless another one does nearly as well."""
    if not onsets.any():
        return None
    echo = _autocorrelation(onsets)
    tempi = np.arange(SLOWEST_BPM, FASTEST_BPM + STEP_BPM, STEP_BPM)
    scores = _scores(echo, tempi)
    best = float(tempi[scores.argmax()])
    highest = float(scores.max())
    if highest < CONFIDENT:
        return None
    related = np.any([np.abs(tempi / (best * ratio) - 1) < 0.06 for ratio in (0.5, 1, 2)], axis=0)
    if scores[~related].max() > RIVAL * highest:
        return None
    return _octave(echo, best)


def _octave(echo: Floats, bpm: float) -> float | None:
    """Whether the slow or the fast one of two tempi is the beat: None if it might be either.

    Where twice the tempo explains as much, the beats between the beats are as strong as these.
    """
    slow = bpm / 2 if bpm / 2 >= SLOWEST_BPM else bpm
    fast = slow * 2
    if fast > FASTEST_BPM:
        return bpm
    slow_score, fast_score = _scores(echo, np.array([slow, fast]))
    share = fast_score / max(slow_score, 1e-6)
    if share > EVEN:
        return fast
    return slow if share < UNEVEN else None


def _scores(echo: Floats, tempi: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of the onsets comes back after one to four beats of each tempo, 1 at most."""
    lags = 60 * HOPS_PER_S / tempi[:, None] * MULTIPLES
    return np.asarray(np.interp(lags, np.arange(len(echo)), echo, right=0).mean(axis=1))


def _autocorrelation(onsets: Floats) -> Floats:
    """The likeness of the onsets to themselves, later by each number of hops; 1 at none."""
    centred = onsets - onsets.mean()
    count = len(centred)
    size = 1 << (2 * count - 1).bit_length()  # a power of two, without the end meeting the start
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    likeness = np.fft.irfft(power)[: count // 2 + 1] / (count - np.arange(count // 2 + 1))
    return np.asarray(likeness / max(likeness[0], 1e-12))
