"""The parts of `bot.generate`, put together as the composition root does it."""

from bot.generate.circuit_breaker import CircuitBreaker
from bot.generate.estimates import Capacity, DurationEstimates
from bot.generate.expectations import Expectations
from bot.generate.generations import Generations
from bot.generate.poller import Poller
from bot.generate.submitter import Refresh, Submitter
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeups
from bot.metrics import Metrics
from bot.provider.client import Provider
from tests.factories import Stored, still_good

OVERDUE_S = 600.0


def estimates_on(stored: Stored, *, at_most_running: int = 10) -> DurationEstimates:
    return DurationEstimates(
        stored.jobs, Capacity(at_most_running=at_most_running, overdue_s=OVERDUE_S)
    )


def expectations_on(stored: Stored) -> Expectations:
    return Expectations(estimates_on(stored), stored.stores.pauses, stored.clock)


def generations_on(stored: Stored, wakeups: Wakeups, metrics: Metrics | None = None) -> Generations:
    return Generations(
        stored.jobs,
        stored.notices,
        estimates_on(stored),
        wakeups=wakeups,
        clock=stored.clock,
        metrics=metrics or Metrics(),
    )


def a_submitter(
    stored: Stored,
    provider: Provider,
    wakeups: Wakeups,
    *,
    at_most_running: int = 10,
    refresh: Refresh = still_good,
) -> Submitter:
    return Submitter(
        stored.jobs,
        stored.stores.lookups,
        provider,
        generations_on(stored, wakeups),
        CircuitBreaker(
            stored.stores.pauses,
            stored.notices,
            wakeups=wakeups,
            clock=stored.clock,
            metrics=Metrics(),
        ),
        refresh=refresh,
        capacity=Capacity(at_most_running=at_most_running, overdue_s=OVERDUE_S),
        wakeups=wakeups,
        clock=stored.clock,
    )


def a_poller(
    stored: Stored, provider: Provider, wakeups: Wakeups, *, rate_limiter: RateLimiter | None = None
) -> Poller:
    return Poller(
        stored.jobs,
        provider,
        generations_on(stored, wakeups),
        rate_limiter=rate_limiter or RateLimiter(1000),
        wakeups=wakeups,
        clock=stored.clock,
        metrics=Metrics(),
    )
