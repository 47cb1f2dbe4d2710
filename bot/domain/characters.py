"""Which characters can be seen, which ones are left out, and where a text may be cut.

Discord counts code points in all of its limits (discord-api-docs issue 1315), and so does this.
"""

import re
import unicodedata

ELLIPSIS = "…"
PARTS_LIMIT = 32  # of one visible character; more are marks piled up, which may be cut anywhere
_EMOJI_JOINER = "\u200d"
JOINERS = frozenset({_EMOJI_JOINER, "\u200c"})  # the second shapes letters of Persian and others
# Nothing to see, though their category says letter or symbol: Hangul fillers, empty braille, the
# blanks of Egyptian, a note without a head.
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159")
_UNSEEN_KINDS = frozenset({"Mn", "Me", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co"})
# Unassigned, and yet known to be invisible: what Unicode's DerivedCoreProperties.txt reserves as
# Default_Ignorable_Code_Point. All else without a category may be newer than this Python.
_RESERVED_UNSEEN = re.compile("[\u2065\ufff0-\ufff8\U000e0000-\U000e0fff]")
_NONCHARACTERS = range(0xFDD0, 0xFDF0)  # and the last two of each plane
# Controls, marks and overrides of the direction, annotations, halves of surrogate pairs.
_LEFT_OUT = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb"
    "\ud800-\udfff]"
)
_SKIN_AND_TAGS = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_HALVES_OF_FLAGS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def is_blank(text: str) -> bool:
    """Whether nothing in it can be seen: spaces, controls, joiners, accents without a letter."""
    return not any(map(is_seen, text))


def visible(text: str | None) -> str | None:
    """Text without the white space at its ends. One of which nothing can be seen is none."""
    return None if text is None or is_blank(text) else text.strip()


def is_seen(char: str) -> bool:
    """Whether it shows something by itself; what this Python does not know yet is taken to."""
    kind = unicodedata.category(char)
    if kind == "Cn":
        never = ord(char) in _NONCHARACTERS or ord(char) & 0xFFFE == 0xFFFE
        return not never and _RESERVED_UNSEEN.match(char) is None
    return kind not in _UNSEEN_KINDS and char not in _UNSEEN


def printable(text: str) -> str:
    """All of it that can be shown: line breaks of every kind are `\\n`, and tabs are spaces.

    Without controls, and without what turns the direction of the text around it.
    """
    return _LEFT_OUT.sub("", "\n".join(text.replace("\t", " ").splitlines()))


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters. What is cut ends with an ellipsis, and with no half character."""
    if len(text) <= limit:
        return text
    return text[: whole(text, limit - 1)] + ELLIPSIS if limit > 0 else ""


def whole(text: str, end: int) -> int:
    """The last place up to `end` that no visible character lies across."""
    least = max(end - PARTS_LIMIT, 0)
    return next((at for at in range(end, least - 1, -1) if not belongs(text, at)), end)


def belongs(text: str, index: int) -> bool:
    """Whether this character is one with that before: an accent, a joined emoji, half a flag."""
    if not 0 < index < len(text):
        return False
    char = text[index]
    return (
        char in JOINERS
        or text[index - 1] == _EMOJI_JOINER
        or unicodedata.category(char).startswith("M")
        or _SKIN_AND_TAGS.match(char) is not None
        or _is_half_a_flag(text, index)
    )


def _is_half_a_flag(text: str, index: int) -> bool:
    """Flags are pairs of letters; where many stand in a row, they are counted from the first."""
    before = text[:index]
    halves = len(before) - len(before.rstrip(_HALVES_OF_FLAGS))
    return text[index] in _HALVES_OF_FLAGS and halves % 2 == 1
