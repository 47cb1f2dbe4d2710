"""What can be done about a request that can't go out as it was typed, without typing anything.

A remedy is the same draft but for what it names, and the model surely takes it. Texts are never
cut: a model that takes them is found, or the member changes them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import chain, combinations, islice
from typing import Any

from bot.domain.drafts import NOTHING, Draft, problems_of, without_foreign_seed
from bot.domain.models import Model
from bot.domain.offer import Offer
from bot.domain.problems import (
    AlwaysSings,
    LyricsToInstrumental,
    NotANumber,
    OptionNotTaken,
    OutOfRange,
    Problem,
    WrongLength,
)
from bot.domain.requests import Relation

MODELS_OFFERED = 2
CHANGES_LIMIT = 3  # more can't be said on a button
ALIKE = 0.6  # how much so two names are, one of which has a typing mistake
NAME_LIMIT = 80  # of what was typed as a model, so much is looked at
NUMBERS = ("seconds", "seed", "variations")
RIVALS = ("lyrics", "instrumental")  # don't go together, so either is left out


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """The changed draft. `changes` are the options that differ, with what they are now; `model` is
    the name of the other model, if it takes one."""

    before: Draft
    draft: Draft
    changes: Mapping[str, Any]
    model: str | None = None

    @property
    def key(self) -> str:
        """16 letters that name this remedy among all of its draft."""
        before = self.before.values()
        changed = {
            name: value for name, value in self.draft.values().items() if value != before[name]
        }
        digest = hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).digest()
        return "".join(chr(ord("a") + byte % 26) for byte in digest[:16])


def remedies(found: Sequence[Problem], draft: Draft, offer: Offer) -> list[Remedy]:
    """What helps against these problems of the draft: at most four, the best first."""
    unread = [one.option for one in found if isinstance(one, NotANumber)]
    if unread:
        offered = [_without(draft, unread)]
    elif problems_of(draft, offer):
        fixes = list(_fixes(draft, offer))
        fewest = min((len(fix.changes) for fix in fixes), default=CHANGES_LIMIT + 1)
        others = (one for one in _other_models(draft, offer) if len(one.changes) < fewest)
        offered = [*fixes, *islice(others, MODELS_OFFERED)]
    else:  # nothing that can be seen in it, such as a file that can't be read
        offered = []
    return [
        remedy
        for remedy in offered
        if len(remedy.changes) + bool(remedy.model) <= CHANGES_LIMIT
        and not problems_of(remedy.draft, offer)
    ]


def smaller(draft: Draft, offer: Offer, fits: Callable[[Draft], bool]) -> list[Remedy]:
    """Against a request that counts as too many tracks: as many versions of it as fit, and other
    models, those first that take the most of it."""
    fitting = [one for one in _smaller(draft, offer) if fits(one.draft)]
    fewer = [one for one in fitting if one.model is None]
    others = [one for one in fitting if one.model and len(one.changes) < CHANGES_LIMIT]
    others.sort(key=lambda one: len(one.changes))
    return [*fewer[:1], *others[:MODELS_OFFERED]]


def made_private(draft: Draft) -> Remedy:
    """Against a channel in which the bot can't post."""
    changes = {"private": True}
    return Remedy(before=draft, draft=draft.having(**changes), changes=changes)


def remedied(draft: Draft, key: str, offer: Offer) -> Draft | None:
    """What the button with this key sends in place of the stored draft; `None` if it isn't offered
    any more, as after the models have changed."""
    # What couldn't be read isn't in the draft.
    unread = chain.from_iterable(combinations(NUMBERS, count) for count in range(len(NUMBERS) + 1))
    offered = [made_private(draft), *remedies(problems_of(draft, offer), draft, offer)]
    offered += _smaller(draft, offer)
    offered += [_without(draft, options) for options in unread]
    named = (one.draft for one in offered if one.key == key)
    return next((one for one in named if not problems_of(one, offer)), None)


def job_id_of(draft_id: str, key: str) -> str:
    """The id of the job that a remedy's button makes: the same for each press, so there's one."""
    return hashlib.sha256(f"{draft_id}:{key}".encode()).hexdigest()[:16]


def _smaller(draft: Draft, offer: Offer) -> Iterator[Remedy]:
    """All that might count as less; the most versions first."""
    for count in range(draft.variations - 1, 0, -1):
        changes = {"variations": count}
        yield Remedy(before=draft, draft=draft.having(**changes), changes=changes)
    for model in offer.making(covers=draft.is_cover):
        yield from _with_model(draft, model, offer)


def _without(draft: Draft, options: Iterable[str]) -> Remedy:
    changes = {option: NOTHING[option] for option in options}
    return Remedy(before=draft, draft=draft.having(**changes), changes=changes)


def _fixes(draft: Draft, offer: Offer) -> Iterator[Remedy]:
    """Those that keep the model."""
    found = problems_of(draft, offer)
    for rival in RIVALS if LyricsToInstrumental() in found else RIVALS[:1]:
        changes = dict(filter(None, (_change(problem, rival) for problem in found)))
        changed = draft.having(**changes)
        if changes and not problems_of(changed, offer):
            yield Remedy(before=draft, draft=changed, changes=changes)


def _change(problem: Problem, rival: str) -> tuple[str, Any] | None:
    """The option that is left out, or brought into its range."""
    match problem:
        case OutOfRange("seconds" | "variations" as option, _, taken, given):
            return option, min(max(given, taken.least), taken.most)
        case WrongLength("prompt"):
            return None
        case OptionNotTaken(option) | OutOfRange(option) | WrongLength(option):
            return option, NOTHING[option]
        case AlwaysSings():
            return "instrumental", False
        case LyricsToInstrumental():
            return rival, NOTHING[rival]
    return None


def _other_models(draft: Draft, offer: Offer) -> list[Remedy]:
    """Those with other models that change the least, beginning with the model that was meant."""
    request = draft.request
    # What was to be a cover isn't to become anything else for want of its audio.
    if draft.relation is Relation.COVER and request.reference is None:
        return []
    models = list(offer.making(covers=request.reference is not None))
    if not request.model or offer.named(request.model):
        models.reverse()  # the newest of a family takes the most
        meant = None
    else:
        models.sort(key=lambda model: -_likeness(model, request.model))
        meant = models[0] if models and _likeness(models[0], request.model) else None
    found = [remedy for model in models for remedy in _with_model(draft, model, offer)]
    found.sort(key=lambda remedy: len(remedy.changes))
    if meant is not None:
        found.sort(key=lambda remedy: remedy.model != meant.name)
    return [remedy for remedy in found if len(remedy.changes) <= len(found[0].changes)]


def _with_model(draft: Draft, model: Model, offer: Offer) -> Iterator[Remedy]:
    switched = without_foreign_seed(draft.having(model=model.name), offer)
    as_it_is = Remedy(before=draft, draft=switched, changes={})
    fitting = [as_it_is] if not problems_of(switched, offer) else list(_fixes(switched, offer))[:1]
    for fit in fitting:
        yield replace(fit, before=draft, model=model.name)


def _likeness(model: Model, typed: str) -> float:
    """0 for all names that weren't meant, so that the first model of the catalogue is taken."""
    wanted = typed[:NAME_LIMIT].strip().casefold()
    names = (model.name.casefold(), model.id.casefold())
    if any(wanted in name for name in names):
        return 1.0
    alike = max(SequenceMatcher(None, wanted, name).ratio() for name in names)
    return alike if alike >= ALIKE else 0.0
