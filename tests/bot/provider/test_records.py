"""What the provider keeps of requests: its logs, page by page."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.errors import LogsUnavailable, ProviderError, RateLimited, Trouble
from bot.provider import client
from bot.provider.client import Provider
from bot.provider.records import LoggedRequest, LogPage, Outcome
from bot.provider.wire import parse
from sandbox.aimlapi import KEY, AimlapiStandIn, error_body
from sandbox.traffic import Traffic
from tests.bot.provider import examples
from tests.factories import a_request

LOGS, USAGE = "/v2/logs", "/v2/usage/detail"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
END = START + timedelta(minutes=5)
HTML = "<!doctype html><title>Just a moment…</title>"
ROW: dict[str, Any] = {
    "created": "2026-11-22T12:00:01.500Z",
    "status": "succeeded",
    "model": "google/lyria2",
    "cost": {"usd": 0.06, "credits": 120_000},
    "inference_id": "inf-1",
    "client_request_id": "job.1",
}


@dataclass
class Records:
    """A provider that answers all reads with one and the same."""

    traffic: Traffic = field(default_factory=Traffic)
    answer: object = None

    async def _answer(self, _: web.Request) -> web.Response:
        return web.json_response(self.answer)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Provider]:
        app = web.Application(middlewares=[self.traffic.middleware])
        app.router.add_get("/{path:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            async with Provider.open(url, KEY) as provider:
                yield provider
        finally:
            await runner.cleanup()


def page(*rows: object, offset: int = 0, **pagination: object) -> LogPage:
    body = json.dumps({"data": rows, "pagination": pagination}).encode()
    return parse(LogPage, body).model_copy(update={"offset": offset})


def row(**changes: object) -> LoggedRequest:
    [read] = page(ROW | changes).rows
    return read


# --- the request's own name ---------------------------------------------------------------------


async def test_submission_carries_its_name_and_a_poll_does_not(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    generation = await provider.submit(a_request(), request_id="1f0c.2")
    await provider.fetch(generation.id)
    submission, poll = stand_in.traffic.exchanges
    assert submission.request_headers.getall("X-Client-Request-Id") == ["1f0c.2"]
    assert "X-Client-Request-Id" not in poll.request_headers


# --- rows ---------------------------------------------------------------------------------------


async def test_page_of_logs_is_read_with_its_window() -> None:
    records = Records(answer={"data": [ROW], "pagination": {"total": 201, "has_more": True}})
    async with records.listening() as provider:
        read = await provider.logged(START, END, offset=100)
    [exchange] = records.traffic.exchanges
    assert exchange.path == LOGS
    assert dict(exchange.query) == {
        "start": "2026-11-22T12:00:00+00:00",
        "end": "2026-11-22T12:05:00+00:00",
        "limit": "100",
        "offset": "100",
    }
    [found] = read.rows
    assert found.created == START + timedelta(seconds=1.5)
    assert (found.outcome, found.model, found.credits) == (
        Outcome.SUCCEEDED,
        "google/lyria2",
        120_000,
    )
    assert (found.inference_id, found.client_request_id) == ("inf-1", "job.1")
    assert (read.next_offset, read.is_last) == (101, False)


@pytest.mark.published
async def test_page_of_logs_is_asked_for_and_read_as_published() -> None:
    records = Records(answer=examples.answer("logs-v2.json"))
    async with records.listening() as provider:
        read = await provider.logged(START, END, offset=0)
    exchanges, specification = records.traffic.exchanges, examples.specification("logs-v2.json")
    assert all(map(specification.covers, exchanges))
    assert specification.violations(exchanges) == []
    [found] = read.rows
    assert found.created == datetime(2026, 7, 2, 3, 4, 5, tzinfo=UTC)
    assert (found.outcome, found.credits) == (Outcome.SUCCEEDED, 500_000)
    assert (found.inference_id, found.client_request_id) == ("inf-1", "customer-42")
    assert read.is_last


@pytest.mark.parametrize(
    "odd",
    [
        *(None, 5, "row", [], {}, {"status": "succeeded", "inference_id": None}),
        ROW | {"inference_id": "", "client_request_id": 7},
        ROW | {"inference_id": "x" * 201, "client_request_id": "a\x00b"},
    ],
)
def test_page_keeps_the_other_rows_when_one_names_no_request(odd: object) -> None:
    read = page(ROW, odd, ROW | {"inference_id": "inf-2"})
    assert [found.inference_id for found in read.rows] == ["inf-1", "inf-2"]
    assert read.next_offset == 3


@pytest.mark.parametrize("junk", [5, None, [], {}, True, "", "soon", 10**30, float("nan")])
def test_row_is_kept_when_other_members_are_junk(junk: object) -> None:
    found = row(created=junk, model=junk, cost=junk, client_request_id=None)
    assert (found.created, found.credits, found.inference_id) == (None, None, "inf-1")
    assert found.outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-22T12:00:00", START),
        ("2026-11-22 12:00:00+00:00", START),
        ("2026-11-22T14:00:00+02:00", START),
        ("0001-01-01T00:00:00+14:00", None),
        (1_763_812_800, None),
    ],
)
def test_time_of_a_row_is_utc_unless_it_says_otherwise(
    said: object, meant: datetime | None
) -> None:
    created = row(created=said).created
    assert created == meant
    assert created is None or created.tzinfo is UTC


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("succeeded", Outcome.SUCCEEDED),
        (" Succeeded", Outcome.SUCCEEDED),
        ("failed", Outcome.FAILED),
        ("FAILED", Outcome.FAILED),
        ("expired", Outcome.OTHER),
        ("error", Outcome.OTHER),
        ("pending", Outcome.OTHER),
        ("not failed", Outcome.OTHER),
        ("", Outcome.OTHER),
        (None, Outcome.OTHER),
        (False, Outcome.OTHER),
    ],
)
def test_outcome_is_named_only_by_the_published_words(status: object, outcome: Outcome) -> None:
    assert row(status=status, cost={"usd": 0, "credits": 0}).outcome is outcome


@pytest.mark.parametrize("cost", [{"credits": 1}, {"usd": 0.06}])
def test_failed_request_is_no_failure_when_it_was_charged(cost: object) -> None:
    assert row(status="failed", cost=cost).outcome is Outcome.OTHER


@pytest.mark.parametrize(
    ("cost", "credits_"),
    [
        ({"credits": 120_000, "usd": 9}, 120_000),
        ({"credits": 119_999.5}, 120_000),
        ({"credits": None, "usd": 0.06}, 120_000),
        ({"credits": "120000", "usd": 0.0011}, 2_200),
        ({"credits": -1, "usd": True}, None),
        ({"credits": 10**30, "usd": 1e12}, None),
        ({"credits": float("nan"), "usd": float("inf")}, None),
    ],
)
def test_cost_of_a_row_is_whole_credits(cost: object, credits_: int | None) -> None:
    found = row(cost=cost)
    assert found.credits == credits_
    assert found.credits is None or type(found.credits) is int


# --- where the pages end ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "offset", "pagination", "is_last"),
    [
        (1, 0, {"total": 1, "has_more": False}, True),
        (100, 0, {"total": 100, "has_more": False}, True),
        (100, 0, {"total": 250, "has_more": True}, False),
        (50, 100, {"total": 150, "has_more": False}, True),
        # It contradicts itself, or says less than it should.
        (100, 0, {"total": 250, "has_more": False}, False),
        (50, 0, {"total": 50, "has_more": True}, False),
        (100, 0, {"has_more": False}, False),
        (100, 0, {}, False),
        (99, 0, {}, True),
        (99, 0, {"total": -1, "has_more": "yes"}, True),
        (0, 100, {"total": 1000, "has_more": True}, True),
    ],
)
def test_page_is_the_last_when_nothing_speaks_for_more(
    *, rows: int, offset: int, pagination: dict[str, object], is_last: bool
) -> None:
    assert page(*[ROW] * rows, offset=offset, **pagination).is_last is is_last


def test_page_of_unreadable_rows_does_not_end_the_pages() -> None:
    read = page(*[None] * 100)
    assert (read.rows, read.next_offset, read.is_last) == ((), 100, False)


def test_pages_are_seen_to_be_the_same_when_the_offset_is_not_heeded() -> None:
    again = page(ROW, offset=1, has_more=True)
    assert again.rows == page(ROW, has_more=True).rows


# --- a day's sum --------------------------------------------------------------------------------

DAY = {"start": "2026-11-22T00:00:00.000Z", "end": "2026-11-23T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("answer", "credits_"),
    [
        (DAY | {"spend": 0.18, "currency": "USD", "requests": 3, "models": []}, 360_000),
        (DAY | {"spend": 0}, 0),
        ({"spend": 0.18}, 360_000),
        ({"spend": 0.18, "start": 5, "end": "later", "models": [None]}, 360_000),
        # A day that isn't over yet.
        (DAY | {"spend": 0.18, "end": "2026-11-22T14:00:00Z"}, 360_000),
        ({"spend": 0.18, "start": "2026-11-22T02:00:00+02:00"}, 360_000),
    ],
)
async def test_sum_of_a_day_is_whole_credits(answer: object, credits_: int) -> None:
    records = Records(answer=answer)
    async with records.listening() as provider:
        assert await provider.usage(START.date()) == credits_
    [exchange] = records.traffic.exchanges
    assert exchange.path == USAGE
    assert dict(exchange.query) == {
        "start": "2026-11-22T00:00:00+00:00",
        "end": "2026-11-23T00:00:00+00:00",
    }


@pytest.mark.parametrize(
    "answer",
    [
        *([], {}, None, "0.18", DAY, DAY | {"spend": "0.18"}, DAY | {"spend": -1}),
        *(DAY | {"spend": amount} for amount in (None, True, float("nan"), 1e12, 10**400)),
        {"spend": 0.18, "start": "2026-10-22T00:00:00Z"},
        {"spend": 0.18, "end": "2026-11-24T00:00:00Z"},
    ],
)
async def test_sum_is_trouble_when_it_is_none_or_of_another_time(
    provider: Provider, stand_in: AimlapiStandIn, answer: object
) -> None:
    stand_in.scenario.on("GET", USAGE).respond(200, answer)
    with pytest.raises(Trouble):
        await provider.usage(START.date())


@pytest.mark.published
async def test_sum_of_a_day_is_asked_for_and_read_as_published() -> None:
    published = examples.answer("usage-detail-v2.json")
    records = Records(answer=published | DAY)
    async with records.listening() as provider:
        assert await provider.usage(START.date()) == 24_691_200
    exchanges = records.traffic.exchanges
    specification = examples.specification("usage-detail-v2.json")
    assert all(map(specification.covers, exchanges))
    assert specification.violations(exchanges) == []


# --- the ledger ---------------------------------------------------------------------------------


@pytest.mark.published
async def test_charges_are_asked_for_and_read_as_published() -> None:
    published = examples.answer("billing-transactions-v2.json")
    entry = published["data"][0] | {"type": "MODEL_USAGE", "created_at": START.isoformat()}
    pagination = {"next_cursor": None, "has_more": False}
    records = Records(answer={"data": [entry], "pagination": pagination})
    async with records.listening() as provider:
        [charge] = [charge async for charge in provider.charges(START, END)]
    assert (charge.credits, charge.reference_id) == (3_120_000, "V1StGXR8Z5jdHi6BmyT8k")
    exchanges = records.traffic.exchanges
    specification = examples.specification("billing-transactions-v2.json")
    assert all(map(specification.covers, exchanges))
    assert specification.violations(exchanges) == []


# --- when there are none ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, error_body(404, "Cannot GET /v2/logs"), LogsUnavailable),
        (404, "404 page not found", LogsUnavailable),
        (405, "", LogsUnavailable),
        (501, HTML, LogsUnavailable),
        (401, error_body(401, "no such key"), LogsUnavailable),
        (403, error_body(403, "This key may not list requests"), LogsUnavailable),
        (401, HTML, Trouble),
        (403, HTML, Trouble),
        (400, error_body(400, "because"), Trouble),
        (500, error_body(500, "because"), Trouble),
        (503, error_body(503, "because"), Trouble),
        (504, HTML, Trouble),
        (302, "", Trouble),
        (200, HTML, Trouble),
        (200, {}, Trouble),
        (200, {"data": None}, Trouble),
        (200, {"message": "logs are being moved"}, Trouble),
        (429, error_body(429, "slowly"), RateLimited),
    ],
)
async def test_logs_that_are_not_there_are_told_from_passing_trouble(
    provider: Provider,
    stand_in: AimlapiStandIn,
    status: int,
    body: object,
    error: type[ProviderError],
) -> None:
    for path in (LOGS, USAGE):
        stand_in.scenario.on("GET", path).respond(status, body, headers={"Retry-After": "7"})
    with pytest.raises(error) as looking:
        await provider.logged(START, END, offset=0)
    with pytest.raises(error) as counting:
        await provider.usage(START.date())
    for caught in (looking.value, counting.value):
        assert type(caught) is error
        assert not isinstance(caught, RateLimited) or caught.retry_after_s == 7


async def test_logs_are_in_trouble_when_no_answer_comes(
    provider: Provider, stand_in: AimlapiStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "READ_TIMEOUT_S", 0.2)
    hold = stand_in.scenario.on("GET", LOGS).hold_before()
    with pytest.raises(Trouble):
        await provider.logged(START, END, offset=0)
    hold.drop()
