"""Detection lag: from the moment a generation is done to the poll that finds out.

A calculation, not a run: for a known distribution of durations the mean lag and the mean number of
polls of any schedule follow from it. Each schedule is scaled so that both ways take equally many
polls, and lags are compared then.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import NormalDist, mean

import numpy as np
from numpy.typing import NDArray

from bench.table import Figure
from bot.generate.poll_schedule import POLLS_PER_JOB, TAIL_GAP_S, believe, poll_times_s

MEDIAN_S = 35.0
LOOP_GAP_S = 10.0  # AI/ML API docs: Lyria 2 > Full example
LONGEST_S = 600.0  # where a job counts as overdue; what would take longer is left out
STEP_S = 0.1
LONGEST_GAP_S = 100.0
OBSERVATIONS = (0, 20, 200)
DRAWS = 5
HALVINGS = 14
RATIO_GOAL = 1.1

Floats = NDArray[np.float64]
Scaled = Callable[[float], Floats]  # poll times by a scale: more of it, more polls

EDGES_S: Floats = np.linspace(0.0, LONGEST_S, round(LONGEST_S / STEP_S) + 1)
DURATIONS_S: Floats = (EDGES_S[1:] + EDGES_S[:-1]) / 2


def measure() -> list[Figure]:
    """Each distribution, at the polls of the published loop and at ours."""
    return [figure for name, chances in distributions() for figure in _figures(name, chances)]


def distributions() -> Iterator[tuple[str, Floats]]:
    """The chances of `DURATIONS_S`, by name; their median is `MEDIAN_S`."""
    for sigma in (0.25, 0.5):
        yield f"lognormal, sigma {sigma}", lognormal(MEDIAN_S, sigma)
    with np.errstate(divide="ignore"):
        yield "heavy tail (log-logistic, 3)", _chances(1 / (1 + (EDGES_S / MEDIAN_S) ** -3.0))


def lognormal(median_s: float, sigma: float) -> Floats:
    """The chances of `DURATIONS_S` when their logarithms are normal."""
    normal = NormalDist(math.log(median_s), sigma)
    ended = [0.0, *(normal.cdf(math.log(edge_s)) for edge_s in EDGES_S[1:])]
    return _chances(np.array(ended))


def _chances(ended: Floats) -> Floats:
    chances = np.diff(ended)
    return np.asarray(chances / chances.sum())


def polls_and_lag_s(times_s: Floats, chances: Floats) -> tuple[float, float]:
    """The mean number of polls a job takes, and the mean seconds to the one that finds the end.

    After the last of the times polls go on every `TAIL_GAP_S`.
    """
    rest = np.arange(times_s[-1] + TAIL_GAP_S, LONGEST_S + 2 * TAIL_GAP_S, TAIL_GAP_S)
    times_s = np.append(times_s, rest)
    found = np.searchsorted(times_s, DURATIONS_S)
    return float(chances @ (found + 1)), float(chances @ (times_s[found] - DURATIONS_S))


def lag_s(schedule: Scaled, chances: Floats, polls: float, scales: tuple[float, float]) -> float:
    """The mean lag once the schedule is scaled, within `scales`, to so many polls a job."""
    few, many = scales
    for _ in range(HALVINGS):
        scale = math.sqrt(few * many)
        if polls_and_lag_s(schedule(scale), chances)[0] < polls:
            few = scale
        else:
            many = scale
    # Polls are whole, so their mean jumps; between both sides of the jump lies a mixture.
    (polls_1, lag_1), (polls_2, lag_2) = (
        polls_and_lag_s(schedule(scale), chances) for scale in (few, many)
    )
    share = (polls - polls_1) / (polls_2 - polls_1) if polls_2 != polls_1 else 0.0
    return lag_1 + min(max(share, 0.0), 1.0) * (lag_2 - lag_1)


def optimal_times(chances: Floats, scale: float) -> Floats:
    """Barlow and Proschan's optimal inspections (1963), where a poll costs 1/`scale` seconds.

    Dynamic programming over all edges: the least cost from each on is that of the best next one.
    """
    ended = np.concatenate([[0.0], np.cumsum(chances)])
    sums = np.concatenate([[0.0], np.cumsum(chances * DURATIONS_S)])
    last, reach = len(EDGES_S) - 1, round(LONGEST_GAP_S / STEP_S)
    least, following = np.zeros(last + 1), np.zeros(last + 1, dtype=int)
    # With a poll at j, whatever ended since i has waited for it: t_j (F_j - F_i) - ∫ t dF.
    to_come = EDGES_S * ended - sums
    for i in range(last - 1, -1, -1):
        ahead = slice(i + 1, min(i + reach, last) + 1)
        costs = to_come[ahead] + least[ahead] - EDGES_S[ahead] * ended[i]
        best = int(np.argmin(costs))
        following[i] = i + 1 + best
        least[i] = costs[best] + sums[i] + (1 - ended[i]) / scale
    times, i = [], 0
    while i < last:
        i = int(following[i])
        times.append(EDGES_S[i])
    return np.array(times)


def regular_times(scale: float) -> Floats:
    """A fixed loop; by a scale of 1 the published one."""
    gap_s = LOOP_GAP_S / scale
    count = math.ceil(LONGEST_S / gap_s)
    return np.linspace(gap_s, count * gap_s, count)


def _figures(name: str, chances: Floats) -> Iterator[Figure]:
    loop_polls, _ = polls_and_lag_s(regular_times(1.0), chances)
    for polls in (loop_polls, float(POLLS_PER_JOB)):
        loop_s = lag_s(regular_times, chances, polls, (0.1, 100.0))
        best_s = lag_s(partial(optimal_times, chances), chances, polls, (0.005, 100.0))
        what = f"detection lag at {polls:.1f} polls, {name}"
        for seen in OBSERVATIONS:
            ours_s = mean(_ours_s(chances, polls, learnt) for learnt in _draws(chances, seen))
            ratio = ours_s / best_s
            learnt = seen == OBSERVATIONS[-1]
            yield Figure(
                what=f"{what}: after {seen}",
                value=f"{ours_s:.2f} s",
                goal=f"≤ {RATIO_GOAL} optimum" if learnt else "≤ loop" if not seen else "",
                reached=ratio <= RATIO_GOAL if learnt else ours_s <= loop_s if not seen else None,
                compared=f"optimum {best_s:.2f} s (loop {loop_s:.2f} s)",
                ratio=ratio,
            )
        wrong_s = max(_ours_s(chances, polls, [], MEDIAN_S * factor) for factor in (0.5, 2.0))
        yield Figure(
            what=f"{what}: after 0, prior wrong by 2",
            value=f"{wrong_s:.2f} s",
            goal="≤ loop",
            reached=wrong_s <= loop_s,
            compared=f"loop {loop_s:.2f} s",
            ratio=wrong_s / loop_s,
        )


def _ours_s(
    chances: Floats, polls: float, seen_s: Sequence[float], usual_s: float = MEDIAN_S
) -> float:
    """The lag of the bot's own schedule, for one who has seen these durations."""
    durations = believe(usual_s, seen_s)

    def schedule(scale: float) -> Floats:
        return np.array(poll_times_s(durations, scale))

    return lag_s(schedule, chances, polls, (0.5, 100.0))


def _draws(chances: Floats, count: int) -> list[list[float]]:
    """Several experiences of `count` durations each, the same ones in every run."""
    random = np.random.default_rng(count)
    draws = DRAWS if count else 1
    return [random.choice(DURATIONS_S, size=count, p=chances).tolist() for _ in range(draws)]
