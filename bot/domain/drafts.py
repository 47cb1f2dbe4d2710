"""A request as a member typed it, and the check that makes a `Request` of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from pydantic import TypeAdapter

from bot.domain import problems
from bot.domain.characters import is_blank, visible
from bot.domain.jobs import Job
from bot.domain.models import (
    NEGATIVE_PROMPT_LIMIT,
    VARIATIONS_LIMIT,
    Model,
    Span,
    model_named,
    name_of,
)
from bot.domain.offer import Offer
from bot.domain.problems import NotTaken, Problem
from bot.domain.requests import Order, Relation, Request

SEED_LIMIT = 2**53 - 1  # Discord's own limit for a whole number
SEEDS = Span(least=0, most=SEED_LIMIT)
VARIATIONS = Span(least=1, most=VARIATIONS_LIMIT)
NEGATIVE_PROMPT = Span(least=0, most=NEGATIVE_PROMPT_LIMIT)


@dataclass(frozen=True, kw_only=True)
class Draft(Order):
    """What was typed, unchecked: `None` or an empty text where nothing was."""

    request: Request = field(default_factory=Request)
    variations: int = 1

    @classmethod
    def of(cls, job: Job, relation: Relation | None = None) -> Self:
        """The request of a job, as its member could have typed it; `relation` makes a child."""
        request = replace(job.request, model=name_of(job.request.model))
        parent_id = job.id if relation else None
        return cls(request=request, private=job.private, parent_id=parent_id, relation=relation)

    @property
    def is_cover(self) -> bool:
        """Whether it's to be made from audio, even if that is still to be given."""
        return self.request.reference is not None or self.relation is Relation.COVER

    def values(self) -> dict[str, Any]:
        """All of it by name, the request's own fields among the others."""
        values = vars(self.request) | vars(self)
        del values["request"]
        return values

    def having(self, **values: Any) -> Self:
        """The same but for these, by the names that `values` has."""
        around = {name: value for name, value in values.items() if name in vars(self)}
        asked = {name: value for name, value in values.items() if name not in around}
        return replace(self, request=replace(self.request, **asked), **around)

    def to_json(self) -> str:
        """For the store. Half a surrogate pair, which JSON from outside can spell, becomes `?`."""
        content = json.dumps(self.values(), default=vars, ensure_ascii=False)
        return content.encode("utf-8", "replace").decode()

    @classmethod
    def from_json(cls, content: str) -> "Draft":
        """Raises `ValueError` for what no draft of ours looks like."""
        given = {name: it for name, it in _OBJECT.validate_json(content).items() if it is not None}
        return replace(_DRAFT.validate_python(given), request=_REQUEST.validate_python(given))

    def reseeded(self) -> Self:
        """The same with a seed that will be drawn."""
        return self.having(seed=None)


# A draft is stored flat: the request reads its own fields from it, the draft the rest.
_OBJECT = TypeAdapter(dict[str, Any])
_DRAFT = TypeAdapter(Draft)
_REQUEST = TypeAdapter(Request)

NOTHING = Draft().values()  # what each option is where nothing was typed


def checked(draft: Draft, offer: Offer) -> Request:
    """What the model can be asked for, with the seed that was typed, if any was.

    Raises `NotTaken` if the model isn't on offer, or with a problem for each thing that it does
    not take.
    """
    asked, model = draft.request, _offered_model(draft, offer)
    request = replace(
        asked,
        model=model.id,
        prompt=asked.prompt.strip(),
        negative_prompt=visible(asked.negative_prompt),
        lyrics=visible(asked.lyrics),
    )
    found = _problems(request, model, offer)
    found += _number_problems("variations", draft.variations, VARIATIONS, model)
    if found:
        raise NotTaken(found)
    return request


def in_the_way(draft: Draft, options: Iterable[str], offer: Offer) -> list[str]:
    """Those of the options without which less would stand in the way of the request."""
    now = len(problems_of(draft, offer))
    without = {name: draft.having(**{name: NOTHING[name]}) for name in options}
    return [name for name, other in without.items() if len(problems_of(other, offer)) < now]


def problems_of(draft: Draft, offer: Offer) -> Sequence[Problem]:
    """All that stands in the way of the request."""
    try:
        checked(draft, offer)
    except NotTaken as error:
        return error.problems
    return []


def without_foreign_seed(draft: Draft, offer: Offer) -> Draft:
    """The seed of another track is nobody's wish, where the model takes none."""
    model = model_named(draft.request.model) if draft.request.model else offer.default
    if draft.relation is not None and model is not None and not model.seed:
        return draft.reseeded()
    return draft


def _offered_model(draft: Draft, offer: Offer) -> Model:
    typed = draft.request.model
    model = model_named(typed) if typed else offer.default
    if draft.is_cover and offer.covers is None:
        raise NotTaken([problems.CoversNotOffered()])
    if model is None:
        raise NotTaken([problems.UnknownModel(typed)])
    if model not in offer.models:
        raise NotTaken([problems.ModelNotOffered(model.name)])
    return model


def _problems(request: Request, model: Model, offer: Offer) -> list[Problem]:
    """What of it the model does not take; empty if it takes everything."""
    found = [
        *_prompt_problems(request, model),
        *_lyrics_problems(request, model),
        *_seconds_problems(request, model),
        *_reference_problems(request, model, offer),
    ]
    if request.negative_prompt and not model.negative_prompt:
        found.append(
            problems.OptionNotTaken("negative_prompt", model.name, request.negative_prompt)
        )
    else:
        avoided = request.negative_prompt or ""
        found += _length_problems("negative_prompt", avoided, NEGATIVE_PROMPT, model)
    if request.seed is not None and not model.seed:
        found.append(problems.OptionNotTaken("seed", model.name, str(request.seed)))
    elif request.seed is not None:
        found += _number_problems("seed", request.seed, SEEDS, model)
    if request.instrumental and model.sings and not model.instrumental:
        found.append(problems.AlwaysSings(model.name))
    return found


def _length_problems(option: str, text: str, taken: Span, model: Model) -> list[Problem]:
    given = len(text)
    return [] if given in taken else [problems.WrongLength(option, model.name, taken, given)]


def _number_problems(option: str, given: int, taken: Span, model: Model) -> list[Problem]:
    return [] if given in taken else [problems.OutOfRange(option, model.name, taken, given)]


def _prompt_problems(request: Request, model: Model) -> list[Problem]:
    if is_blank(request.prompt):
        return [problems.EmptyPrompt()]
    return _length_problems("prompt", request.prompt, model.prompt, model)


def _lyrics_problems(request: Request, model: Model) -> list[Problem]:
    if request.lyrics is None:
        needed = model.lyrics is not None and model.lyrics.instead is None
        return [problems.LyricsMissing(model.name)] if needed else []
    if model.lyrics is None:
        return [problems.OptionNotTaken("lyrics", model.name, request.lyrics)]
    if wrong := _length_problems("lyrics", request.lyrics, model.lyrics, model):
        return wrong
    return [problems.LyricsToInstrumental()] if request.instrumental else []


def _seconds_problems(request: Request, model: Model) -> list[Problem]:
    if request.seconds is None:
        return []
    if model.seconds is None:
        return [problems.OptionNotTaken("seconds", model.name, str(request.seconds))]
    return _number_problems("seconds", request.seconds, model.seconds, model)


def _reference_problems(request: Request, model: Model, offer: Offer) -> list[Problem]:
    if request.reference is None and model.reference:
        return [problems.AudioMissing(model.name)]
    if request.reference is not None and not model.reference and offer.covers:
        return [problems.AudioNotTaken(model.name, offer.covers.name)]
    return []
