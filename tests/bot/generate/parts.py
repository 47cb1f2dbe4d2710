"""The parts of `bot.generate`, put together as the composition root does it."""

from datetime import timedelta

from bot.domain.budgets import NO_BUDGETS, Budgets
from bot.generate.circuit_breaker import CircuitBreaker
from bot.generate.estimates import Capacity, DurationEstimates
from bot.generate.expectations import Expectations
from bot.generate.generations import Generations
from bot.generate.lookups import LookUps
from bot.generate.patience import Patience, Terms
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


def expectations_on(stored: Stored, budgets: Budgets = NO_BUDGETS) -> Expectations:
    stores = stored.stores
    return Expectations(estimates_on(stored), stores.pauses, stores.budgets, stored.clock, budgets)


def generations_on(stored: Stored, wakeups: Wakeups, metrics: Metrics | None = None) -> Generations:
    return Generations(
        stored.jobs,
        stored.notices,
        estimates_on(stored),
        wakeups=wakeups,
        clock=stored.clock,
        metrics=metrics or Metrics(),
    )


def patience_on(
    stored: Stored, wakeups: Wakeups, budgets: Budgets = NO_BUDGETS, *, hours: float = 24
) -> Patience:
    stores = stored.stores
    return Patience(
        Terms(budgets=budgets, lapse_after=timedelta(hours=hours)),
        stores.lapsing,
        stores.budgets,
        stores.notices,
        wakeups=wakeups,
        clock=stored.clock,
        metrics=Metrics(),
    )


def look_ups_on(stored: Stored, provider: Provider, wakeups: Wakeups) -> LookUps:
    stores = stored.stores
    return LookUps(
        stores.lookups,
        stores.turns,
        provider,
        generations_on(stored, wakeups),
        wakeups,
        stored.clock,
    )


def a_submitter(
    stored: Stored,
    provider: Provider,
    wakeups: Wakeups,
    *,
    at_most_running: int = 10,
    refresh: Refresh = still_good,
    budgets: Budgets = NO_BUDGETS,
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
        patience=patience_on(stored, wakeups, budgets),
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
