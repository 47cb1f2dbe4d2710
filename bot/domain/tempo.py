"""The tempo that a prompt names, and what it says of the one that was measured.

A beat and every other beat are both heard as the beat, so a measured tempo may be half or double of
what was meant. Only that is the prompt's to decide: models do not always keep to it.
"""

import re
import unicodedata
from collections.abc import Iterator

SLOWEST_BPM, FASTEST_BPM = 35.0, 320.0  # what else is called so is no tempo
NEAR = 0.06  # by how much the music may be off what was asked for
OCTAVES = (0.5, 2.0)

_NUMBER = r"(?<![\w.,/:#$€£-])(\d{2,3}(?:[.,]\d+)?)"
_TO = r" ?(?:-|\u2013|\u2014|/|to|and|or|bis|und|oder|à|a|y|et|ou) ?"
_RANGE = rf"{_NUMBER}(?:{_TO}(\d{{2,3}}(?:[.,]\d+)?))?"
_UNIT = (
    r" ?-?(?:bpm|b\.p\.m|ppm|beats? ?(?:per|a|/|pro) ?min|schläge|battements|pulsations|"
    r"pulsaciones|pulsos por|golpes por|battiti|batidas|уд)"
)
_NAMED_BEFORE = (
    r"(?:bpm|tempo\w*|metronome?|\u2669) ?[:=~\u2248]? ?"
    r"(?:(?:of|at|is|about|around|roughly|approx\.?|between|from|von|bei|um|ca\.?|circa|etwa|"
    r"zwischen|de|di|à|a) ?[~\u2248]?){0,2} ?"
)
_AT = r"(?:\b(?:at|bei|um|à)|@) ?[~\u2248]?"
_ENDS = r"(?![\w%°]|[.,:/-]\d)"
_ENDS_THERE = (
    r"(?= ?(?:$|[,;.!?)(](?!\d)|[-\u2013\u2014] |(?:and|with|but|in|und|mit|aber|avec|con)\b))"
)
_REFUSED = r"(?P<not>\b(?:no|not|never|without|than|instead of|nicht|keine?|statt|als) (?:at )?)?"
_NAMED = re.compile(
    rf"{_REFUSED}(?:{_RANGE}{_UNIT}|{_NAMED_BEFORE}{_RANGE}{_ENDS}|{_AT} ?{_RANGE}{_ENDS_THERE})"
)


def in_named_octave(measured_bpm: float, prompt: str) -> float:
    """The measured tempo, or its half or double if the prompt names that one and not this one."""
    named = list(named_bpm(prompt))

    def is_named(bpm: float) -> bool:
        return any(low * (1 - NEAR) <= bpm <= high * (1 + NEAR) for low, high in named)

    others = [measured_bpm * ratio for ratio in OCTAVES if is_named(measured_bpm * ratio)]
    return others[0] if len(others) == 1 and not is_named(measured_bpm) else measured_bpm


def named_bpm(prompt: str) -> Iterator[tuple[float, float]]:
    """The lowest and the highest of each tempo that is asked for; the same where it is one."""
    lines = unicodedata.normalize("NFKC", prompt).lower().splitlines()
    for match in _NAMED.finditer(", ".join(" ".join(line.split()) for line in lines)):
        if match["not"]:
            continue
        numbers = (float(one.replace(",", ".")) for one in match.groups()[1:] if one)
        known = [bpm for bpm in numbers if SLOWEST_BPM <= bpm <= FASTEST_BPM]
        if known:
            yield min(known), max(known)
