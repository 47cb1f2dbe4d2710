"""What the buttons say that send a refused request after all, changed by what helps."""

from collections.abc import Mapping
from typing import Any

from bot.domain.remedies import Remedy
from bot.words.language import Sentence, counted, said, sentence
from bot.words.phrases import listed


def remedy(offered: Remedy) -> str:
    """All that the remedy changes; Discord takes at most 80 characters."""
    changes, model = offered.changes, offered.model
    if model is None and len(changes) == 1:
        return _single(offered)
    if model is not None and not changes:
        return said("Use {model}", model=model)
    all_changes = listed([_change(option, value) for option, value in changes.items()])
    if model is None:
        return said("Send {changes}", changes=all_changes)
    return said("Use {model} {changes}", model=model, changes=all_changes)


def _single(offered: Remedy) -> str:
    ((option, value),) = offered.changes.items()
    match option, value:
        case "seconds", int() if value < (offered.before.request.seconds or 0):
            return said("Shorten to {seconds} seconds", seconds=value)
        case "seconds", int():
            return counted("Lengthen to {count} second", "Lengthen to {count} seconds", count=value)
        case "variations", int():
            return counted("Make {count} version", "Make {count} versions", count=value)
    return _SINGLE[option]()


def _change(option: str, value: Any) -> str:
    match option, value:
        case "seconds", int():
            return counted("with {count} second", "with {count} seconds", count=value)
        case "variations", int():
            return counted("with {count} version", "with {count} versions", count=value)
    return _AMONG_OTHERS[option]()


_SINGLE: Mapping[str, Sentence] = {
    "lyrics": sentence("Send without lyrics"),
    "negative_prompt": sentence("Send without things to avoid"),
    "seconds": sentence("Send without a length"),
    "seed": sentence("Send without a seed"),
    "instrumental": sentence("Send with vocals"),
    "private": sentence("Send it just to me"),
}
_AMONG_OTHERS: Mapping[str, Sentence] = {
    "lyrics": sentence("without lyrics"),
    "negative_prompt": sentence("without things to avoid"),
    "seconds": sentence("without a length"),
    "seed": sentence("without a seed"),
    "instrumental": sentence("with vocals"),
}


def remedy_used(url: str | None) -> str:
    """A remedy's button makes one track; `url` is its card, if it can be gone to."""
    there = said(
        "You've started this one already: {place}", place=url or said("look for it in `/jobs`")
    )
    one_more = said("For one more track, press Edit and send it.")
    return f"{there}\n{one_more}"
