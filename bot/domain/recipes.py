"""Everything needed to make a track again, as text to copy."""

import re
from collections.abc import Iterator
from typing import Any

from bot.domain.drafts import Draft
from bot.domain.models import name_of
from bot.domain.requests import Request

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
        "style",
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


def typed(draft: Draft, *, style: str | None = None) -> str:
    """What a member typed, each option in a paragraph; empty if it was nothing."""
    request, reference = draft.request, draft.request.reference
    paragraphs = _paragraphs(
        request,
        variations=draft.variations if draft.variations > 1 else None,
        private=draft.private,
        audio=reference.file_name if reference else None,
        style=style,
    )
    return "\n\n".join(paragraphs)


def _name(request: Request) -> str:
    return "/compose" if request.reference is None else "/cover"


def _paragraphs(request: Request, **around: Any) -> Iterator[str]:
    return (f"{option}:\n{value}" for option, value in _values(request, **around))


def _values(request: Request, **around: Any) -> Iterator[tuple[str, str]]:
    """What was asked for. How many tracks of it, and for whom, is no part of a recipe.

    Nor is a style: what it sets is among the rest, so that the recipe works for everyone.
    """
    wishes = {
        **vars(request),
        **around,
        "prompt": request.prompt or None,
        "model": name_of(request.model) or None,
        "format": request.audio_format,
    }
    for option in OPTIONS[_name(request)]:
        if (value := wishes.get(option)) is not None and value is not False:
            yield option, str(value)
