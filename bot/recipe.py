"""Everything needed to make a track again, as text to copy."""

import re
from collections.abc import Iterator

from bot.jobs import Brief
from bot.provider.models import name_of

OPTIONS = (
    "prompt",
    "model",
    "negative_prompt",
    "lyrics",
    "seconds",
    "instrumental",
    "seed",
    "format",
)
COVER_OPTIONS = ("prompt", "lyrics")
# What Discord would read as the beginning of another option, or can't hold in one.
_UNFIT = re.compile(rf"[\r\n\v\f\x85\u2028\u2029]|\b(?:{'|'.join(OPTIONS)}):")


def command_of(brief: Brief) -> str | None:
    """The command in one line, or `None` if what was typed does not fit into one."""
    values = list(_values(brief))
    if any(_UNFIT.search(value) for _, value in values):
        return None
    return " ".join([_name(brief), *(f"{option}:{value}" for option, value in values)])


def listed(brief: Brief) -> str:
    """The command's name, then each option in a paragraph with its value as it was typed."""
    return "\n\n".join([_name(brief), *(f"{option}:\n{value}" for option, value in _values(brief))])


def _name(brief: Brief) -> str:
    return "/compose" if brief.reference is None else "/cover"


def _values(brief: Brief) -> Iterator[tuple[str, str]]:
    wishes = {
        "prompt": brief.prompt,
        "model": name_of(brief.model),
        "negative_prompt": brief.negative_prompt,
        "lyrics": brief.lyrics,
        "seconds": brief.seconds,
        "instrumental": brief.instrumental or None,
        "seed": brief.seed,
        "format": brief.audio_format,
    }
    for option in OPTIONS if brief.reference is None else COVER_OPTIONS:
        if (value := wishes[option]) is not None:
            yield option, str(value)
