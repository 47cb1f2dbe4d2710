"""The calculation of detection lags, held against cases that are known."""

import math

import numpy as np
import pytest

from bench.detection import (
    DURATIONS_S,
    EDGES_S,
    lag_s,
    lognormal,
    optimal_times,
    polls_and_lag_s,
    regular_times,
)


def test_lag_is_half_the_gap_when_durations_spread_over_many_gaps() -> None:
    even = np.full(len(DURATIONS_S), 1 / len(DURATIONS_S))
    polls, lag = polls_and_lag_s(regular_times(1.0), even)
    assert polls == pytest.approx(30.5, abs=0.01)
    assert lag == pytest.approx(5.0, abs=0.01)


def test_polls_go_on_after_the_last_time_of_a_schedule() -> None:
    late = np.zeros(len(DURATIONS_S))
    late[1000] = 1.0  # 100.05 s
    polls, lag = polls_and_lag_s(np.array([50.0]), late)
    assert polls == 7
    assert lag == pytest.approx(9.95)


def test_optimum_is_periodic_when_ends_come_at_any_time_alike() -> None:
    """Exponential durations: the best gap d solves e^(d / mean) = 1 + (cost + d) / mean."""
    mean_s, gap_s = 40.0, 22.907
    assert math.exp(gap_s / mean_s) - 1 == pytest.approx((8.0 + gap_s) / mean_s, abs=1e-3)
    chances = np.diff(1 - np.exp(-EDGES_S / mean_s))
    times = optimal_times(chances / chances.sum(), 1 / 8.0)[:6]
    assert np.diff(times) == pytest.approx([gap_s] * 5, abs=0.3)


def test_optimum_shortens_its_gaps_by_the_cost_when_durations_are_spread_evenly() -> None:
    even = np.full(len(DURATIONS_S), 1 / len(DURATIONS_S))
    even[3000:] = 0  # none beyond 300 s, so that the longest gap stays below the calculation's
    times = optimal_times(even / even.sum(), 1 / 20.0)
    gaps = np.diff(times[times <= 300.0])
    assert -np.diff(gaps) == pytest.approx([20.0] * (len(gaps) - 1), abs=0.3)


@pytest.mark.parametrize("polls", [4.0, 10.0])
def test_optimum_is_at_least_as_good_as_regular_polls_when_equally_many(polls: float) -> None:
    chances = lognormal(35.0, 0.25)

    def optimal(scale: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return optimal_times(chances, scale)

    best_s = lag_s(optimal, chances, polls, (0.005, 100.0))
    assert 0 < best_s < lag_s(regular_times, chances, polls, (0.1, 100.0))


def test_lag_is_that_of_the_schedule_when_the_polls_are_its_own() -> None:
    chances = lognormal(35.0, 0.5)
    polls, lag = polls_and_lag_s(regular_times(1.0), chances)
    assert lag_s(regular_times, chances, polls, (0.1, 100.0)) == pytest.approx(lag, abs=0.02)
