"""The provider's list of prices: read whole, and whatever is odd in it."""

import contextlib
import json
from fractions import Fraction
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import MODELS as CATALOGUE
from bot.domain.prices import UNREADABLE, Fixed, Rate, Variable, Variant, Variants, credits_for
from bot.errors import Trouble
from bot.provider.client import Provider
from bot.provider.price_list import price_in, read_list
from sandbox.aimlapi import AimlapiStandIn

MODELS = "/v1/models"
LYRIA = "google/lyria2"
FIXED = {"kind": "fixed", "currency": "USD", "units": [{"name": "track", "price": 0.06, "per": 1}]}


def a_row(id_: str = LYRIA, **changes: Any) -> dict[str, Any]:
    row = {"id": id_, "aliases": [], "type": "audio", "info": {}, "tags": [], "pricing": FIXED}
    return row | changes


def a_page(*rows: Any) -> dict[str, Any]:
    return {"object": "list", "data": list(rows)}


def read(*rows: Any, ids: tuple[str, ...] = (LYRIA,)) -> dict[str, Any]:
    found = read_list(json.dumps(a_page(*rows)).encode(), ids, None)
    return {name: json.loads(text) for name, text in found.pricing.items()}


# --- asking -------------------------------------------------------------------------------------


async def test_list_is_asked_for_these_models_without_the_key(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    asked: list[web.Request] = []

    def is_seen(request: web.Request) -> bool:
        asked.append(request)
        return True

    stand_in.scenario.on("GET", MODELS, where=is_seen).respond(
        200, a_page(a_row()), headers={"ETag": 'W/"1"'}
    )
    found = await provider.prices([LYRIA, "stable-audio"])
    assert found
    assert found.etag == 'W/"1"'
    assert json.loads(found.pricing[LYRIA]) == FIXED
    assert asked[0].query == {"id": "google/lyria2,stable-audio", "include": "pricing"}
    assert not {"Authorization", "If-None-Match"} & asked[0].headers.keys()


async def test_list_is_the_same_when_its_etag_is(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    def is_known(request: web.Request) -> bool:
        return request.headers.get("If-None-Match") == '"1"'

    stand_in.scenario.on("GET", MODELS, where=is_known).respond(304)
    assert await provider.prices([LYRIA], '"1"') is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<!doctype html>"),
        (200, {}),
        (200, a_page()),
        (200, a_page(a_row("another/model"))),
        (200, "[" * 100_000),
        (304, None),
        (302, None),
        (404, {"message": "no"}),
        (500, "oops"),
    ],
)
async def test_list_is_trouble_when_it_tells_nothing_of_the_models(
    provider: Provider, stand_in: AimlapiStandIn, status: int, body: object
) -> None:
    stand_in.scenario.on("GET", MODELS).respond(status, body)
    with pytest.raises(Trouble):
        await provider.prices([LYRIA])


async def test_list_is_trouble_when_the_connection_breaks(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    stand_in.scenario.on("GET", MODELS, times=None).reset_before()
    with pytest.raises(Trouble):
        await provider.prices([LYRIA])


# --- which rows ---------------------------------------------------------------------------------


def test_model_is_known_by_an_alias() -> None:
    assert read(a_row("google/lyria-2", aliases=["lyria2", LYRIA])) == {LYRIA: FIXED}


def test_own_name_counts_more_than_an_alias_of_another() -> None:
    another = a_row("google/lyria3", aliases=[LYRIA], pricing={"kind": "variable"})
    assert read(another, a_row()) == read(a_row(), another) == {LYRIA: FIXED}


def test_model_that_is_not_listed_is_not_there() -> None:
    assert set(read(a_row(), ids=(LYRIA, "stable-audio"))) == {LYRIA}


@pytest.mark.parametrize(
    "odd",
    [None, 1, [], {}, {"id": 3}, {"id": [LYRIA], "aliases": {}}, a_row("x", aliases=[None, {}])],
)
def test_odd_row_does_not_spoil_the_others(odd: object) -> None:
    assert read(odd, a_row()) == {LYRIA: FIXED}


def test_etag_is_forgotten_when_it_can_not_be_sent_again() -> None:
    page = json.dumps(a_page(a_row())).encode()
    for etag in ("", "x" * 1000, "a\tb", "é", "\udcff"):
        assert read_list(page, [LYRIA], etag).etag is None


# --- what they say ------------------------------------------------------------------------------


def test_fixed_price_is_read() -> None:
    assert price_in(json.dumps(FIXED)) == Fixed(rates=[Rate(usd=Fraction("0.06"), unit="track")])


def test_variants_are_read() -> None:
    pricing = {
        "kind": "variants",
        "dimensions": ["music_length_ms", "is_instrumental"],
        "variants": [
            {
                "when": {"music_length_ms": "30000", "is_instrumental": "TRUE", "mode": "fast"},
                "price": "0.5",
                "unit": "second",
                "per": 1000,
            },
            {"price": 0.5, "unit": {"name": "track"}},
        ],
    }
    when = {"music_length_ms": 30000, "is_instrumental": True, "mode": "fast"}
    half = Fraction("0.5")
    assert price_in(json.dumps(pricing)) == Variants(
        variants=[
            Variant(rate=Rate(usd=half, unit="second", per=Fraction(1000)), when=when),
            Variant(rate=Rate(usd=half, unit="track")),
        ]
    )


@pytest.mark.parametrize(
    "pricing",
    [
        *(None, 3, "fixed", [], {}, {"kind": "variable"}, {"kind": "auction"}, {"kind": []}),
        *({"kind": "fixed"}, {"kind": "fixed", "units": {}}, {"kind": "variants", "variants": 1}),
        FIXED | {"currency": "EUR"},
    ],
)
def test_price_is_variable_when_nothing_tells_it(pricing: object) -> None:
    assert price_in(json.dumps(pricing)) == Variable()


@pytest.mark.parametrize(
    "unit",
    [
        *(None, 1, [], {}, {"price": 1}, {"name": "track"}, {"name": 3, "price": 1}),
        *({"name": "track", "price": odd} for odd in (-1, True, None, "", "free", 1e12, 10**40)),
        *({"name": "track", "price": odd} for odd in (float("nan"), float("inf"))),
        *({"name": "track", "price": 1, "per": odd} for odd in (0, -1, None, "second", 1e999)),
        {"name": "second", "origin": "provided", "price": 1},
    ],
)
def test_rate_that_can_not_be_read_makes_its_price_unknown(unit: object) -> None:
    price = price_in(json.dumps({"kind": "fixed", "units": [unit]}))
    assert price == Fixed(rates=[UNREADABLE])
    assert credits_for(price, {}, 30) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "units", "variants", "when", "price", "unit", "per", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_any_pricing_is_a_price(pricing: Any) -> None:
    stored = read_list(json.dumps(a_page(a_row(pricing=pricing))).encode(), [LYRIA], None)
    credits_for(price_in(stored.pricing[LYRIA]), {"music_length_ms": 30_000}, 30)


def test_price_is_variable_when_it_is_nested_too_deeply_for_whoever_reads_it() -> None:
    for depth in range(20, 1200, 3):
        body = '{"data": [{"id": "m", "pricing": %s}]}' % ("[" * depth + "]" * depth)
        with contextlib.suppress(Trouble):
            assert read_list(body.encode(), ["m"], None).pricing.keys() == {"m"}
    assert price_in("[" * 5000 + "]" * 5000) == Variable()


async def test_prices_of_all_models_are_read_from_a_whole_list(provider: Provider) -> None:
    found = await provider.prices(CATALOGUE)
    assert found is not None
    assert not any(isinstance(price_in(one), Variable) for one in found.pricing.values())
    rates = [price_in(one) for one in found.pricing.values()]
    assert all(rate.unit for price in rates if isinstance(price, Fixed) for rate in price.rates)
