"""What is counted and measured, in a registry of our own. docs/operations.md explains each metric.

Labels come from closed sets: nothing that a member, a server or a secret could be known by.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Final

import aiohttp
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.domain.jobs import FailureKind, Job, Notice, NoticeKind, Rung
from bot.domain.money import usd_of
from bot.store.spending import Spending
from bot.store.survey import Census

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
NO_ANSWER: Final = "none"
OTHER: Final = "other"

WAIT_S: Final = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
GENERATION_S: Final = (5, 10, 20, 25, 30, 35, 40, 45, 50, 60, 80, 120, 300, 600, 3600)
POLL_LAG_S: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
DELIVERY_S: Final = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400)

# Top-level resources of Discord's API and the provider's calls. The rest of a path holds ids and
# interaction tokens, and is not looked at.
RESOURCES: Final = frozenset(
    {"applications", "channels", "gateway", "guilds", "interactions", "users", "webhooks"}
    | {"billing", "generate", "logs", "usage"}
)
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class Metrics:
    """One object per process, built by the composition root and handed to whoever measures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._jobs = self._gauge("jobs", "Jobs in the database by state", "state")
        self._notices_due = self._gauge("notices_due", "Notices whose time to be told has come")
        self._parts = self._gauge("part_ready", "1 where /readyz finds the part well", "part")
        self._paused = self._gauge("submissions_paused", "1 while the provider refuses submissions")
        self._wait = self._histogram(
            "wait_seconds", "From the request to its accepted submission", WAIT_S, "model"
        )
        self._generation = self._histogram(
            "generation_seconds", "From the submission to the finished track", GENERATION_S, "model"
        )
        self._poll_lag = self._histogram(
            "poll_lag_seconds", "From the moment a poll was due to the poll", POLL_LAG_S
        )
        self._delivery = self._histogram(
            "delivery_seconds", "From what happened to the member's being told", DELIVERY_S, "kind"
        )
        self._failures = self._counter("failures", "Failed jobs by kind", "kind")
        self._told = self._counter("told", "Notices by kind and rung", "kind", "rung")
        self._requests = self._counter(
            "http_requests", "Requests that went out", "service", "method", "resource", "status"
        )
        self._held = self._gauge("usd_held", "Held for tracks whose cost isn't known")
        self._used = self._gauge("usd_used", "What counts towards the budget so far", "period")
        self._budget = self._gauge("usd_budget", "The budget; absent without one", "period")
        self._spent = _Spent()
        self.registry.register(self._spent)
        self._show_closed_sets()

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"compose_{name}", text, labels, registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"compose_{name}", text, labels, registry=self.registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"compose_{name}", text, labels, buckets=buckets, registry=self.registry)

    def _show_closed_sets(self) -> None:
        """A counter that is absent until the first failure hides exactly that one from `rate`."""
        for failure in FailureKind:
            self._failures.labels(failure)
        for kind in NoticeKind:
            for rung in set(Rung) - {Rung.WITHDRAWN}:
                self._told.labels(kind, rung)

    # --- what happens -----------------------------------------------------------------------

    def submitted(self, job: Job) -> None:
        """The provider took a claimed job."""
        if job.submitted_at:
            waited_s = _seconds(job.created_at, job.submitted_at)
            self._wait.labels(job.request.model).observe(waited_s)

    def polled(self, job: Job, now: datetime) -> None:
        """A claimed job is about to be asked for."""
        self._poll_lag.observe(_seconds(job.due_at, now))

    def finished(self, job: Job, now: datetime) -> None:
        """A track is stored as finished."""
        if job.submitted_at:
            took_s = _seconds(job.submitted_at, now)
            self._generation.labels(job.request.model).observe(took_s)

    def failed(self, kind: FailureKind, jobs: int = 1) -> None:
        """Jobs are stored as failed."""
        self._failures.labels(kind).inc(jobs)

    def told(self, notice: Notice, rung: Rung, now: datetime) -> None:
        """A notice reached its member, or is held since no way was open."""
        self._told.labels(notice.kind, rung).inc()
        if rung is not Rung.HELD:
            self._delivery.labels(notice.kind).observe(_seconds(notice.created_at, now))

    def paused(self, is_paused: bool) -> None:
        """Whether submissions are held back since the provider refuses them."""
        self._paused.set(is_paused)

    # --- what is looked up for a scrape -----------------------------------------------------

    def set_census(self, census: Census | None) -> None:
        """What the database holds; without it, no figure rather than an old one."""
        self._jobs.clear()
        self._notices_due.set(census.notices_due if census else float("nan"))
        for state, number in census.jobs.items() if census else ():
            self._jobs.labels(state).set(number)

    def set_spending(self, spending: Spending | None) -> None:
        """What was spent by all processes, ever; without it, no figure rather than an old one."""
        self._spent.known = spending.known if spending else {}
        self._held.set(usd_of(spending.held) if spending else float("nan"))
        self._used.clear()
        for period, used in spending.used.items() if spending else ():
            self._used.labels(period).set(usd_of(used))
        for period, limit in spending.budgets.limits if spending else ():
            self._budget.labels(period).set(usd_of(limit))

    def set_parts(self, parts: Mapping[str, bool]) -> None:
        """Set which parts `/readyz` found well."""
        for part, well in parts.items():
            self._parts.labels(part).set(well)

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format, of the type `CONTENT_TYPE`."""
        return generate_latest(self.registry)

    # --- requests ---------------------------------------------------------------------------

    def trace(self, service: str) -> aiohttp.TraceConfig:
        """To be given to a session, so that its requests count as this service's.

        An answer counts once its status is known, whatever becomes of its body.
        """

        async def count(
            _session: aiohttp.ClientSession,
            _context: SimpleNamespace,
            request: aiohttp.TraceRequestEndParams | aiohttp.TraceRequestExceptionParams,
        ) -> None:
            status = NO_ANSWER
            if isinstance(request, aiohttp.TraceRequestEndParams):
                status = str(request.response.status)
            method = request.method if request.method in METHODS else OTHER
            resource = next((part for part in request.url.parts if part in RESOURCES), OTHER)
            self._requests.labels(service, method, resource, status).inc()

        config = aiohttp.TraceConfig()
        config.on_request_end.append(count)
        config.on_request_exception.append(count)
        return config


class _Spent(Collector):
    """Counters whose values are the database's, so that they survive restarts."""

    def __init__(self) -> None:
        self.known: Mapping[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        """Called by the registry."""
        in_credits = CounterMetricFamily("compose_credits_spent", "Known costs", labels=["model"])
        in_usd = CounterMetricFamily("compose_usd_spent", "Known costs in USD", labels=["model"])
        for model, amount in self.known.items():
            in_credits.add_metric([model], amount)
            in_usd.add_metric([model], usd_of(amount))
        yield from (in_credits, in_usd)


def _seconds(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds(), 0.0)
