"""What models cost, and the list that says so.

AI/ML API docs: Model Catalogue > Reading prices. No price of a music model is published: the usual
ones here are of the right size.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from multidict import MultiMapping

from sandbox.aimlapi.catalogue import CREDITS_PER_USD, MODELS, Model


@dataclass(frozen=True, slots=True)
class Fixed:
    """`price_usd` buys `per` units. A unit is a `second` or a `minute` of the track, else a track
    (whatever its name).
    """

    price_usd: float
    unit: str = "generation"
    per: float = 1

    def usd(self, model: Model, body: Mapping[str, Any]) -> float:
        """What the track for this (valid) request costs."""
        length_s = model.track_length_s(body)
        quantity = {"second": length_s, "minute": length_s / 60}.get(self.unit, 1)
        return self.price_usd * quantity / self.per

    def as_json(self) -> dict[str, Any]:
        """The model's `pricing`."""
        unit = {"name": self.unit, "content": "audio", "origin": "output"}
        rate = {"price": self.price_usd, "per": self.per}
        return {"kind": "fixed", "currency": "USD", "units": [unit | rate]}


@dataclass(frozen=True, slots=True)
class Variants:
    """A rate for each combination of parameters, as `({"music_length_ms": 30_000}, Fixed(0.4))`.
    What no combination fits costs as much as the dearest.
    """

    rates: tuple[tuple[Mapping[str, object], Fixed], ...]

    def usd(self, model: Model, body: Mapping[str, Any]) -> float:
        """What the track for this (valid) request costs."""
        asked = model.with_usual_length(body)
        fitting = [rate for when, rate in self.rates if when.items() <= asked.items()]
        every = [rate for _, rate in self.rates]
        return max(rate.usd(model, body) for rate in fitting[:1] or every)

    def as_json(self) -> dict[str, Any]:
        """The model's `pricing`."""
        variants = [
            {"when": dict(when), "price": rate.price_usd, "unit": rate.unit, "per": rate.per}
            for when, rate in self.rates
        ]
        dimensions = sorted({name for when, _ in self.rates for name in when})
        return {
            "kind": "variants",
            "currency": "USD",
            "dimensions": dimensions,
            "variants": variants,
        }


@dataclass(frozen=True, slots=True)
class Variable:
    """A price that the list does not tell."""

    price_usd: float

    def usd(self, _model: Model, _body: Mapping[str, Any]) -> float:
        """What a track costs all the same."""
        return self.price_usd

    def as_json(self) -> dict[str, Any]:
        """The model's `pricing`."""
        return {"kind": "variable", "currency": "USD"}


Price = Fixed | Variants | Variable


@dataclass(frozen=True, slots=True)
class Listing:
    """A model's entry in the list; `id` where the name it is asked for by is only an alias."""

    price: Price
    id: str | None = None
    aliases: tuple[str, ...] = ()


USUAL_PRICES: Final[Mapping[str, Price]] = {
    "google/lyria2": Fixed(0.06),
    "stable-audio": Fixed(0.1),
    "elevenlabs/eleven_music": Fixed(0.75, "minute"),
    "minimax/music-1.5": Fixed(0.03),
    "minimax/music-2.0": Fixed(0.03),
    "minimax/music-2.6": Fixed(0.15),
    "minimax/music-cover": Fixed(0.15),
}


class PriceList(dict[str, Listing]):
    """The listings by the names that models are asked for by. To be changed at will: what is not
    listed any more is charged at its usual price.
    """

    def __init__(self) -> None:
        super().__init__((name, Listing(price)) for name, price in USUAL_PRICES.items())

    def credits(self, model: Model, body: Mapping[str, Any]) -> int:
        """What the track for this (valid) request costs."""
        listing = self.get(model.name) or Listing(USUAL_PRICES[model.name])
        return round(listing.price.usd(model, body) * CREDITS_PER_USD)


def models_page(prices: Mapping[str, Listing], query: MultiMapping[str]) -> dict[str, Any]:
    """The listings that the query wants, with the sections it wants."""
    every = [_entry(name, listing) for name, listing in prices.items()]
    included = set(_values(query, "include"))
    if "all" in included or query.get("details") in ("true", "1"):
        included = set(_SECTIONS)
    return {
        "object": "list",
        "data": [
            {name: part for name, part in entry.items() if name not in _SECTIONS - included}
            for entry in every
            if _is_wanted(entry, query)
        ],
    }


_SECTIONS: Final = frozenset({"pricing", "modalities", "capabilities"})
_FILTERS: Final[Mapping[str, Callable[[dict[str, Any]], list[str]]]] = {
    "id": lambda entry: [entry["id"], *entry["aliases"]],
    "type": lambda entry: [entry["type"]],
    "tags": lambda entry: entry["tags"],
    "modalities": lambda entry: [*entry["modalities"]["input"], *entry["modalities"]["output"]],
    "input_modalities": lambda entry: entry["modalities"]["input"],
    "output_modalities": lambda entry: entry["modalities"]["output"],
    "capabilities": lambda entry: entry["capabilities"],
}


def _entry(name: str, listing: Listing) -> dict[str, Any]:
    is_renamed = listing.id is not None and listing.id != name
    developer, _, title = (listing.id or name).rpartition("/")
    takes_audio = name in MODELS and "reference_audio_url" in MODELS[name].fields
    return {
        "id": listing.id or name,
        "aliases": [*([name] if is_renamed else []), *listing.aliases],
        "type": "audio",
        "info": {"name": title, "developer": developer or "stability"},
        "tags": ["playground:music"],
        "pricing": listing.price.as_json(),
        "modalities": {"input": ["text", *["audio"] * takes_audio], "output": ["audio"]},
        "capabilities": [],
    }


def _is_wanted(entry: dict[str, Any], query: MultiMapping[str]) -> bool:
    return all(
        {has.lower() for has in values_of(entry)} & {wish.lower() for wish in _values(query, name)}
        for name, values_of in _FILTERS.items()
        if name in query
    )


def _values(query: MultiMapping[str], name: str) -> Iterator[str]:
    for text in query.getall(name, []):
        yield from text.split(",")
