"""The fields of dialogs in which requests are typed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import discord

from bot import words
from bot.domain.models import NEGATIVE_PROMPT_LIMIT, PROMPT_LIMIT, Model
from bot.domain.offer import Offer
from bot.words.language import Sentence

NUMBER_LIMIT = 16  # digits of the largest number that Discord itself takes

Label = discord.ui.Label[Any]


class Text(NamedTuple):
    """What is typed, of at most so many characters."""

    label: Sentence
    most: int
    hint: Sentence | None = None


class Number(NamedTuple):
    """A whole number, or nothing."""

    label: Sentence
    hint: Sentence | None = None


class Tick(NamedTuple):
    """Yes or no."""

    label: Sentence
    hint: Sentence


KINDS = (Text, Number, Tick)  # in the order in which the dialog shows them
# In the order in which those that have to be fixed get a place.
OPTIONS: Mapping[str, Text | Number | Tick] = {
    "negative_prompt": Text(words.modal_avoid, NEGATIVE_PROMPT_LIMIT),
    "lyrics": Text(words.modal_lyrics, PROMPT_LIMIT, words.modal_lyrics_hint),
    "seconds": Number(words.modal_seconds, words.modal_seconds_hint),
    "instrumental": Tick(words.modal_instrumental, words.modal_instrumental_hint),
    "seed": Number(words.modal_seed),
    "variations": Number(words.modal_variations),
    "private": Tick(words.modal_private, words.modal_private_hint),
}
_PROMPT = Text(words.modal_prompt, PROMPT_LIMIT, words.modal_prompt_hint)


def prompt_field(typed: str) -> Label:
    """The one that can't be left empty."""
    return _text_field("prompt", _PROMPT, typed, required=True)


def option_field(name: str, value: Any) -> Label:
    """The field of one of `OPTIONS`, with as much of the value as it holds."""
    match OPTIONS[name]:
        case Tick(label, hint):
            tick: discord.ui.Checkbox[Any] = discord.ui.Checkbox(custom_id=name, default=value)
            return discord.ui.Label(text=label(), description=hint(), component=tick)
        case Number(label, hint):
            typed = None if value is None else str(value)
            return _text_field(name, Text(label, NUMBER_LIMIT, hint), typed)
        case Text() as text:
            return _text_field(name, text, value)


def model_field(
    offer: Offer, chosen: Model | None, *, for_audio: bool = False, hint: str | None = None
) -> Label:
    """The models on offer that make tracks from a prompt alone, or from audio.

    Discord takes no empty list: if there's no such model, the default is in it all the same, and is
    refused once it's sent.
    """
    options = [
        discord.SelectOption(
            label=model.name,
            value=model.id,
            description=words.model_hint(model, offer.share(model)),
            default=model is chosen,
        )
        for model in offer.making(covers=for_audio) or [offer.default]
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(custom_id="model", options=options)
    return discord.ui.Label(text=words.modal_model(), description=hint, component=select)


def _text_field(name: str, text: Text, typed: str | None, *, required: bool = False) -> Label:
    # A field of one line can't hold line breaks.
    long = name in {"prompt", "lyrics"} or "\n" in (typed or "")
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        default=(typed or "")[: text.most] or None,
        required=required,
        max_length=text.most,
    )
    hint = text.hint() if text.hint else None
    return discord.ui.Label(text=text.label(), description=hint, component=field)
