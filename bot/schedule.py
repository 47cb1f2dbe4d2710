"""When to poll a generation: a pure function of the durations seen so far.

A poll costs a request, and every second between "done" and "noticed" costs the member's patience.
For a duration with hazard h(t), the best polls lie 1/n(t) apart with n(t) proportional to the
square root of h(t) (Keller's limit of the optimal inspection schedule of Barlow and Proschan,
1963). So: few polls while success is unlikely, many where it is likely, fewer again in the tail.
The density is scaled so that a job takes about `POLLS_PER_JOB` polls.

Durations are modelled as lognormal around what was seen, with the model's usual duration as a
prior worth `PRIOR_WEIGHT` observations, plus a small chance of an early end: refusals by the model
come early, and their members should not wait for the usual time.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

POLLS_PER_JOB = 10
PRIOR_WEIGHT = 5
PRIOR_SIGMA = 0.35
SIGMA_FLOOR = 0.05
EARLY_CHANCE = 0.1
SHORTEST_GAP_S = 0.5
TAIL_GAP_S = 10.0
OVERDUE_GAP_S = 60.0
GRID_POINTS = 1500
GRID_SPAN = 5.0  # times the median


@dataclass(frozen=True)
class Durations:
    """What is believed of a model: lognormal durations, and the chance to end early."""

    log_median: float
    sigma: float
    early_chance: float


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
    if index < len(times):
        return max(times[index], elapsed_s + SHORTEST_GAP_S)
    return elapsed_s + TAIL_GAP_S


@lru_cache(maxsize=64)
def poll_times_s(durations: Durations) -> tuple[float, ...]:
    """The polls of one job, in seconds since submission, up to far into the tail."""
    step_s = math.exp(durations.log_median) * GRID_SPAN / GRID_POINTS
    moments = [step_s * (index + 0.5) for index in range(GRID_POINTS)]
    densities, survivals = [], []
    for moment in moments:
        chance, survival = _chance_and_survival(moment, durations)
        survivals.append(survival)
        densities.append(math.sqrt(chance / survival) if survival > 1e-9 else 0.0)
    expected = sum(n * s for n, s in zip(densities, survivals, strict=True)) * step_s
    scale = POLLS_PER_JOB / expected
    times: list[float] = []
    due = 0.5  # half a poll in, so that the first one is centred in its share like the others
    polls = 0.0
    for moment, density in zip(moments, densities, strict=True):
        polls += density * scale * step_s
        far_enough = not times or moment - times[-1] >= SHORTEST_GAP_S
        if far_enough and (polls >= due or (times and moment - times[-1] >= TAIL_GAP_S)):
            times.append(moment)
            due = polls + 1.0
    return tuple(times)


def _chance_and_survival(moment_s: float, durations: Durations) -> tuple[float, float]:
    """Probability density (per second) of the end at `moment_s`, and probability of a later one."""
    z = (math.log(moment_s) - durations.log_median) / durations.sigma
    usual = math.exp(-z * z / 2) / (moment_s * durations.sigma * math.sqrt(2 * math.pi))
    usual_later = math.erfc(z / math.sqrt(2)) / 2
    early_scale_s = math.exp(durations.log_median) / 2
    early_later = math.exp(-moment_s / early_scale_s)
    early = early_later / early_scale_s
    chance = durations.early_chance * early + (1 - durations.early_chance) * usual
    later = durations.early_chance * early_later + (1 - durations.early_chance) * usual_later
    return chance, later
