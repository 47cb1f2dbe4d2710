"""The models on offer: those that the host allows and the provider still has."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from bot.domain.models import MODELS, Model, model_named


@dataclass(frozen=True, kw_only=True)
class Share:
    """As how many tracks one of a model counts, of so many a day; `at_least` if a longer one counts
    as more."""

    tracks: int
    a_day: int
    at_least: bool = False


def _as_any_other(_: Model) -> Share | None:
    return None


def _unknown(_: Model) -> int | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """To be asked each time: models can be withdrawn while the bot runs, and come back.

    `allowed` are the host's choice, the default first, and one of them makes tracks from a prompt
    alone. `withdrawn` gives the ids of what can't be had at the moment, `share` as how many tracks
    one of a model counts, where that's worth telling, and `price` what one of the usual length may
    cost, in credits.
    """

    allowed: Sequence[Model] = tuple(MODELS.values())
    withdrawn: Callable[[], Collection[str]] = frozenset
    share: Callable[[Model], Share | None] = _as_any_other
    price: Callable[[Model], int | None] = _unknown

    @classmethod
    def of(cls, model_ids: Iterable[str]) -> Self:
        """These models of the catalogue, or all if there are none."""
        allowed = tuple(MODELS[model_id] for model_id in model_ids)
        return cls(allowed=allowed) if allowed else cls()

    @property
    def models(self) -> Sequence[Model]:
        """What can be used now; nothing if all are withdrawn."""
        withdrawn = self.withdrawn()
        return [model for model in self.allowed if model.id not in withdrawn]

    @property
    def default(self) -> Model:
        """What's used if a member chooses none. If all are withdrawn, it isn't on offer either."""
        from_prompts = (one for one in [*self.models, *self.allowed] if not one.reference)
        return next(from_prompts)

    @property
    def covers(self) -> Model | None:
        """The model that makes covers, if there is one."""
        return next(iter(self.making(covers=True)), None)

    def making(self, *, covers: bool) -> Sequence[Model]:
        """The models that make covers of audio, or those that make tracks from a prompt alone."""
        return [model for model in self.models if bool(model.reference) == covers]

    def named(self, typed: str) -> Model | None:
        """The model on offer that a member means, by its id or name; `None` if there is none."""
        model = model_named(typed)
        return model if model in self.models else None
