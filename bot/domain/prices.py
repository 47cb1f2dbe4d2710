"""What a request will cost, by the price of its model.

Prices are somebody else's data, and what is set aside by them has to be enough: what can't be
understood is unknown rather than cheap, and if several rates might apply, the dearest counts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeGuard

from bot.domain.money import CREDITS_PER_USD

# USD for a track. Beyond it, a price is a mistake.
LIMIT_USD = 1000
# Words for the whole request, and for lengths, with how many seconds they are. In the singular.
_WHOLE = {"request", "generation", "track", "song", "music", "call", "item"}
_SECONDS = {
    **dict.fromkeys(("ms", "msec", "millisecond"), Fraction(1, 1000)),
    **dict.fromkeys(("s", "sec", "second"), Fraction(1)),
    **dict.fromkeys(("min", "minute"), Fraction(60)),
    "hour": Fraction(3600),
}
_STARTED = "started_"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """`usd` for each `per` units, such as 1000 `millisecond`; `started_minute` is rounded up."""

    usd: Fraction
    unit: str
    per: Fraction = Fraction(1)

    def cost_usd(self, seconds: float | None) -> Fraction | None:
        """What a track of such a length costs; `None` if the unit or the length is unknown."""
        unit = "_".join(self.unit.casefold().replace("-", " ").replace("_", " ").split())
        name = unit.removeprefix(_STARTED)
        if _singular(name, _WHOLE):
            return self.usd / self.per
        known = _singular(name, _SECONDS)
        if known is None or seconds is None:
            return None
        units = Fraction(seconds) / _SECONDS[known] / self.per
        return self.usd * (math.ceil(units) if unit != name else units)


UNREADABLE = Rate(usd=Fraction(0), unit="")
"""A rate that could not be understood: whatever it is part of has no known price."""


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """All rates together, for any request."""

    rates: Sequence[Rate]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A rate for requests with these parameters."""

    rate: Rate
    when: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Variants:
    """A rate for each combination of parameters. A number is taken as "up to"."""

    variants: Sequence[Variant]


@dataclass(frozen=True)
class Variable:
    """Nobody can tell beforehand."""


Price = Fixed | Variants | Variable


def a_track(usd: str) -> Fixed:
    """So much for a track of any length."""
    return Fixed(rates=(Rate(usd=Fraction(usd), unit="track"),))


def started(usd: str, *, seconds: int) -> Fixed:
    """So much for each stretch of so many seconds that has begun."""
    return Fixed(rates=(Rate(usd=Fraction(usd), unit="started_second", per=Fraction(seconds)),))


def credits_for(
    price: Price, parameters: Mapping[str, Any], seconds: float | None = None
) -> int | None:
    """Whole credits, rounded up; `None` where the price can't tell, or is none.

    `parameters` are those of the submission, `seconds` is how long the track will be, if known.
    """
    match price:
        case Fixed(rates=rates):
            costs = [rate.cost_usd(seconds) for rate in rates]
        case Variants(variants=variants):
            costs = [one.rate.cost_usd(seconds) for one in _fitting(variants, parameters)]
        case Variable():
            return None
    known = [cost for cost in costs if cost is not None]
    if not known or len(known) < len(costs):
        return None
    usd = sum(known) if isinstance(price, Fixed) else max(known)
    return math.ceil(usd * CREDITS_PER_USD) if 0 < usd <= LIMIT_USD else None


def _fitting(variants: Sequence[Variant], parameters: Mapping[str, Any]) -> Sequence[Variant]:
    """Those that might be meant.

    Only a number that is larger than need be, or another answer to yes or no, rules a variant out,
    unless none is left then. What was not asked for has a default that we don't know, and texts
    can be described in many ways.
    """
    for name, asked in sorted(parameters.items(), key=lambda item: _is_number(item[1])):
        limit = _limit(variants, name, asked)
        left = [one for one in variants if not _is_ruled_out(one.when.get(name), asked, limit)]
        variants = left or variants
    return variants


def _limit(variants: Sequence[Variant], name: str, asked: Any) -> float:
    """The least number of them that is enough for what is asked."""
    if not _is_number(asked):
        return math.inf
    wanted = (variant.when.get(name) for variant in variants)
    return min((one for one in wanted if _is_number(one) and one >= asked), default=math.inf)


def _is_ruled_out(wanted: Any, asked: Any, limit: float) -> bool:
    if isinstance(wanted, bool) and isinstance(asked, bool):
        return wanted is not asked
    return _is_number(wanted) and wanted > limit


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _singular(name: str, known: set[str] | Mapping[str, Any]) -> str | None:
    return next((one for one in (name, name.removesuffix("s")) if one in known), None)
