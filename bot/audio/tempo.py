"""The tempo of a piece, if it can be told honestly: None is a good answer.

Onsets are where the spectrum brightens at once (spectral flux); beats are where onsets keep coming
back (autocorrelation). A tempo counts only if it stands out, if its double and its half explain the
onsets clearly worse, if both halves of the piece say the same, and if something begins on its
beats: tones that beat against each other brighten the spectrum, too, in bands of which next to
nothing is heard, and keep time.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
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
# A note begins where a band is louder for a moment than it was before, by a share of its loudest
# within some seconds. Ripples of tones that beat fall again too soon, or rise too slowly.
BEFORE_HOPS = 8
AFTER_HOPS = range(2, 4)
RISE = 0.2
LOUDEST_WITHIN_HOPS = 50
LOUDEST_AROUND = 4  # such stretches, on either side
FLOOR = 0.02  # of the loudest band's: what is quieter than that is nobody's note
FAINTEST = 1e-3  # of a band's amplitude: dither and silence stay below
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
    bands = _band_amplitudes(mono, rate_hz)
    onsets = _standing_out(_brightening(bands))
    whole = _tempo(onsets)
    if whole is None or not _begins_on_beats(bands, whole):
        return None
    middle = len(onsets) // 2
    for half in (onsets[:middle], onsets[middle:]):
        found = _tempo(half)
        if found is None or abs(found / whole - 1) > AGREE:
            return None
    return round(whole, 1)


def _band_amplitudes(mono: Floats, rate_hz: float) -> Floats:
    """(hundredths of a second, bands); frames overlap, so only few are spread out at once."""
    hop, width = round(rate_hz / HOPS_PER_S), round(WINDOW_S * rate_hz)
    frames = sliding_window_view(mono, width)[::hop]
    starts = range(0, len(frames), FRAMES_AT_ONCE)
    return np.concatenate([_bands(frames[at : at + FRAMES_AT_ONCE]) for at in starts])


def _bands(frames: Floats) -> Floats:
    window = np.hanning(frames.shape[1]).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(frames * window))
    edges = np.unique(np.geomspace(1, spectrum.shape[1] - 1, BANDS).astype(int))
    return np.asarray(np.add.reduceat(spectrum, edges, axis=1), np.float32)


def _brightening(bands: Floats) -> Floats:
    """How much brighter each hundredth of a second is than the one before."""
    brightness = np.log1p(100 * bands)
    return np.asarray(np.maximum(brightness[2:] - brightness[:-2] - SWELL, 0).sum(axis=1))


def _begins_on_beats(bands: Floats, bpm: float) -> bool:
    """Whether what begins keeps coming back with the beat, or with every other one."""
    begun = _standing_out(_beginning(bands))
    if not begun.any():
        return False
    scores = _scores(_autocorrelation(begun), np.array([bpm / 2, bpm]))
    return float(scores.max()) >= CONFIDENT


def _beginning(bands: Floats) -> Floats:
    """By how much more than `RISE` bands get louder, each as a share of its loudest around."""
    levels = bands / _loudest_around(bands)
    before = sliding_window_view(levels, BEFORE_HOPS, axis=0).max(axis=-1)
    after = sliding_window_view(levels, len(AFTER_HOPS), axis=0).min(axis=-1)
    after = after[BEFORE_HOPS - 1 + AFTER_HOPS.start :]
    return np.asarray(np.maximum(after - before[: len(after)] - RISE, 0).sum(axis=1))


def _loudest_around(bands: Floats) -> Floats:
    """For each level the highest one of its band within some seconds; never next to nothing."""
    starts = np.arange(0, len(bands), LOUDEST_WITHIN_HOPS)
    loudest = np.maximum.reduceat(bands, starts, axis=0)
    beside = np.pad(loudest, ((LOUDEST_AROUND, LOUDEST_AROUND), (0, 0)))
    around = sliding_window_view(beside, 2 * LOUDEST_AROUND + 1, axis=0).max(axis=-1)
    floor = np.maximum(FLOOR * around.max(axis=1, keepdims=True), FAINTEST)
    highest = np.maximum(around, floor).repeat(LOUDEST_WITHIN_HOPS, axis=0)
    return np.asarray(highest[: len(bands)])


def _standing_out(strength: Floats) -> Floats:
    """What is above its surroundings; none of it below zero."""
    width = round(SMOOTHED_S * HOPS_PER_S)
    around = np.convolve(strength, np.ones(width) / width, mode="same")
    return np.asarray(np.maximum(strength - around, 0), np.float32)


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
