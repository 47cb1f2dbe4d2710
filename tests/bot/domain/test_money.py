"""Dollars as credits, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import credits_of, usd_of


@pytest.mark.parametrize(
    ("dollars", "credits_"),
    [
        (0, 0),
        (0.06, 120_000),
        (1, 2_000_000),
        (0.0011, 2_200),
        (1e-9, 1),
        (123.4567891, 246_913_579),
    ],
)
def test_dollars_are_whole_credits_and_a_part_of_one_counts_as_one(
    dollars: float, credits_: int
) -> None:
    assert credits_of(dollars) == credits_


@given(st.integers(0, 10**12))
def test_credits_are_the_same_after_they_were_dollars(credits_: int) -> None:
    assert credits_of(usd_of(credits_)) == credits_
