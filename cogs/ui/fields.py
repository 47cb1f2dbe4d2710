"""The fields of dialogs in which requests are typed."""

from dataclasses import dataclass
from typing import Any

import discord

from bot import words
from bot.domain.models import MODELS, NEGATIVE_PROMPT_LIMIT, PROMPT_LIMIT, Model
from bot.words.language import Sentence

NUMBER_LIMIT = 16  # digits of the largest number that Discord itself takes


@dataclass(frozen=True)
class _Text:
    """A field to type in, with what is said around it."""

    label: Sentence
    most: int = NUMBER_LIMIT
    hint: Sentence | None = None


TEXTS = {
    "prompt": _Text(words.modal_prompt, PROMPT_LIMIT, words.modal_prompt_hint),
    "negative_prompt": _Text(words.modal_avoid, NEGATIVE_PROMPT_LIMIT),
    "lyrics": _Text(words.modal_lyrics, PROMPT_LIMIT, words.modal_lyrics_hint),
}
NUMBERS = {
    "seconds": _Text(words.modal_seconds, hint=words.modal_seconds_hint),
    "seed": _Text(words.modal_seed),
    "variations": _Text(words.modal_variations),
}
_LONG = {"prompt", "lyrics"}


def prompt_field(typed: str) -> discord.ui.Label[Any]:
    """The one that can't be left empty."""
    return text_field("prompt", typed, required=True)


def text_field(name: str, typed: str | None, *, required: bool = False) -> discord.ui.Label[Any]:
    """A field of `TEXTS` or `NUMBERS`, with as much of what was typed as it holds."""
    text = (TEXTS | NUMBERS)[name]
    # A field of one line can't hold line breaks.
    long = name in _LONG or "\n" in (typed or "")
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        default=(typed or "")[: text.most] or None,
        required=required,
        max_length=text.most,
    )
    hint = text.hint() if text.hint else None
    return discord.ui.Label(text=text.label(), description=hint, component=field)


def model_field(chosen: Model, *, for_audio: bool = False) -> discord.ui.Label[Any]:
    """The models that make tracks from a prompt alone, or from audio."""
    options = [
        discord.SelectOption(
            label=model.name,
            value=model.id,
            description=words.model_hint(model),
            default=model is chosen,
        )
        for model in MODELS.values()
        if bool(model.reference) == for_audio
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(custom_id="model", options=options)
    return discord.ui.Label(text=words.modal_model(), component=select)
