"""When to poll: properties that hold for every model and every moment."""

import itertools
import math
from bisect import bisect_left
from collections.abc import Sequence
from statistics import NormalDist, mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.generate.poll_schedule import (
    OVERDUE_GAP_S,
    POLLS_PER_JOB,
    TAIL_GAP_S,
    believe,
    inspection_times,
    next_poll_s,
    poll_times_s,
)

USUAL_S = 35.0
OVERDUE_S = 600.0

usual = st.floats(5, 120)
seen = st.lists(st.floats(0, 100_000), max_size=40)
moments = st.floats(-100, 200_000)


def polls_until(end_s: float, seen_s: list[float], usual_s: float = USUAL_S) -> int:
    """How many polls a job takes that ends after so many seconds."""
    durations, at_s, polls = believe(usual_s, seen_s), 0.0, 0
    while at_s < end_s:
        at_s = next_poll_s(at_s, durations, overdue_s=OVERDUE_S)
        polls += 1
    return polls


def polls_and_wait_s(times: Sequence[float], ends: Sequence[float]) -> tuple[float, float]:
    """The mean number of polls, and of seconds from the end to the poll that finds it."""
    found = [bisect_left(times, end_s) for end_s in ends]
    waits = [times[index] - end_s for index, end_s in zip(found, ends, strict=True)]
    return mean(found) + 1, mean(waits)


def lognormal(median_s: float, sigma: float, count: int) -> list[float]:
    """Durations evenly spread over a lognormal distribution."""
    normal = NormalDist(math.log(median_s), sigma)
    return [math.exp(normal.inv_cdf((index + 0.5) / count)) for index in range(count)]


@given(usual, seen, moments)
@settings(deadline=None, max_examples=60)
def test_next_poll_is_always_later(usual_s: float, seen_s: list[float], elapsed_s: float) -> None:
    durations = believe(usual_s, seen_s)
    due_s = next_poll_s(elapsed_s, durations, overdue_s=OVERDUE_S)
    assert math.isfinite(due_s)
    assert due_s >= elapsed_s + 0.5 or due_s > 0 > elapsed_s


@given(usual, seen)
@settings(deadline=None, max_examples=40)
def test_poll_times_rise(usual_s: float, seen_s: list[float]) -> None:
    times = poll_times_s(believe(usual_s, seen_s))
    assert times[0] > 0
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


@given(usual, seen)
@settings(deadline=None, max_examples=40)
def test_polls_lie_half_a_second_to_ten_seconds_apart_once_they_began(
    usual_s: float, seen_s: list[float]
) -> None:
    durations = believe(usual_s, seen_s)
    at_s = [next_poll_s(0.0, durations, overdue_s=OVERDUE_S)]
    while at_s[-1] < OVERDUE_S:
        at_s.append(next_poll_s(at_s[-1], durations, overdue_s=OVERDUE_S))
    gaps = [later - earlier for earlier, later in itertools.pairwise(at_s)]
    assert all(0.5 - 1e-9 <= gap <= TAIL_GAP_S + 1e-9 for gap in gaps)


@pytest.mark.parametrize("sigma", [0.1, 0.2, 0.35])
def test_job_takes_about_ten_polls_when_it_takes_its_usual_time(sigma: float) -> None:
    ends = lognormal(USUAL_S, sigma, 101)
    polls = mean(polls_until(end, []) for end in ends)
    assert 0.6 * POLLS_PER_JOB <= polls <= 1.4 * POLLS_PER_JOB


@pytest.mark.parametrize("median_s", [20.0, 50.0])
def test_job_takes_about_ten_polls_when_the_model_was_learnt(median_s: float) -> None:
    ends = lognormal(median_s, 0.15, 101)
    polls = mean(polls_until(end, ends) for end in ends)
    assert 0.6 * POLLS_PER_JOB <= polls <= 1.4 * POLLS_PER_JOB


def test_polls_move_to_where_the_ends_are_when_there_is_experience() -> None:
    def middle(seen_s: list[float]) -> float:
        return poll_times_s(believe(USUAL_S, seen_s))[POLLS_PER_JOB // 2]

    quick, slow = middle([15.0] * 100), middle([70.0] * 100)
    assert quick < middle([]) < slow


def test_track_is_noticed_soon_when_durations_are_known() -> None:
    ends = lognormal(USUAL_S, 0.13, 101)
    durations = believe(USUAL_S, ends)
    waits = []
    for end_s in ends:
        at_s = 0.0
        while at_s < end_s:
            at_s = next_poll_s(at_s, durations, overdue_s=OVERDUE_S)
        waits.append(at_s - end_s)
    assert sum(waits) / len(waits) < 1.5


def test_first_seconds_are_left_alone_when_success_is_unlikely() -> None:
    early = [moment for moment in poll_times_s(believe(USUAL_S, [])) if moment < USUAL_S / 4]
    assert len(early) <= 2


def test_overdue_job_is_asked_for_once_a_minute() -> None:
    durations = believe(USUAL_S, [])
    assert next_poll_s(600.0, durations, overdue_s=600.0) == 600.0 + OVERDUE_GAP_S
    assert next_poll_s(599.9, durations, overdue_s=600.0) <= 599.9 + TAIL_GAP_S


def test_belief_moves_from_the_prior_to_what_was_seen() -> None:
    medians = [believe(USUAL_S, [80.0] * count).log_median for count in (0, 5, 50, 200)]
    assert medians == sorted(medians)
    assert medians[0] == pytest.approx(math.log(USUAL_S), abs=0.01)
    assert medians[-1] == pytest.approx(math.log(80.0), abs=0.05)


@given(seen)
def test_belief_is_finite_when_durations_are_absurd(seen_s: list[float]) -> None:
    durations = believe(USUAL_S, seen_s)
    assert math.isfinite(durations.log_median)
    assert 0.05 <= durations.sigma < 20
    assert 0 < durations.early_chance < 1


def test_schedule_is_periodic_when_ends_come_at_any_time_alike() -> None:
    """Exponential durations: the best gap d solves e^(d / mean) = 1 + (cost + d) / mean."""
    mean_s, cost_s, gap_s = 10.0, 2.0, 5.727
    assert math.exp(gap_s / mean_s) - 1 == pytest.approx((cost_s + gap_s) / mean_s, abs=1e-3)
    moments = [index / 10 for index in range(1001)]
    ended = [1 - math.exp(-moment / mean_s) for moment in moments]
    times = inspection_times(moments, ended, cost_s)[:6]  # the last ones feel the grid's end
    gaps = [later - earlier for earlier, later in itertools.pairwise((0.0, *times))]
    assert gaps == pytest.approx([gap_s] * 6, abs=0.15)


def test_gaps_shrink_by_the_cost_of_a_poll_when_ends_are_spread_evenly() -> None:
    """Uniform durations: with f constant, Barlow and Proschan's recursion gives just that."""
    moments = [index / 10 for index in range(301)]
    times = inspection_times(moments, [moment / 30 for moment in moments], 3.0)
    gaps = [later - earlier for earlier, later in itertools.pairwise((0.0, *times))]
    assert times[-1] == 30
    assert [a - b for a, b in itertools.pairwise(gaps)] == pytest.approx([3.0] * 3, abs=0.2)


@pytest.mark.parametrize("polls", [4, 10, 20])
def test_polls_per_job_are_about_as_many_as_asked_for(polls: int) -> None:
    ends = lognormal(USUAL_S, 0.25, 101)
    times = poll_times_s(believe(USUAL_S, ends), polls)
    taken, _ = polls_and_wait_s(times, ends)
    assert 0.7 * polls <= taken <= 1.3 * polls


@pytest.mark.parametrize("usual_s", [USUAL_S / 2, USUAL_S * 2])
def test_track_is_noticed_sooner_than_by_regular_polls_when_the_prior_is_wrong(
    usual_s: float,
) -> None:
    """With no more polls than the provider's published loop, one every 10 s, takes."""
    ends = lognormal(USUAL_S, 0.25, 101)
    loop_polls, loop_wait_s = polls_and_wait_s([10.0 * count for count in range(1, 20)], ends)
    schedules = (poll_times_s(believe(usual_s, []), half / 2) for half in range(40, 2, -1))
    outcomes = (polls_and_wait_s(times, ends) for times in schedules)
    wait_s = next(wait_s for polls, wait_s in outcomes if polls <= loop_polls)
    assert wait_s < loop_wait_s
