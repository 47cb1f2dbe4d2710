"""What a request costs by the price of its model: never less than it may turn out to be."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import CREDITS_PER_USD
from bot.domain.prices import (
    LIMIT_USD,
    UNREADABLE,
    Fixed,
    Price,
    Rate,
    Variable,
    Variant,
    Variants,
    a_track,
    credits_for,
    started,
)

LENGTH = "music_length_ms"


def rate(usd: str, unit: str = "track", per: int = 1) -> Rate:
    return Rate(usd=Fraction(usd), unit=unit, per=Fraction(per))


def fixed(*rates: Rate) -> Fixed:
    return Fixed(rates=rates)


def variants(*pairs: tuple[Rate, dict[str, Any]]) -> Variants:
    return Variants(variants=[Variant(rate=rate, when=when) for rate, when in pairs])


def usd(price: Price, seconds: float | None = None, **parameters: Any) -> float | None:
    found = credits_for(price, parameters, seconds)
    return None if found is None else found / CREDITS_PER_USD


@pytest.mark.parametrize(
    ("one", "cost"),
    [
        (rate("0.06"), 0.06),
        (rate("60", "requests", 1000), 0.06),
        (rate("0.01", "second"), 0.90),
        (rate("0.60", "minutes"), 0.90),
        (rate("0.01", "ms", 1000), 0.90),
        (rate("5", "Milliseconds", 1_000_000), 0.45),
        (rate("0.75", "started minute"), 1.50),
        (rate("0.10", "started-seconds", 30), 0.30),
        (rate("6", "hour"), 0.15),
    ],
)
def test_cost_follows_the_unit(one: Rate, cost: float) -> None:
    assert usd(fixed(one), 90) == cost


@pytest.mark.parametrize(
    "price",
    [
        Variable(),
        fixed(),
        fixed(UNREADABLE),
        fixed(rate("0.01", "token")),
        fixed(rate("0.01", "started_blue_moon")),
        fixed(rate("0.06"), rate("0.01", "token")),
        fixed(rate("0")),
        fixed(rate(str(LIMIT_USD + 1))),
        variants(),
        variants((rate("0.06"), {}), (UNREADABLE, {})),
    ],
)
def test_cost_is_unknown_when_the_price_does_not_tell(price: Price) -> None:
    assert usd(price, 30) is None


def test_cost_is_unknown_when_it_goes_by_a_length_that_is_unknown() -> None:
    assert usd(fixed(rate("0.01", "second"))) is None


def test_all_rates_of_a_fixed_price_are_paid() -> None:
    assert usd(fixed(rate("0.02"), rate("0.001", "second")), 30) == 0.05


def test_part_of_a_credit_costs_a_whole_one() -> None:
    assert credits_for(fixed(rate("0.0000001")), {}) == 1


BY_LENGTH = variants(
    (rate("0.10"), {LENGTH: 10_000}),
    (rate("0.30"), {LENGTH: 30_000}),
    (rate("0.60"), {LENGTH: 60_000}),
)


@pytest.mark.parametrize(
    ("length_ms", "cost"),
    [(5_000, 0.10), (10_000, 0.10), (10_001, 0.30), (30_000, 0.30), (60_000, 0.60), (90_000, 0.60)],
)
def test_variant_by_length_is_enough_for_the_length(length_ms: int, cost: float) -> None:
    assert usd(BY_LENGTH, length_ms / 1000, **{LENGTH: length_ms}) == cost


@pytest.mark.parametrize(
    ("when", "parameters"),
    [
        ({}, {"is_instrumental": True}),
        ({"is_instrumental": True}, {}),
        ({"resolution": "1080p"}, {"is_instrumental": True}),
        ({"lyrics": "custom"}, {"lyrics": "walking home"}),
        ({"lyrics": None}, {"lyrics": "walking home"}),
        ({LENGTH: "up to 30 s"}, {LENGTH: 60_000}),
        ({LENGTH: 30_000}, {LENGTH: 60_000}),
    ],
)
def test_dearest_variant_counts_when_it_might_be_meant(
    when: dict[str, Any], parameters: dict[str, Any]
) -> None:
    price = variants((rate("0.05"), {}), (rate("0.20"), when), (rate("0.10"), {}))
    assert usd(price, 60, **parameters) == 0.20


def test_variant_is_left_out_when_it_is_for_another_answer() -> None:
    price = variants(
        (rate("0.05"), {"is_instrumental": True}), (rate("0.20"), {"is_instrumental": False})
    )
    assert usd(price, is_instrumental=True) == 0.05


def test_dearest_of_all_counts_when_no_variant_is_meant() -> None:
    price = variants((rate("0.05"), {"optimize": False}), (rate("0.20"), {"optimize": False}))
    assert usd(price, optimize=True) == 0.20


def test_unknown_unit_does_not_matter_when_its_variant_is_surely_not_meant() -> None:
    price = variants((rate("0.05"), {"draft": True}), (rate("0.01", "token"), {"draft": False}))
    assert usd(price, draft=True) == 0.05
    assert usd(price, draft=False) is None


def test_started_time_is_paid_in_whole() -> None:
    price = started("0.75", seconds=60)
    assert [usd(price, seconds) for seconds in (1, 60, 61, 300)] == [0.75, 0.75, 1.50, 3.75]


def test_track_costs_the_same_at_any_length() -> None:
    assert usd(a_track("0.06")) == usd(a_track("0.06"), 300) == 0.06


RATES = st.builds(
    Rate,
    usd=st.fractions(min_value=0, max_value=2 * LIMIT_USD, max_denominator=1000),
    unit=st.sampled_from(["track", "second", "minutes", "ms", "started_minute", "token", ""]),
    per=st.fractions(min_value="0.001", max_value=1000, max_denominator=1000),
)
CONDITIONS = st.dictionaries(
    st.sampled_from([LENGTH, "is_instrumental", "lyrics", "other"]),
    st.booleans() | st.integers(0, 90_000) | st.none() | st.text(max_size=3),
)
PRICES = st.builds(Fixed, rates=st.lists(RATES, max_size=3)) | st.builds(
    Variants, variants=st.lists(st.builds(Variant, rate=RATES, when=CONDITIONS), max_size=5)
)
ASKED = st.dictionaries(
    st.sampled_from(["is_instrumental", "lyrics", "other"]), st.booleans() | st.text(max_size=3)
)


@given(PRICES, ASKED, st.integers(1, 100), st.integers(1, 100))
def test_longer_track_never_costs_less(
    price: Price, asked: dict[str, Any], one: int, other: int
) -> None:
    costs = [
        credits_for(price, {LENGTH: seconds * 1000} | asked, seconds)
        for seconds in sorted((one, other))
    ]
    known = [cost for cost in costs if cost is not None]
    assert known == sorted(known)


@given(PRICES, ASKED, st.none() | st.integers(1, 10**6))
def test_cost_is_a_whole_number_of_credits_or_unknown(
    price: Price, asked: dict[str, Any], seconds: int | None
) -> None:
    cost = credits_for(price, asked, seconds)
    assert cost is None or 0 < cost <= LIMIT_USD * CREDITS_PER_USD
