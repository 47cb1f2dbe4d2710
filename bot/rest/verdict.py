"""What Discord's answer to a failed request means, judged in one place.

Only Discord's own JSON with a code that we know is a refusal. Anything else may come from something
on the way, such as a proxy or a firewall, and will pass. Source: Discord docs, Opcodes and Status
Codes > JSON Error Codes.
"""

from enum import Enum, auto

import discord


class Verdict(Enum):
    """What to make of an answer."""

    PASSES = auto()
    """Not in Discord's own words: try again. Whether it was carried out can't be known."""
    WAITS = auto()
    """Discord itself, or its edge, took nothing, and will later."""
    TOO_LARGE = auto()
    NO_REPLY = auto()
    """It takes the message, but not as a reply."""
    NOT_THERE = auto()
    """There is no such channel, nor anything in it."""
    CLOSED = auto()
    """This won't work later, either."""
    UNKNOWN = auto()
    """In Discord's own words, which we don't know: nothing was taken."""


# Discord has none below but 0, which says nothing, and none of more than six digits.
FIRST_CODE, LAST_CODE = 10_000, 9_999_999
UNKNOWN_CHANNEL_CODE = 10003
UNKNOWN_MEMBER_CODE = 10007
UNKNOWN_MESSAGE_CODE = 10008
UNKNOWN_WEBHOOK_CODE = 10015
UNKNOWN_INTERACTION_CODE = 10062
TOO_LARGE_CODES = frozenset({40005, 50045})
NO_HISTORY_FOR_REPLY_CODE = 160002
DEAD_INTERACTION_CODE = 50027
ALREADY_ANSWERED_CODE = 40060
UNAUTHORIZED, PAYLOAD_TOO_LARGE, TOO_MANY = 401, 413, 429
SERVER_ERROR = 500

# An address, a network or an application that Discord's edge does not let through, limits of
# several kinds, tokens, and what is switched off or overloaded for now.
_WAITS = frozenset(
    {
        *(20016, 20022, 20028, 20029, 30046, 31001, 31002, 40001, 40004, 40006, 40062),
        *(40333, 50014, 50025, 110001, 130000),
    }
)
_CLOSED = frozenset(
    {
        # what was named is not there (any more)
        *(10004, UNKNOWN_MEMBER_CODE, UNKNOWN_MESSAGE_CODE, 10013, UNKNOWN_WEBHOOK_CODE),
        *(UNKNOWN_INTERACTION_CODE, DEAD_INTERACTION_CODE, ALREADY_ANSWERED_CODE),
        # the bot may not, or this member or channel takes nothing from it
        *(20009, 40058, 50001, 50003, 50005, 50007, 50008, 50009, 50013, 50020, 50021, 50024),
        *(50083, 50278, 160004, 160005, 160006, 200000, 200001, 240000, 30033, 40067),
        # the message itself
        *(50006, 50035, 50068, 50109),
    }
)


def verdict_on(error: discord.HTTPException) -> Verdict:
    """What to do about it."""
    code = own_code(error)
    if error.status >= SERVER_ERROR:
        return Verdict.PASSES
    if error.status == PAYLOAD_TOO_LARGE or code in TOO_LARGE_CODES:
        return Verdict.TOO_LARGE
    if error.status in {UNAUTHORIZED, TOO_MANY} and code != DEAD_INTERACTION_CODE:
        # 401 is about the bot's own token: the host has made a new one, and will use it.
        return Verdict.WAITS
    if code is None:
        return Verdict.PASSES
    if code in _WAITS:
        return Verdict.WAITS
    return _by_code(code)


def _by_code(code: int) -> Verdict:
    if code == NO_HISTORY_FOR_REPLY_CODE:
        return Verdict.NO_REPLY
    if code == UNKNOWN_CHANNEL_CODE:
        return Verdict.NOT_THERE
    return Verdict.CLOSED if code in _CLOSED else Verdict.UNKNOWN


def own_code(error: discord.HTTPException) -> int | None:
    """The code, if the answer is Discord's own JSON. Others send JSON with a `code`, too."""
    code: object = error.code
    named = (
        isinstance(code, int) and FIRST_CODE <= code <= LAST_CODE and isinstance(error.text, str)
    )
    return error.code if named and error.text else None


def may_pass(error: discord.HTTPException) -> bool:
    """Whether the same may be taken if it is sent once more."""
    return verdict_on(error) in {Verdict.PASSES, Verdict.WAITS, Verdict.UNKNOWN}
