"""Styles: named options that members save for themselves, to be used again with any prompt."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain import problems
from bot.domain.characters import is_blank, printable, visible
from bot.domain.drafts import Draft, problems_of
from bot.domain.models import model_named
from bot.domain.offer import Offer
from bot.domain.problems import NotTaken, OfStyle, Problem
from bot.domain.requests import AudioFormat

NAME_LIMIT = 40
STYLES_LIMIT = 25  # of one member: as many as a select offers
WORDS_LIMIT = 1000
_ENDS = ".,;:!?…"
_ANY = Draft().having(prompt="x")


@dataclass(frozen=True, kw_only=True)
class Style:
    """What is `None` is left to whoever uses the style. `words` are added to the prompt.

    Once checked, `name` is one harmless line and `model` an id, which can leave the catalogue.
    """

    name: str
    model: str | None = None
    negative_prompt: str | None = None
    seconds: int | None = None
    audio_format: AudioFormat | None = None
    words: str | None = None

    def applied_to(self, draft: Draft) -> Draft:
        """The draft with what it lacks; what was given explicitly wins."""
        asked = draft.request
        return draft.having(
            prompt=_joined(asked.prompt, self.words),
            model=asked.model or self.model or "",
            negative_prompt=visible(asked.negative_prompt) or self.negative_prompt,
            seconds=self.seconds if asked.seconds is None else asked.seconds,
            audio_format=asked.audio_format or self.audio_format,
        )

    def named_in(self, found: Sequence[Problem], draft: Draft) -> list[Problem]:
        """The same problems; those that the style brought into the draft say so."""
        before, after = draft.request, self.applied_to(draft).request
        brought = {name for name, value in vars(after).items() if value != vars(before)[name]}
        return [OfStyle(self.name, one) if _cause(one) in brought else one for one in found]


def checked_style(typed: Style, offer: Offer) -> Style:
    """As it can be saved. Raises `NotTaken` if it sets nothing, or what its own model can't do."""
    name, model = cleaned_name(typed.name), model_named(typed.model or "")
    style = replace(
        typed,
        name=name,
        model=model.id if model else typed.model,
        negative_prompt=visible(typed.negative_prompt),
        words=visible(typed.words),
    )
    found = _problems(style, offer)
    if is_blank(name) or len(name) > NAME_LIMIT:
        found.append(problems.BadStyleName(NAME_LIMIT))
    if style == Style(name=name):
        found.append(problems.EmptyStyle())
    if found:
        raise NotTaken(found)
    return style


def cleaned_name(typed: str) -> str:
    """A name on one line, without what can't be shown."""
    return " ".join(printable(typed).split())


def key_of(name: str) -> str:
    """The same for all spellings of a name: a member has one style of each."""
    folded = unicodedata.normalize("NFKC", cleaned_name(name)).casefold()
    return unicodedata.normalize("NFKC", folded)


def _problems(style: Style, offer: Offer) -> list[Problem]:
    """What its own model does not take of it, whatever the prompt will be."""
    if style.model is None:
        return []
    found = style.named_in(problems_of(style.applied_to(_ANY), offer), _ANY)
    return [one.problem for one in found if isinstance(one, OfStyle) and not _is_open(one.problem)]


def _is_open(problem: Problem) -> bool:
    """Whether the request that the style is used for can still do something about it."""
    return isinstance(problem, problems.LyricsMissing)


def _cause(problem: Problem) -> str | None:
    """The option that brought a problem about."""
    match problem:
        case (
            problems.UnknownModel()
            | problems.ModelNotOffered()
            | problems.LyricsMissing()
            | problems.AudioMissing()
        ):
            return "model"
        case problems.WrongLength("prompt", _, taken, given) if given < taken.least:
            return None
        case (
            problems.OptionNotTaken(option)
            | problems.OutOfRange(option)
            | problems.WrongLength(option)
        ):
            return option
    return None


def _joined(prompt: str, words: str | None) -> str:
    """The words after the prompt. They are no prompt by themselves."""
    if not words or is_blank(prompt):
        return prompt
    prompt = prompt.strip()
    return f"{prompt}{' ' if prompt[-1] in _ENDS else ', '}{words}"
