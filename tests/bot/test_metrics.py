"""What is counted, under which names and labels."""

from datetime import timedelta

import aiohttp
import pytest

from bot.domain.budgets import Budgets, Period
from bot.domain.jobs import FailureKind, JobState, NoticeKind, Rung
from bot.metrics import Metrics
from bot.provider.client import Provider
from bot.store.spending import Spending
from bot.store.survey import Census
from sandbox.aimlapi import KEY, AimlapiStandIn
from tests.factories import NOW, a_job, a_notice, a_request

MODEL = {"model": "google/lyria2"}


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_durations_are_measured_between_the_right_moments() -> None:
    metrics = Metrics()
    job = a_job(created_at=NOW, submitted_at=NOW + later(3), due_at=NOW + later(30))
    metrics.submitted(job)
    metrics.polled(job, NOW + later(30.5))
    metrics.finished(job, NOW + later(38))
    metrics.told(a_notice(attempted_rung=None), Rung.CHANNEL, NOW + later(2))
    value = metrics.registry.get_sample_value
    assert value("compose_wait_seconds_sum", MODEL) == 3
    assert value("compose_poll_lag_seconds_sum") == 0.5
    assert value("compose_generation_seconds_sum", MODEL) == 35
    assert value("compose_delivery_seconds_sum", {"kind": "result"}) == 2
    assert value("compose_told_total", {"kind": "result", "rung": "channel"}) == 1


def test_duration_is_never_negative_when_the_clock_was_set_back() -> None:
    metrics = Metrics()
    metrics.polled(a_job(due_at=NOW), NOW - later(60))
    assert metrics.registry.get_sample_value("compose_poll_lag_seconds_sum") == 0


def test_held_notice_counts_as_such_and_not_as_delivered() -> None:
    metrics = Metrics()
    metrics.told(a_notice(attempted_rung=None), Rung.HELD, NOW)
    value = metrics.registry.get_sample_value
    assert value("compose_told_total", {"kind": "result", "rung": "held"}) == 1
    assert value("compose_delivery_seconds_count", {"kind": "result"}) is None


def test_spending_shows_no_old_figures_when_the_database_can_not_be_asked() -> None:
    metrics = Metrics()
    value = metrics.registry.get_sample_value
    budgets = Budgets(per_day=10_000_000)
    used = {Period.DAY: 500_000, Period.MONTH: 2_000_000}
    known = {"google/lyria2": 240_000}
    metrics.set_spending(Spending(known=known, held=120_000, used=used, budgets=budgets))
    assert value("compose_credits_spent_total", MODEL) == 240_000
    assert value("compose_usd_spent_total", MODEL) == 0.12
    assert value("compose_usd_held") == 0.06
    assert value("compose_usd_used", {"period": "month"}) == 1
    assert value("compose_usd_budget", {"period": "day"}) == 5
    assert value("compose_usd_budget", {"period": "month"}) is None
    metrics.set_spending(None)
    assert value("compose_usd_spent_total", MODEL) is None
    assert value("compose_usd_used", {"period": "month"}) is None
    assert "compose_usd_held NaN" in metrics.exposition().decode()


def test_counters_are_there_before_the_first_failure() -> None:
    metrics = Metrics()
    value = metrics.registry.get_sample_value
    assert {value("compose_failures_total", {"kind": kind}) for kind in FailureKind} == {0}
    told = {
        value("compose_told_total", {"kind": kind, "rung": rung})
        for kind in NoticeKind
        for rung in set(Rung) - {Rung.WITHDRAWN}
    }
    assert told == {0}
    metrics.failed(FailureKind.LOST)
    assert value("compose_failures_total", {"kind": "lost"}) == 1


def test_census_shows_no_old_figures_when_the_database_can_not_be_asked() -> None:
    metrics = Metrics()
    value = metrics.registry.get_sample_value
    metrics.set_census(Census(jobs={JobState.QUEUED: 4}, notices_due=2))
    assert value("compose_jobs", {"state": "queued"}) == 4
    assert value("compose_notices_due") == 2
    metrics.set_census(None)
    assert value("compose_jobs", {"state": "queued"}) is None
    assert "compose_notices_due NaN" in metrics.exposition().decode()


def test_registries_are_separate_and_show_the_process() -> None:
    one, two = Metrics(), Metrics()
    one.failed(FailureKind.LOST)
    assert two.registry.get_sample_value("compose_failures_total", {"kind": "lost"}) == 0
    assert "python_info" in one.exposition().decode()


def requests(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Requests by service, method, resource and status."""
    names = ("service", "method", "resource", "status")
    return {
        tuple(sample.labels[name] for name in names): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "compose_http_requests_total"
    }


async def test_provider_requests_are_counted_by_method_and_status(
    stand_in: AimlapiStandIn,
) -> None:
    metrics = Metrics()
    async with Provider.open(stand_in.url, KEY, trace=metrics.trace("provider")) as provider:
        generation = await provider.submit(a_request(), request_id="job.1")
        await provider.fetch(generation.id)
        await provider.fetch(generation.id)
        await provider.balance()
    assert requests(metrics) == {
        ("provider", "POST", "generate", "201"): 1,
        ("provider", "GET", "generate", "200"): 2,
        ("provider", "GET", "billing", "200"): 1,
    }


async def test_request_without_an_answer_is_counted_when_nobody_listens(unused_port: int) -> None:
    metrics = Metrics()
    async with aiohttp.ClientSession(trace_configs=[metrics.trace("discord")]) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"http://127.0.0.1:{unused_port}/")
    assert requests(metrics) == {("discord", "GET", "other", "none"): 1}


async def test_labels_carry_neither_ids_nor_tokens_when_paths_do(unused_port: int) -> None:
    metrics = Metrics()
    async with aiohttp.ClientSession(trace_configs=[metrics.trace("discord")]) as session:
        for method, path in (
            ("POST", "/api/v10/interactions/123456/secret-token/callback"),
            ("PATCH", "/proxy/api/v10/webhooks/123456/secret-token/messages/@original"),
            ("SECRET-TOKEN", "/api/v10/channels/123456/messages?after=654321"),
        ):
            with pytest.raises(aiohttp.ClientError):
                await session.request(method, f"http://127.0.0.1:{unused_port}{path}")
    # Of the lines only what is left of the value: that may hold any digits, as times do.
    lines = metrics.exposition().decode().splitlines()
    shown = "\n".join(line.rpartition(" ")[0] for line in lines if not line.startswith("#"))
    assert set(requests(metrics)) == {
        ("discord", "POST", "interactions", "none"),
        ("discord", "PATCH", "webhooks", "none"),
        ("discord", "other", "channels", "none"),
    }
    for secret in ("secret-token", "SECRET-TOKEN", "123456", "654321", str(unused_port)):
        assert secret not in shown
