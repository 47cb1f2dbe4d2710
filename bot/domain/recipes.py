"""Everything needed to make a track again, as text to copy."""

import re
from collections.abc import Iterator

from bot.domain.drafts import Draft
from bot.domain.jobs import Request
from bot.domain.models import name_of

# Each command with its options, by the names that members type and in the order of a recipe.
OPTIONS = {
    "/compose": (
        "prompt",
        "model",
        "negative_prompt",
        "lyrics",
        "seconds",
        "instrumental",
        "seed",
        "format",
        "variations",
        "private",
    ),
    "/cover": ("audio", "prompt", "lyrics", "private"),
}
# What Discord would read as the beginning of another option, or can't hold in one.
_UNFIT = {
    command: re.compile(rf"[\r\n\v\f\x85\u2028\u2029]|\b(?:{'|'.join(options)}):")
    for command, options in OPTIONS.items()
}


def command_of(request: Request) -> str | None:
    """The command in one line, or `None` if what was typed does not fit into one."""
    name, values = _name(request), list(_values(request))
    if any(_UNFIT[name].search(value) for _, value in values):
        return None
    return " ".join([name, *(f"{option}:{value}" for option, value in values)])


def listed(request: Request) -> str:
    """The command's name, then each option in a paragraph with its value as it was typed."""
    return "\n\n".join([_name(request), *_paragraphs(request)])


def typed(draft: Draft) -> str:
    """What a member typed, each option in a paragraph; empty if it was nothing."""
    return "\n\n".join(_paragraphs(draft))


def _name(asked: Request | Draft) -> str:
    return "/compose" if asked.reference is None else "/cover"


def _paragraphs(asked: Request | Draft) -> Iterator[str]:
    return (f"{option}:\n{value}" for option, value in _values(asked))


def _values(asked: Request | Draft) -> Iterator[tuple[str, str]]:
    """What was asked for. How many tracks of it, and for whom, is no part of a recipe."""
    wishes = {
        "prompt": asked.prompt or None,
        "model": asked.model and name_of(asked.model),
        "negative_prompt": asked.negative_prompt,
        "lyrics": asked.lyrics,
        "seconds": asked.seconds,
        "instrumental": asked.instrumental or None,
        "seed": asked.seed,
        "format": asked.audio_format,
    }
    if isinstance(asked, Draft):
        wishes["variations"] = asked.variations if asked.variations > 1 else None
        wishes["private"] = asked.private or None
        wishes["audio"] = asked.reference.file_name if asked.reference else None
    for option in OPTIONS[_name(asked)]:
        if (value := wishes.get(option)) is not None:
            yield option, str(value)
