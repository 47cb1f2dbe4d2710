"""What a request will cost: by the provider's list, else by the model's last tracks, else assumed.

The list is read by `bot.money.price_keeper`, and what is known is kept in memory, so every request
has a price at once. Nothing here fails because the list can't be read.
"""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.models import LONGEST_S, MODELS, Model, name_of
from bot.domain.money import Priced
from bot.domain.offer import Share
from bot.domain.prices import Price, credits_for
from bot.domain.requests import Request
from bot.provider.price_list import price_in
from bot.provider.requests import body_of
from bot.said_once import SaidOnce
from bot.store.price_store import Paid, PriceStore
from bot.store.receiving import DailyLimits

log = logging.getLogger(__name__)


class PriceSource(StrEnum):
    """Where a price is known from; the better first."""

    LIST = "list"  # the provider's own
    PAID = "paid"  # the dearest of the model's last tracks
    ASSUMED = "assumed"  # the catalogue's


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a request may cost."""

    credits: int
    source: PriceSource


class Prices:
    """What each model costs, as it was last read from the database.

    `default` is the model that tracks are counted by.
    """

    def __init__(
        self, store: PriceStore, *, default: Callable[[], Model], limits: DailyLimits
    ) -> None:
        self._store = store
        self._default = default
        self._limits = limits
        self._listed: Mapping[str, Price] = {}
        self._paid: Mapping[str, Sequence[Paid]] = {}
        self._said = SaidOnce(log)
        self.unlisted: frozenset[str] = frozenset()
        """The models that the provider does not have any more."""

    async def reload(self) -> None:
        """Read what the database knows by now."""
        listed = await self._store.listed()
        self._paid = await self._store.paid(MODELS)
        self._listed = {one: price_in(listed[one] or "null") for one in MODELS if one in listed}
        self.unlisted = frozenset(one for one, pricing in listed.items() if pricing is None)
        for model_id in MODELS:
            self._tell_host(model_id)

    def priced(self, request: Request) -> Priced:
        """What is set aside for it from the start, and as how many tracks it counts."""
        return Priced(credits=self.quote(request).credits, counts_as=self.counts_as(request))

    def quote(self, request: Request) -> Quote:
        """What it may cost: rather too much than too little, and never nothing."""
        ways = (self._by_list, PriceSource.LIST), (self._by_paid, PriceSource.PAID)
        for way, source in ways:
            if found := way(request):
                return Quote(credits=found, source=source)
        return Quote(credits=assumed(request), source=PriceSource.ASSUMED)

    def usual(self, model: Model) -> int:
        """What a track of the model's usual length may cost, in credits."""
        return self.quote(Request(model=model.id)).credits

    def counts_as(self, request: Request) -> int:
        """As how many tracks it counts: as many as it costs of the default model's.

        At least one, and never more than there are in a day.
        """
        default = self.usual(self._default())
        multiple = math.ceil(self.quote(request).credits / default)
        limits = (self._limits.per_member, self._limits.whole_bot)
        return min([multiple, *filter(None, limits)])

    def share(self, model: Model) -> Share | None:
        """What members are told of that; `None` where all tracks of the model count as one."""
        request, a_day = Request(model=model.id), self._limits.per_member
        usual = most = self.counts_as(request)
        if model.seconds:
            most = self.counts_as(replace(request, seconds=model.seconds.most))
        if not a_day or most == 1:
            return None
        return Share(tracks=usual, a_day=a_day, at_least=most > usual)

    def _by_list(self, request: Request) -> int | None:
        price = self._listed.get(request.model)
        return by_list(price, request) if price else None

    def _by_paid(self, request: Request) -> int | None:
        """The dearest of the last tracks; for a track that is longer than they were, in proportion.

        That is too much where the length does not matter.
        """
        model = MODELS.get(request.model)
        costs = [
            paid.cost_credits * _times_longer(model, request.seconds, paid.seconds)
            for paid in self._paid.get(request.model, ())
        ]
        return math.ceil(max(costs)) if costs else None

    def _tell_host(self, model_id: str) -> None:
        if model_id in self.unlisted:
            gone = "AI/ML API does not list %s any more, so it is not offered"
            self._said.say(model_id, gone, name_of(model_id))
        else:
            self._said.over(model_id, f"AI/ML API lists {name_of(model_id)} again")


def _seconds(model: Model, request: Request) -> int | None:
    """How long the track will be, where the model lets one choose."""
    return (request.seconds or model.seconds.usual) if model.seconds else None


def _times_longer(model: Model | None, seconds: int | None, than_s: int | None) -> float:
    if model is None or model.seconds is None:
        return 1
    return max(1, (seconds or model.seconds.usual) / (than_s or model.seconds.usual))


def by_list(price: Price, request: Request) -> int | None:
    """Credits by the list's price for a model of the catalogue; `None` if that can't tell."""
    seconds = _seconds(MODELS[request.model], request)
    # Where the usual length is meant, none is sent; what it costs goes by it all the same.
    return credits_for(price, body_of(replace(request, seconds=seconds)), seconds)


def assumed(request: Request) -> int:
    """By the catalogue; as much as any model costs where it isn't in there any more."""
    if model := MODELS.get(request.model):
        return credits_for(model.price, {}, _seconds(model, request)) or 0
    seconds = request.seconds or LONGEST_S
    return max(credits_for(one.price, {}, seconds) or 0 for one in MODELS.values())
