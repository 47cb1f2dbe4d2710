"""When to poll: properties that hold for every model and every moment."""

import itertools
import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schedule import (
    OVERDUE_GAP_S,
    POLLS_PER_JOB,
    TAIL_GAP_S,
    believe,
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
def test_poll_times_rise_with_gaps_of_at_least_half_a_second(
    usual_s: float, seen_s: list[float]
) -> None:
    times = poll_times_s(believe(usual_s, seen_s))
    assert times
    assert all(later - earlier >= 0.5 - 1e-9 for earlier, later in itertools.pairwise(times))


@pytest.mark.parametrize("sigma", [0.1, 0.2, 0.35])
def test_job_takes_about_ten_polls_when_it_takes_its_usual_time(sigma: float) -> None:
    ends = lognormal(USUAL_S, sigma, 101)
    mean = sum(polls_until(end, []) for end in ends) / len(ends)
    assert 0.6 * POLLS_PER_JOB <= mean <= 1.4 * POLLS_PER_JOB


@pytest.mark.parametrize("median_s", [20.0, 50.0])
def test_job_takes_about_ten_polls_when_the_model_was_learnt(median_s: float) -> None:
    ends = lognormal(median_s, 0.15, 101)
    mean = sum(polls_until(end, ends) for end in ends) / len(ends)
    assert 0.6 * POLLS_PER_JOB <= mean <= 1.4 * POLLS_PER_JOB


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
