"""What the picture of a sound shows, in words, for those who can't see it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot import words
from bot.audio.sound import FLOOR_DB, Sound, clock

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


def describe(sound: Sound) -> str:
    """The alt text, at most `ALT_TEXT_LIMIT` characters: length, tempo, and how loudness goes."""
    sentences = [words.sound_length(sound.duration_s, sound.tempo_bpm)]
    if sound.silent:
        sentences.append(words.SOUND_SILENT)
    else:
        if sound.duration_s >= COURSE_FROM_S:
            sentences.append(_course(sound))
        if sound.loudness_db < VERY_QUIET_DB:
            sentences.append(words.SOUND_VERY_QUIET)
    return " ".join(sentences)[:ALT_TEXT_LIMIT]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Levels in dB, relative to the loud parts, each `step_s` long and smoothed over its kin."""

    levels_db: Sequence[float]
    step_s: float

    @property
    def notable_s(self) -> float:
        """How long something must last to be told: listeners forget what is shorter."""
        return max(1.5, 0.04 * self.step_s * len(self.levels_db))

    def at(self, index: int) -> str:
        """The place in the track."""
        return clock(index * self.step_s)

    def first(self, level_db: float) -> int:
        """Where this level is reached for the first time."""
        return next(index for index, level in enumerate(self.levels_db) if level >= level_db)

    def last(self, level_db: float) -> int:
        """Where this level is left for good."""
        count = len(self.levels_db)
        return count - next(n for n, level in enumerate(self.levels_db[::-1]) if level >= level_db)


def _course(sound: Sound) -> str:
    curve = _curve(sound)
    start, end = curve.first(REACHED_DB), curve.last(LEFT_DB)
    parts = [*_beginning(curve, start), *_middle(curve, start, end), *_end(curve, end)]
    if parts == [words.SOUND_STARTS_AT_ONCE, words.SOUND_STOPS]:
        return words.SOUND_EVEN
    return words.sound_course(parts)


def _curve(sound: Sound) -> Curve:
    """The envelope's RMS, averaged over half a notable time, in dB to what is loud in it."""
    energies = [rms**2 for rms in sound.envelope.rms]
    step_s = sound.duration_s / len(energies)
    reach = max(round(max(0.75, 0.02 * sound.duration_s) / step_s / 2), 1)
    smooth = []
    for index in range(len(energies)):
        near = energies[max(0, index - reach) : index + reach + 1]
        smooth.append(sum(near) / len(near))
    loud = max(sorted(smooth)[int(LOUD_SHARE * (len(smooth) - 1))], 1e-12)
    levels = [
        max(10 * math.log10(energy / loud), FLOOR_DB) if energy else FLOOR_DB for energy in smooth
    ]
    return Curve(levels_db=levels, step_s=step_s)


def _beginning(curve: Curve, start: int) -> list[str]:
    if start * curve.step_s < curve.notable_s:
        return [words.SOUND_STARTS_AT_ONCE]
    before = curve.levels_db[: max(start // 3, 1)]
    silent = max(before) < SILENCE_DB
    opening = words.SOUND_STARTS_SILENT if silent else words.SOUND_STARTS_QUIETLY
    shortly_before = start - round(curve.notable_s / curve.step_s)
    leaps = curve.levels_db[max(shortly_before, 0)] < QUIETER_DB
    told = words.sound_loud_from if leaps else words.sound_builds_up
    return [opening, told(curve.at(start))]


def _middle(curve: Curve, start: int, end: int) -> list[str]:
    """The longest quieter passages, in the order in which they come."""
    passages = []
    since = start
    for index in range(start, end):
        if curve.levels_db[index] >= QUIETER_DB:
            if (index - since) * curve.step_s >= curve.notable_s:
                passages.append((since, index))
            since = index + 1
    passages = sorted(passages, key=lambda passage: passage[0] - passage[1])[:PASSAGES]
    return [_passage(curve, since, until) for since, until in sorted(passages)]


def _passage(curve: Curve, since: int, until: int) -> str:
    silent = min(curve.levels_db[since:until]) < SILENCE_DB
    told = words.sound_pauses if silent else words.sound_quieter
    return told(curve.at(since), curve.at(until))


def _end(curve: Curve, end: int) -> list[str]:
    tail_s = (len(curve.levels_db) - end) * curve.step_s
    faint = curve.levels_db[-1] < FAINT_DB
    if tail_s < curve.notable_s:
        return [words.SOUND_FADES if faint else words.SOUND_STOPS]
    return [
        words.sound_fades_from(curve.at(end)) if faint else words.sound_quieter_from(curve.at(end))
    ]
