"""When to poll a generation: a pure function of the durations seen so far.

A poll costs a request, and every second between "done" and "noticed" costs the member's patience.
The best times under a known distribution of durations are the optimal inspection schedule of
Barlow and Proschan (1963), found here by dynamic programming over a grid of moments: no polls while
success is unlikely, many where it is likely, fewer again in the tail. What a poll costs, in seconds
of waiting, is chosen so that a job takes about `POLLS_PER_JOB` of them. `make bench` measures how
close this comes to the optimum when the distribution has to be learnt.

Durations are modelled as lognormal around what was seen, with the model's usual duration as a
prior worth `PRIOR_WEIGHT` observations, plus a small chance of an early end (refusals by the model
come within seconds, and their members should not wait for the usual time), and of a stray, for now
and then a provider is slow. The prior is wide, so that a usual duration that is wrong by a factor
of two still gives better times than regular polling.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

POLLS_PER_JOB = 10
PRIOR_WEIGHT = 5
PRIOR_SIGMA = 0.5
SIGMA_FLOOR = 0.05
EARLY_CHANCE, EARLY_SHARE = 0.1, 0.15  # an early end takes that share of the median, on average
STRAY_CHANCE, STRAY_SIGMA = 0.03, 1.0
SHORTEST_GAP_S = 0.5
TAIL_GAP_S = 10.0
OVERDUE_GAP_S = 60.0
# The moments considered: many within so many standard deviations of the median, a grid finer than
# the gaps between polls, and few on both sides, where only strays are to be found.
NEAR_SIGMAS, NEAR_POINTS = 4.0, 160
FAR_TIMES, FAR_POINTS = 20.0, 24  # down to the median by so much, and up to so much times it


@dataclass(frozen=True)
class Durations:
    """What is believed of a model: lognormal durations, and the chance to end early."""

    log_median: float
    sigma: float
    early_chance: float

    @property
    def median_s(self) -> float:
        """Half of the generations take longer."""
        return math.exp(self.log_median)

    def ended_by(self, moment_s: float) -> float:
        """The probability that a generation has ended so many seconds (> 0) after submission."""
        distance = math.log(moment_s) - self.log_median
        usual = _normal_cdf(distance / self.sigma)
        stray = _normal_cdf(distance / STRAY_SIGMA)
        early = -math.expm1(-moment_s / (EARLY_SHARE * self.median_s))
        late = STRAY_CHANCE * stray + (1 - STRAY_CHANCE) * usual
        return self.early_chance * early + (1 - self.early_chance) * late


def believe(usual_s: float, seen_s: Sequence[float]) -> Durations:
    """The prior around `usual_s`, shrunk towards the durations that were seen (seconds, > 0)."""
    prior = math.log(usual_s)
    logs = [math.log(max(duration, 0.1)) for duration in seen_s]
    weight = PRIOR_WEIGHT + len(logs)
    mean = (PRIOR_WEIGHT * prior + sum(logs)) / weight
    spread = PRIOR_WEIGHT * (PRIOR_SIGMA**2 + (prior - mean) ** 2)
    spread += sum((log - mean) ** 2 for log in logs)
    return Durations(
        log_median=round(mean, 2),
        sigma=round(max(math.sqrt(spread / weight), SIGMA_FLOOR), 2),
        early_chance=round(EARLY_CHANCE * PRIOR_WEIGHT / weight, 3),
    )


def next_poll_s(elapsed_s: float, durations: Durations, *, overdue_s: float) -> float:
    """Seconds since submission at which to poll next, given the seconds that have passed.

    Always later than `elapsed_s`. Past `overdue_s` polls are a minute apart.
    """
    if elapsed_s >= overdue_s:
        return elapsed_s + OVERDUE_GAP_S
    times = poll_times_s(durations)
    index = bisect_right(times, elapsed_s)
    if index == 0:
        return max(times[0], elapsed_s + SHORTEST_GAP_S)
    due_s = times[index] if index < len(times) else math.inf
    return elapsed_s + min(max(due_s - elapsed_s, SHORTEST_GAP_S), TAIL_GAP_S)


@lru_cache(maxsize=64)
def poll_times_s(durations: Durations, polls_per_job: float = POLLS_PER_JOB) -> tuple[float, ...]:
    """The polls of one job, in seconds since submission, up to far into the tail."""
    moments = _moments_s(durations)
    ended = [0.0, *map(durations.ended_by, moments[1:])]
    return inspection_times(moments, ended, _poll_cost_s(moments, ended, polls_per_job))


def inspection_times(
    moments_s: Sequence[float], ended: Sequence[float], cost_s: float
) -> tuple[float, ...]:
    """The times, of these moments, with the least expected cost (Barlow and Proschan, 1963).

    A poll costs `cost_s`, and so does each second between the end and the next poll. `ended` is
    the probability of an end by each moment; it begins with 0 at moment 0, and what lacks to 1 at
    the last moment, which is always polled at, is left out of account.
    """
    # Seconds of waiting from moment i to a poll at j: ∫ (t_j - t) dF(t), with an end between two
    # moments taken to be in their middle; so much of it is ∫ t dF(t).
    moment_sums = [0.0]
    for i in range(1, len(moments_s)):
        middle_s = (moments_s[i - 1] + moments_s[i]) / 2
        moment_sums.append(moment_sums[-1] + middle_s * (ended[i] - ended[i - 1]))
    last = len(moments_s) - 1
    least = [0.0] * (last + 1)  # expected cost from here on, of jobs that have not ended here
    following = [last] * (last + 1)
    for i in range(last - 1, -1, -1):
        before, sum_before = ended[i], moment_sums[i]
        costs = [
            moments_s[j] * (ended[j] - before) - moment_sums[j] + least[j]
            for j in range(i + 1, last + 1)
        ]
        best = min(costs)
        following[i] = i + 1 + costs.index(best)
        least[i] = best + sum_before + cost_s * (ended[last] - before)
    times, i = [], 0
    while i < last:
        i = following[i]
        times.append(moments_s[i])
    return tuple(times)


def _moments_s(durations: Durations) -> list[float]:
    """0, and the moments at which a poll may be placed."""
    near = math.exp(durations.sigma * NEAR_SIGMAS)
    sides: list[float] = []
    if near < FAR_TIMES:
        sides = [near * (FAR_TIMES / near) ** (i / FAR_POINTS) for i in range(1, FAR_POINTS + 1)]
    factors = [
        *(1 / side for side in reversed(sides)),
        *(near ** (2 * i / NEAR_POINTS - 1) for i in range(NEAR_POINTS + 1)),
        *sides,
    ]
    return [0.0, *(durations.median_s * factor for factor in factors)]


def _poll_cost_s(moments_s: Sequence[float], ended: Sequence[float], polls_per_job: float) -> float:
    """The seconds of waiting that a poll must be worth for about so many polls per job.

    Where polls are many, the best ones lie sqrt(2 cost / hazard) apart (Keller, 1974), so a job
    takes ∫ sqrt(density · survival / (2 cost)) of them.
    """
    root = sum(
        math.sqrt((ended[i + 1] - ended[i]) * (1 - ended[i]) * (moments_s[i + 1] - moments_s[i]))
        for i in range(len(moments_s) - 1)
    )
    return (root / polls_per_job) ** 2 / 2


def _normal_cdf(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2
