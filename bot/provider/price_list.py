"""The provider's list of models and prices. What can't be read in it is unknown, never free.

Source: the provider's OpenAPI file for `/v1/models`. It leaves open what a rate looks like; of
other models they are like `{"name": "token", "origin": "generated", "price": 10, "per": 1000000}`.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bot.domain.prices import UNREADABLE, Fixed, Price, Rate, Variable, Variant, Variants
from bot.errors import Trouble

PRICING_LIMIT = 20_000  # characters
ETAG_LIMIT = 200
NUMBER_LIMIT = 1e9
DIGITS_LIMIT = 30


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """What the list says of the models that were asked for: each one's price in JSON, as it came.

    It does not know models that are not in `pricing`. `etag` is to be asked with the next time.
    """

    pricing: Mapping[str, str]
    etag: str | None


def read_list(answer: bytes, model_ids: Iterable[str], etag: str | None) -> PriceList:
    """The list for these models; raises `Trouble` if it makes no sense, or knows none of them."""
    try:
        # As floats, for Python refuses to count very many digits.
        page = json.loads(answer, parse_int=float)
    except (ValueError, RecursionError):
        raise Trouble("the list of models makes no sense: it is not JSON") from None
    rows = _objects(page.get("data") if isinstance(page, dict) else None)
    by_name = {name: row for row in rows for name in _list(row.get("aliases")) if _is_text(name)}
    by_name |= {row["id"]: row for row in rows if _is_text(row.get("id"))}
    pricing = {one: _text(by_name[one].get("pricing")) for one in model_ids if one in by_name}
    if not pricing:
        raise Trouble("the list of models knows none of ours")
    is_usable = etag and len(etag) <= ETAG_LIMIT and etag.isascii() and etag.isprintable()
    return PriceList(pricing=pricing, etag=etag if is_usable else None)


def price_in(pricing: str) -> Price:
    """The price that a list's JSON tells of; `Variable` where it tells of none."""
    try:
        found = json.loads(pricing)
    except RecursionError:  # which depends on who asks, too
        return Variable()
    if not isinstance(found, dict) or found.get("currency", "USD") != "USD":
        return Variable()
    match found:
        case {"kind": "fixed", "units": [*units]}:
            return Fixed(rates=[_rate(unit) for unit in units])
        case {"kind": "variants", "variants": [*variants]}:
            return Variants(variants=[_variant(variant) for variant in variants])
    return Variable()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _text(pricing: Any) -> str:
    try:
        text = json.dumps(pricing)
    except RecursionError:
        return "null"
    return text if len(text) <= PRICING_LIMIT else "null"


def _variant(variant: Any) -> Variant:
    when = variant.get("when") if isinstance(variant, dict) else None
    conditions = when.items() if isinstance(when, dict) else ()
    return Variant(
        rate=_rate(variant), when={name: _condition(value) for name, value in conditions}
    )


def _condition(value: Any) -> Any:
    """Numbers and yes or no as such, also where they are spelled as texts."""
    if isinstance(value, str) and value.casefold() in {"true", "false"}:
        return value.casefold() == "true"
    number = _number(value)
    return value if number is None else float(number)


def _rate(row: Any) -> Rate:
    if not isinstance(row, dict):
        return UNREADABLE
    usd, per = _number(row.get("price")), _number(row.get("per", 1))
    unit = row.get("unit", row)
    name = unit.get("name") if isinstance(unit, dict) else unit
    origin = row.get("origin")
    # What a request brings along ("provided") is not what a track's length tells of.
    is_ours = origin not in {"provided", "input"}
    if usd is None or not per or not isinstance(name, str) or not is_ours:
        return UNREADABLE
    return Rate(usd=usd, unit=name, per=per)


def _number(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) if len(str(value)) <= DIGITS_LIMIT else math.nan
    except ValueError:
        return None
    return Fraction(str(number)) if 0 <= number <= NUMBER_LIMIT else None
