"""What the picture of a sound shows, in words, for those who can't see it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean, median

from bot import words
from bot.audio.sound import Sound, clock

ALT_TEXT_LIMIT = 1000
COURSE_FROM_S = 3.0  # nothing develops in less
VERY_QUIET_DB = -40.0
LOUD_SHARE = 0.9  # of the time is quieter than what counts as loud

# All relative to the loud level.
REACHED_DB = -4.0
LEFT_DB = -6.0
QUIETER_DB = -9.0
SILENCE_DB = -35.0
FAINT_DB = -15.0
PASSAGES = 3

# How long something must last to be told: listeners forget what is shorter.
SHORTEST_NOTABLE_S = 1.5
NOTABLE_SHARE = 0.04
LEAST_ENERGY = 1e-12
ENOUGH = 12


def describe(sound: Sound) -> str:
    """The alt text, at most `ALT_TEXT_LIMIT` characters: length, tempo, and how loudness goes."""
    sentences = [words.sound_length(sound.duration_s, sound.tempo_bpm)]
    if sound.silent:
        sentences.append(words.sound_silent())
    else:
        if sound.duration_s >= COURSE_FROM_S:
            sentences.append(_course(sound))
        if sound.loudness_db < VERY_QUIET_DB:
            sentences.append(words.sound_very_quiet())
    return " ".join(sentences)[:ALT_TEXT_LIMIT]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Levels in dB, relative to the loud parts, `step_s` apart; `last_db` is the very end's.

    Each level is what prevails around it, so that single notes and gaps between notes do not count.
    """

    levels_db: Sequence[float]
    last_db: float
    step_s: float
    notable_s: float

    def at(self, index: int) -> str:
        """The place in the track."""
        return clock(round(index * self.step_s))

    def first(self, level_db: float, lasting_db: float) -> int:
        """Where this level is reached for the first time and then not lost at once."""
        width = max(round(self.notable_s / self.step_s), 1)
        reached = [index for index, level in enumerate(self.levels_db) if level >= level_db]
        lasting = (i for i in reached if min(self.levels_db[i : i + width]) >= lasting_db)
        return next(lasting, reached[0])

    def last(self, level_db: float) -> int:
        """Where this level is left for good."""
        count = len(self.levels_db)
        return count - next(n for n, level in enumerate(self.levels_db[::-1]) if level >= level_db)


def _course(sound: Sound) -> str:
    curve = _curve(sound)
    start, end = curve.first(REACHED_DB, QUIETER_DB), curve.last(LEFT_DB)
    parts = [*_beginning(curve, start), *_middle(curve, start, end), *_end(curve, end)]
    if parts == [words.sound_starts_at_once(), words.sound_stops()]:
        return words.sound_even()
    return words.sound_course(parts)


def _curve(sound: Sound) -> Curve:
    energies = [rms**2 for rms in sound.envelope.rms]
    step_s = sound.duration_s / len(energies)
    notable_s = max(SHORTEST_NOTABLE_S, NOTABLE_SHARE * sound.duration_s)
    reach = max(round(notable_s / step_s / 2), 1)
    prevailing = [median(near) for near in _around(energies, reach)]
    loud = max(sorted(prevailing)[int(LOUD_SHARE * (len(prevailing) - 1))], LEAST_ENERGY)
    return Curve(
        levels_db=[_db(energy / loud) for energy in prevailing],
        last_db=_db(fmean(energies[-reach // 2 :]) / loud),
        step_s=step_s,
        notable_s=notable_s,
    )


def _around(values: Sequence[float], reach: int) -> Iterator[Sequence[float]]:
    """For each value some of those at most `reach` before and after it: enough for a median."""
    stride = max(reach // ENOUGH, 1)
    for index in range(len(values)):
        yield values[max(0, index - reach) : index + reach + 1 : stride]


def _db(energy: float) -> float:
    return 10 * math.log10(max(energy, LEAST_ENERGY))


def _beginning(curve: Curve, start: int) -> list[str]:
    if start * curve.step_s < curve.notable_s:
        return [words.sound_starts_at_once()]
    before = curve.levels_db[: max(start // 3, 1)]
    silent = max(before) < SILENCE_DB
    opening = words.sound_starts_silent() if silent else words.sound_starts_quietly()
    shortly_before = start - round(curve.notable_s / curve.step_s)
    leaps = curve.levels_db[max(shortly_before, 0)] < QUIETER_DB
    told = words.sound_loud_from if leaps else words.sound_builds_up
    return [opening, told(curve.at(start))]


def _middle(curve: Curve, start: int, end: int) -> list[str]:
    """The longest quieter passages, in the order in which they come."""
    notable = curve.notable_s / curve.step_s
    passages: list[tuple[int, int]] = []
    for since, until in _quieter(curve, start, end):
        goes_on = passages and since - passages[-1][1] < notable  # loud for no more than a moment
        passages.append((passages.pop()[0] if goes_on else since, until))
    lengths = {(since, until): until - since for since, until in passages}
    told = sorted(lengths, key=lengths.__getitem__, reverse=True)[:PASSAGES]
    return [_passage(curve, *passage) for passage in sorted(told) if lengths[passage] >= notable]


def _quieter(curve: Curve, start: int, end: int) -> Iterator[tuple[int, int]]:
    """All that is quieter, however short; at `end` it is loud again."""
    quiet = (index for index in range(start, end) if curve.levels_db[index] < QUIETER_DB)
    for _, run in groupby(enumerate(quiet), lambda item: item[1] - item[0]):
        indices = [index for _, index in run]
        yield indices[0], indices[-1] + 1


def _passage(curve: Curve, since: int, until: int) -> str:
    silent = min(curve.levels_db[since:until]) < SILENCE_DB
    told = words.sound_pauses if silent else words.sound_quieter
    return told(curve.at(since), curve.at(until))


def _end(curve: Curve, end: int) -> list[str]:
    tail_s = (len(curve.levels_db) - end) * curve.step_s
    faint = curve.last_db < FAINT_DB
    if tail_s < curve.notable_s:
        return [words.sound_fades() if faint else words.sound_stops()]
    return [
        words.sound_fades_from(curve.at(end)) if faint else words.sound_quieter_from(curve.at(end))
    ]
