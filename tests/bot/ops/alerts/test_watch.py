"""The host is told of what lasts: once over all processes, in either way."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.domain.causes import Cause
from bot.domain.money import CostSource, credits_of
from bot.errors import RequestsClosed
from bot.ops.alerts.account import LOOK_EVERY_S
from bot.ops.alerts.causes import PAUSED_S
from bot.ops.alerts.channels import OwnerMessages, Tell, Webhook
from bot.ops.alerts.watch import TRY_AGAIN_S
from bot.store.database.tables import jobs
from bot.store.pause_store import PauseReason
from sandbox.aimlapi import KeyTerms, error_body, errors
from sandbox.discord import DiscordStandIn
from tests.bot.ops.alerts.conftest import TURN_S, Hooks, Processes, direct_messages

Watching = Callable[[Tell], Awaitable[Processes]]

SAID = {
    Cause.KEY: "key is rejected",
    Cause.BALANCE: "The balance at AI/ML API is low: 0.50 USD left",
    Cause.PAUSED: "has taken no requests since",
    Cause.DATABASE: "The database is locked by another program",
    Cause.DISK: "is nearly full",
}
# Until it is noticed: the account is asked every hour.
NOTICED_S = dict.fromkeys(Cause, 0.0) | {Cause.KEY: LOOK_EVERY_S, Cause.BALANCE: LOOK_EVERY_S}
LASTS_S = dict.fromkeys(Cause, 60.0) | {Cause.PAUSED: PAUSED_S}


async def last(processes: Processes, cause: Cause) -> None:
    """As long as it takes until the host is told, and a little longer."""
    await notice(processes, cause)
    await processes.wait(LASTS_S[cause] + 2 * TURN_S)


async def notice(processes: Processes, cause: Cause) -> None:
    """As long as it takes until somebody looks at this."""
    if noticed_s := NOTICED_S[cause]:
        await processes.wait(noticed_s, turn_s=noticed_s)


@pytest.mark.parametrize("cause", SAID)
async def test_cause_that_lasts_is_told_once_by_the_webhook_and_again_when_it_comes_back(
    watching: Watching, webhook: Webhook, hooks: Hooks, cause: Cause
) -> None:
    processes = await watching(webhook.tell)
    for times in (1, 2):
        await processes.begin(cause)
        await last(processes, cause)
        await processes.wait(600, turn_s=60)
        assert len(hooks.said) == times
        assert SAID[cause] in hooks.said[-1]["text"]
        assert hooks.said[-1] == dict.fromkeys(("content", "text"), hooks.said[-1]["text"])
        await processes.end(cause)
        await processes.wait(120, turn_s=60)


@pytest.mark.parametrize("cause", SAID)
async def test_cause_that_lasts_is_told_once_by_a_direct_message(
    watching: Watching,
    owner_messages: OwnerMessages,
    discord_stand_in: DiscordStandIn,
    cause: Cause,
) -> None:
    processes = await watching(owner_messages.tell)
    await processes.begin(cause)
    await last(processes, cause)
    await processes.wait(120)
    [said] = direct_messages(discord_stand_in)
    assert SAID[cause] in said
    await processes.end(cause)


@pytest.mark.parametrize("cause", SAID)
async def test_nothing_is_told_of_what_comes_and_goes_within_a_minute(
    watching: Watching, webhook: Webhook, hooks: Hooks, cause: Cause
) -> None:
    processes = await watching(webhook.tell)
    if NOTICED_S[cause]:
        await processes.wait(NOTICED_S[cause] - 4 * TURN_S, turn_s=NOTICED_S[cause] - 4 * TURN_S)
    for _ in range(3):
        await processes.begin(cause)
        await processes.wait(LASTS_S[cause] - TURN_S)
        await processes.end(cause)
        await processes.wait(6 * TURN_S)
    assert hooks.said == []


async def test_restart_tells_nothing_again(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    processes = await watching(webhook.tell)
    await processes.begin(Cause.KEY)
    await last(processes, Cause.KEY)
    after = await watching(webhook.tell)
    await last(after, Cause.KEY)
    assert len(hooks.said) == 1


async def test_host_knows_only_while_what_was_told_lasts(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    processes = await watching(webhook.tell)
    alerts = processes.stored.stores.alerts
    hooks.status = 404
    await processes.begin(Cause.PAUSED)
    await last(processes, Cause.PAUSED)
    assert (len(hooks.said) > 0, await alerts.host_knows()) == (True, False)
    hooks.status = 204
    await processes.wait(TRY_AGAIN_S + TURN_S)
    assert await alerts.host_knows()
    await processes.end(Cause.PAUSED)
    await processes.wait(TURN_S)
    assert not await alerts.host_knows()


async def test_webhook_that_refuses_is_tried_again_seldom_and_said_once(
    watching: Watching, webhook: Webhook, hooks: Hooks, caplog: pytest.LogCaptureFixture
) -> None:
    processes = await watching(webhook.tell)
    hooks.status = 500
    await processes.begin(Cause.DISK)
    await processes.wait(60)
    await processes.wait(2 * TRY_AGAIN_S, turn_s=60)
    assert 2 <= len(hooks.said) <= 6
    said = [r for r in caplog.records if "can't be told" in r.getMessage()]
    assert {record.getMessage() for record in said if record.levelno >= logging.WARNING} == {
        "the host can't be told: the webhook answers 500. Check ALERT_WEBHOOK_URL"
    }
    assert "hunter2" not in caplog.text


async def test_full_disk_of_a_database_that_is_away_is_told_once(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    processes = await watching(webhook.tell)
    for cause in (Cause.DISK, Cause.DATABASE):
        await processes.begin(cause)
    await processes.wait(120)
    await processes.end(Cause.DATABASE)
    await processes.wait(120)
    assert sorted("nearly full" in said["text"] for said in hooks.said) == [False, True]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (KeyTerms(scopes=("model:chat",)), "the key can't be used for audio"),
        (KeyTerms(limit_usd=5, spent_this_month_usd=5), "spending limit is reached"),
    ],
)
async def test_key_that_can_make_no_music_is_told(
    watching: Watching, webhook: Webhook, hooks: Hooks, terms: KeyTerms, said: str
) -> None:
    processes = await watching(webhook.tell)
    processes.stand_in.key_terms = terms
    await last(processes, Cause.KEY)
    [told] = hooks.said
    assert said in told["text"]


async def test_account_is_asked_soon_when_submissions_are_refused_for_it(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    processes = await watching(webhook.tell)
    await processes.begin(Cause.KEY)
    await processes.pause(PauseReason.KEY_REJECTED)
    await processes.wait(200)
    assert len(hooks.said) == 1
    await processes.wait(2 * PAUSED_S, turn_s=60)
    assert len(hooks.said) == 1  # not of the pause besides


@pytest.mark.parametrize(
    ("words", "cause", "said"),
    [
        (errors.NO_CREDITS, Cause.BALANCE, "out of credits. Top it up"),
        (errors.NOT_VERIFIED, Cause.BALANCE, "not verified. Follow the link"),
        (errors.LIMIT_REACHED, Cause.KEY, "spending limit is reached. Raise it"),
        (errors.NO_SCOPE, Cause.KEY, "can't be used for audio. Give it that scope"),
    ],
)
async def test_refused_account_is_told_with_what_helps(
    *, watching: Watching, webhook: Webhook, hooks: Hooks, words: str, cause: Cause, said: str
) -> None:
    processes = await watching(webhook.tell)
    balance = processes.stand_in.scenario.on("GET", "/v2/billing", times=None)
    balance.respond(403, error_body(403, words))
    await last(processes, cause)
    [told] = hooks.said
    assert said in told["text"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (PauseReason.OUT_OF_CREDITS, "UTC: the account is out of credits. Top it up"),
        (PauseReason.NOT_VERIFIED, "UTC: the account is not verified. Follow"),
        (PauseReason.KEY_LIMIT_REACHED, "UTC: the key's own spending limit is reached. Raise"),
        (PauseReason.KEY_LACKS_AUDIO, "UTC: the key can't be used for audio. Give"),
        (PauseReason.UNAVAILABLE, "UTC. Requests wait"),
    ],
)
async def test_long_pause_is_told_with_what_helps(
    watching: Watching, webhook: Webhook, hooks: Hooks, reason: PauseReason, said: str
) -> None:
    processes = await watching(webhook.tell)
    await processes.pause(reason)
    await last(processes, Cause.PAUSED)
    [told] = hooks.said
    assert said in told["text"]


async def test_money_that_would_not_last_three_more_days_is_low(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    processes = await watching(webhook.tell)
    clock = processes.stored.clock
    charge = {"type": "MODEL_USAGE", "amount": {"usd": 60.0}}
    charges = [
        charge | {"created_at": (clock() - timedelta(days=days)).isoformat()} for days in (0, 2, 9)
    ]
    ledger = processes.stand_in.scenario.on("GET", "/v2/billing/transactions", times=None)
    ledger.respond(200, {"data": charges})
    await last(processes, Cause.BALANCE)
    [told] = hooks.said
    assert "is low: 100.00 USD left" in told["text"]


@pytest.mark.parametrize("days_ago", [0, 2, 9])
async def test_own_books_tell_whether_money_is_low_when_the_ledger_cant_be_read(
    watching: Watching, webhook: Webhook, hooks: Hooks, days_ago: int
) -> None:
    processes = await watching(webhook.tell)
    ledger = processes.stand_in.scenario.on("GET", "/v2/billing/transactions", times=None)
    ledger.respond(403, {"message": "no"})
    job = await processes.stored.succeed()
    spent = {"cost_credits": credits_of(120.0), "cost_source": CostSource.LOGS}
    spent |= {"submitted_at": processes.stored.clock() - timedelta(days=days_ago)}
    async with processes.stored.engine.begin() as connection:
        await connection.execute(sa.update(jobs).where(jobs.c.id == job.id).values(spent))
    await last(processes, Cause.BALANCE)
    is_low = any("is low: 100.00 USD left" in told["text"] for told in hooks.said)
    assert is_low is (days_ago < 9)


async def test_nothing_is_told_of_a_pause_that_nobody_waits_in(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    processes = await watching(webhook.tell)
    await processes.pause(PauseReason.OUTCOME_UNKNOWN, probe_at=processes.stored.clock())
    await processes.wait(3 * PAUSED_S, turn_s=60)
    assert hooks.said == []


async def test_provider_in_trouble_says_nothing_of_key_and_balance(
    watching: Watching, webhook: Webhook, hooks: Hooks
) -> None:
    processes = await watching(webhook.tell)
    for path in ("/v2/billing", "/v1/key"):
        rule = processes.stand_in.scenario.on("GET", path, times=None)
        rule.respond(502, error_body(502, "Bad Gateway"))
    await processes.wait(2 * LOOK_EVERY_S, turn_s=300)
    assert hooks.said == []


async def test_rejected_key_is_an_error_of_the_log_at_once(
    watching: Watching, webhook: Webhook, caplog: pytest.LogCaptureFixture, hooks: Hooks
) -> None:
    caplog.set_level(logging.INFO)
    await watching(webhook.tell)
    assert "the key works; 100.00 USD left" in caplog.text
    caplog.clear()
    (await watching(webhook.tell)).stand_in.keys.clear()
    await watching(webhook.tell)
    assert any(
        record.levelno == logging.ERROR and "key is rejected" in record.getMessage()
        for record in caplog.records
    )
    assert hooks.said == []


# --- requests are taken again -------------------------------------------------------------------


async def looks_right(processes: Processes) -> bool:
    pause = await processes.stored.stores.pauses.current()
    assert pause is not None
    return pause.looks_right


async def test_requests_are_taken_again_within_a_minute_once_there_is_money(
    watching: Watching, webhook: Webhook
) -> None:
    processes = await watching(webhook.tell)
    processes.stand_in.empty_account()
    await processes.pause(PauseReason.OUT_OF_CREDITS)
    await processes.wait(900, turn_s=60)
    assert not await looks_right(processes)
    with pytest.raises(RequestsClosed):
        await processes.stored.receive()
    processes.stand_in.top_up(0.5)  # low, but enough for some tracks
    await processes.wait(60 + TURN_S)
    assert await looks_right(processes)
    await processes.stored.receive()


async def test_requests_are_refused_again_when_the_key_is_taken_away_meanwhile(
    watching: Watching, webhook: Webhook
) -> None:
    processes = await watching(webhook.tell)
    await processes.pause(PauseReason.KEY_REJECTED)
    await processes.wait(60 + TURN_S)
    assert await looks_right(processes)
    processes.stand_in.keys.clear()
    await processes.wait(900, turn_s=60)
    with pytest.raises(RequestsClosed):
        await processes.stored.receive()


async def test_nothing_looks_right_while_the_provider_can_not_be_asked(
    watching: Watching, webhook: Webhook
) -> None:
    processes = await watching(webhook.tell)
    processes.stand_in.empty_account()
    await processes.pause(PauseReason.OUT_OF_CREDITS)
    await processes.wait(60 + TURN_S)
    processes.stand_in.top_up(100)
    processes.stand_in.scenario.on("GET", "/.*", times=None).respond(503, error_body(503, "down"))
    await processes.wait(120)
    assert not await looks_right(processes)


async def test_pause_that_ends_by_itself_needs_no_look(
    watching: Watching, webhook: Webhook
) -> None:
    processes = await watching(webhook.tell)
    await processes.pause(PauseReason.UNAVAILABLE)
    await processes.wait(120)
    assert not await looks_right(processes)
