"""What the host is told of money: each once over two processes, with what to do."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.jobs import JobState
from bot.domain.money import CREDITS_PER_USD, CostSource
from bot.ops.alerts.channels import Tell, Webhook
from bot.ops.alerts.money import ADD_UP_EVERY_S, COMPARE_EVERY_S
from bot.store.database.tables import jobs
from sandbox.aimlapi import KeyTerms
from tests.bot.ops.alerts.conftest import TURN_S, Hooks, Processes
from tests.bot.store.test_spend_store import UNKNOWN, a_row, store

Watching = Callable[[Tell], Awaitable[Processes]]
NOON = datetime(2027, 3, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
USD = CREDITS_PER_USD


@pytest.fixture
async def processes(watching: Watching, webhook: Webhook) -> Processes:
    opened = await watching(webhook.tell)
    opened.stored.clock.now = NOON
    return opened


async def spend(processes: Processes, usd: float, **changes: Any) -> None:
    """A track, submitted now, that cost what it held."""
    now, price = processes.stored.clock(), round(usd * USD)
    amounts = {"held_credits": price, "cost_credits": price}
    await store(processes.stored.engine, a_row(**{"submitted_at": now} | amounts | changes))


async def add_up(processes: Processes) -> None:
    await processes.wait(ADD_UP_EVERY_S + TURN_S)


def told(hooks: Hooks) -> list[str]:
    """What was said, up to the first colon or stop."""
    return [said["text"].removeprefix("Compose Bot: ").split(":")[0] for said in hooks.said]


async def test_two_processes_that_cross_a_level_tell_it_once(
    processes: Processes, hooks: Hooks
) -> None:
    await spend(processes, 0.81)
    await add_up(processes)
    assert told(hooks) == ["80% of today's budget is used"]
    await add_up(processes)
    assert len(hooks.said) == 1
    assert "0.81 of 1.00 USD" in hooks.said[0]["text"]
    assert "BUDGET_USD_PER_DAY" in hooks.said[0]["text"]


async def test_each_level_is_told_once_and_of_several_the_highest(
    processes: Processes, hooks: Hooks
) -> None:
    for usd in (0.49, 0.02, 0.3, 0.2, 0.5):
        await spend(processes, usd)
        await add_up(processes)
    levels = [text.split("%")[0] for text in told(hooks) if "today" in text]
    assert levels == ["50", "80", "100"]


async def test_level_is_not_told_again_when_a_hold_is_given_back_and_taken_again(
    processes: Processes, hooks: Hooks
) -> None:
    waiting = {"submitted_at": None, "state": JobState.QUEUED, **UNKNOWN}
    await spend(processes, 0.45)
    for _ in range(3):
        await spend(processes, 0.4, **waiting)
        await add_up(processes)
        async with processes.stored.engine.begin() as connection:
            await connection.execute(sa.delete(jobs).where(jobs.c.state == JobState.QUEUED))
        await add_up(processes)
    assert told(hooks) == ["80% of today's budget is used"]


async def test_next_day_starts_again_and_the_month_goes_on(
    processes: Processes, hooks: Hooks
) -> None:
    clock = processes.stored.clock
    await spend(processes, 0.6)
    await spend(processes, 4.5, submitted_at=NOON - 5 * DAY)
    await add_up(processes)
    clock.now = NOON + DAY
    await add_up(processes)
    assert len(hooks.said) == 2
    await spend(processes, 0.6)
    await add_up(processes)
    assert sorted(told(hooks)) == [
        "50% of this month's budget is used",
        "50% of today's budget is used",
        "50% of today's budget is used",
    ]
    standing = await processes.stored.stores.alerts.standing()
    assert {place for cause, place in standing if cause == "budget"} == {
        "day 2027-03-21 50",
        "month 2027-03 50",
    }


async def test_cost_above_its_hold_is_told_while_it_happens(
    processes: Processes, hooks: Hooks
) -> None:
    long_id = "m" * 64
    price = {"cost_credits": USD // 10, "model": long_id}
    await spend(processes, 0.05, **price)
    await spend(processes, 0.05, **price)
    await add_up(processes)
    assert len(hooks.said) == 1
    assert (
        f"Tracks by {long_id} cost more than expected: 0.20 USD rather than 0.10"
        in hooks.said[0]["text"]
    )
    processes.stored.clock.now = NOON + 2 * DAY
    await add_up(processes)
    assert await processes.stored.stores.alerts.standing() == {}


async def provider_counts(processes: Processes, usd: float) -> None:
    answer = {"spend": usd, "currency": "USD", "requests": 3, "models": []}
    rule = processes.stand_in.scenario.on("GET", "/v2/usage/detail", times=None)
    rule.respond(200, answer)


async def logs_say(processes: Processes, *names: str) -> None:
    rows = [
        {
            "created": (NOON - 2 * DAY).isoformat(),
            "status": "succeeded",
            "cost": {"usd": 1.0, "credits": USD},
            "inference_id": f"generation-{name}",
            "client_request_id": name,
        }
        for name in names
    ]
    page = {"data": rows, "pagination": {"total": len(rows), "has_more": False}}
    rule = processes.stand_in.scenario.on("GET", "/v2/logs", times=None)
    rule.respond(200, page)


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (1.0, 1.49, False),
        (1.0, 1.51, True),
        (1.51, 1.0, True),
        (10.0, 10.9, False),
        (10.0, 11.2, True),
        (0.0, 0.6, True),
    ],
)
async def test_books_that_differ_from_the_providers_are_told_for_a_closed_day(
    processes: Processes, hooks: Hooks, ours: float, theirs: float, *, said: bool
) -> None:
    await provider_counts(processes, theirs)
    await logs_say(processes)
    await spend(processes, ours, submitted_at=NOON - 2 * DAY)
    await processes.wait(COMPARE_EVERY_S + TURN_S, turn_s=300)
    about = [text for text in told(hooks) if text.startswith("On 2027-03-18 the provider counted")]
    assert len(about) == said


async def test_nothing_is_told_of_a_key_that_others_use(
    processes: Processes, hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await provider_counts(processes, 3.0)
    row = a_row(submitted_at=NOON - 2 * DAY, cost_source=CostSource.LOGS)
    await store(processes.stored.engine, row)
    await logs_say(processes, f"{row['id']}.1", "another-program")
    await processes.wait(COMPARE_EVERY_S + TURN_S, turn_s=300)
    assert hooks.said == []
    assert "have requests of other programs" in caplog.text


async def test_drift_is_told_where_all_requests_are_ours(
    processes: Processes, hooks: Hooks
) -> None:
    await provider_counts(processes, 3.0)
    row = a_row(submitted_at=NOON - 2 * DAY)
    await store(processes.stored.engine, row)
    await logs_say(processes, f"{row['id']}.1", f"{row['id']}.2")
    await processes.wait(COMPARE_EVERY_S + TURN_S, turn_s=300)
    assert len(hooks.said) == 1


async def test_key_without_a_limit_is_told_once_and_gently(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    for _ in range(3):  # starts
        processes = await watching(webhook.tell)
        processes.stand_in.key_terms = KeyTerms()
        await processes.wait(2 * 3600, turn_s=300)
    [said] = hooks.said
    assert "nothing is wrong" in said["text"]
    assert "no spending limit of its own" in said["text"]
