"""Saved styles: what is said of them."""

from collections.abc import Iterator

from bot.domain.characters import shortened
from bot.domain.models import name_of
from bot.domain.styles import STYLES_LIMIT, Style
from bot.words.language import said, sentence
from bot.words.markdown import harmless
from bot.words.models import CHOICE_LIMIT
from bot.words.phrases import shown
from bot.words.tracks import option_format

LINE_LIMIT = 300
TEXT_LIMIT = 40

button_replace = sentence("Replace it")
style_question_gone = sentence(
    "I don't remember what you wanted to save any more. Use `/style save` again."
)
style_not_deleted = sentence("You don't have a style with that name. Nothing was deleted.")


def style_choice(style: Style) -> str:
    """A style in a list, as plain text: its name, and what it sets."""
    return shortened(f"{style.name}: {style_hint(style)}", CHOICE_LIMIT)


def style_hint(style: Style) -> str:
    """What a style sets, as plain text; Discord takes at most 100 characters below a name."""
    return shortened(", ".join(_parts(style)), CHOICE_LIMIT)


def style_saved(style: Style) -> str:
    """With what to do next."""
    return said(
        "Saved: {style}\nUse it with `/style use`, with `style` at `/compose`, or in `/studio`.",
        style=_line(style),
    )


def style_taken(old: Style, new: Style) -> str:
    """Asks before a style is replaced."""
    return said(
        "You already have a style with that name: {old}\nDo you want to replace it with this one? "
        "{new}",
        old=_line(old),
        new=_line(new),
    )


def styles_full() -> str:
    """One has to go before another can come."""
    return said(
        "You have {count} styles, and that's all I can keep for you. Delete one with "
        "`/style delete`, then save this one again.",
        count=STYLES_LIMIT,
    )


def style_deleted(name: str) -> str:
    """`name` as it was typed."""
    return said("Your style {style} is deleted.", style=shown(name))


def _line(style: Style) -> str:
    return (
        f"**{harmless(style.name, LINE_LIMIT)}**: {harmless(', '.join(_parts(style)), LINE_LIMIT)}"
    )


def _parts(style: Style) -> Iterator[str]:
    if style.model:
        yield name_of(style.model)
    if style.seconds is not None:
        yield said("{count} s", count=style.seconds)
    if style.audio_format:
        yield option_format(style.audio_format)
    if style.words:
        yield said("adds “{words}”", words=_in_short(style.words))
    if style.negative_prompt:
        yield said("without “{words}”", words=_in_short(style.negative_prompt))


def _in_short(text: str) -> str:
    return shortened(" ".join(text.split()), TEXT_LIMIT)
