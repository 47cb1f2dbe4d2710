"""The request logs: which rows there are, when, and for whom."""

import math
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.aimlapi import Fate, KeyTerms, LogTerms
from tests.contract.published import LOGS
from tests.sandbox.aimlapi.conftest import DURATION_S, LYRIA, Caller

DAY = {"period": "24h"}
OTHER = "other-sandbox-key"
NEVER = LogTerms(lag_s=math.inf)


async def rows(caller: Caller, *more: tuple[str, str], **call: str) -> Any:
    answer = await caller.get(LOGS, [*DAY.items(), *more], **call)
    assert answer.status == 200, answer.body
    return answer.body["data"]


async def test_row_tells_all_of_a_request_when_it_succeeded(caller: Caller) -> None:
    made = await caller.submit(client_id="job.1")
    caller.provider.clock.advance(DURATION_S + 6)

    (row,) = await rows(caller)

    assert (row["status"], row["model"], row["origin"]) == ("succeeded", "google/lyria2", "api")
    assert row["cost"] == {"usd": 0.06, "credits": 120_000}
    assert row["client_request_id"] == made.headers["x-client-request-id"] == "job.1"
    assert row["inference_id"] == made.headers["x-inference-id"] == made.body["id"]


@pytest.mark.parametrize(
    "fate", [Fate(error="no"), Fate(refusal="blocked by recitation checks")], ids=["run", "asked"]
)
async def test_row_is_free_when_the_request_failed(caller: Caller, fate: Fate) -> None:
    caller.provider.plan(fate)
    made = await caller.submit(client_id="job.1")
    assert made.status == (400 if fate.refusal else 201)
    caller.provider.clock.advance(DURATION_S + 6)

    (row,) = await rows(caller)

    assert (row["status"], row["cost"]) == ("failed", {"usd": 0, "credits": 0})
    assert (row["client_request_id"], row["inference_id"]) == (
        "job.1",
        made.headers["x-inference-id"],
    )


async def test_requests_that_reached_no_model_have_no_row(caller: Caller) -> None:
    caller.provider.log_terms = LogTerms(lag_s=0, while_running=True)
    await caller.submit({"model": "google/lyria2"})
    await caller.submit(key="stolen")
    caller.provider.empty_account()
    await caller.submit()
    assert await rows(caller) == []


@pytest.mark.parametrize(
    ("terms", "appears_after_s"),
    [
        (LogTerms(lag_s=60), DURATION_S + 60),
        (LogTerms(lag_s=600), DURATION_S + 600),
        (LogTerms(lag_s=60, from_submission=True), 60),
        (LogTerms(lag_s=2, from_submission=True), DURATION_S),
        (LogTerms(lag_s=2, while_running=True), 2),
    ],
)
async def test_row_appears_when_the_terms_say(
    caller: Caller, terms: LogTerms, appears_after_s: float
) -> None:
    caller.provider.log_terms = terms
    await caller.submit()
    caller.provider.clock.advance(appears_after_s - 1)
    assert await rows(caller) == []
    caller.provider.clock.advance(1)
    assert len(await rows(caller)) == 1


async def test_row_has_no_cost_yet_when_the_generation_runs(caller: Caller) -> None:
    caller.provider.log_terms = LogTerms(lag_s=0, while_running=True)
    caller.provider.plan(Fate(error="no"))
    await caller.submit()
    (running,) = await rows(caller)
    caller.provider.clock.advance(DURATION_S)
    (ended,) = await rows(caller)
    assert (running["status"], running["cost"]["credits"]) == ("succeeded", 0)
    assert (ended["status"], ended["cost"]["credits"]) == ("failed", 0)


async def test_rows_never_come_when_the_terms_say_so(caller: Caller) -> None:
    caller.provider.log_terms = NEVER
    caller.provider.plan(Fate(), Fate(duration_s=math.inf))
    await caller.submit()
    await caller.submit()
    caller.provider.clock.advance(3600)
    assert await rows(caller) == []


async def test_key_sees_its_own_requests_only(caller: Caller) -> None:
    await caller.submit(client_id="mine")
    await caller.submit(client_id="theirs", key=OTHER)
    caller.provider.clock.advance(60)
    assert [row["client_request_id"] for row in await rows(caller)] == ["mine"]
    assert [row["client_request_id"] for row in await rows(caller, key=OTHER)] == ["theirs"]
    assert await rows(caller, ("key_prefix", "sandbox-")) == await rows(caller)


async def test_other_keys_requests_are_for_management_keys(caller: Caller) -> None:
    await caller.submit()
    caller.provider.clock.advance(60)
    query = DAY | {"key_prefix": "sandbox-"}
    assert (await caller.get(LOGS, query, key=OTHER)).status == 403
    caller.provider.terms_by_key[OTHER] = KeyTerms(is_management=True)
    assert len((await caller.get(LOGS, query, key=OTHER)).body["data"]) == 1
    unknown = DAY | {"key_prefix": "unheard-"}
    assert (await caller.get(LOGS, unknown, key=OTHER)).status == 404


async def test_pages_are_newest_first_and_tell_of_more(caller: Caller) -> None:
    for number in range(5):
        await caller.submit(client_id=str(number))
    caller.provider.clock.advance(60)
    answer = await caller.get(LOGS, DAY | {"limit": "2", "offset": "1"})
    assert [row["client_request_id"] for row in answer.body["data"]] == ["3", "2"]
    assert answer.body["pagination"] == {"limit": 2, "offset": 1, "total": 5, "has_more": True}
    last = await caller.get(LOGS, DAY | {"offset": "3"})
    assert last.body["pagination"] == {"limit": 50, "offset": 3, "total": 5, "has_more": False}


async def test_rows_are_as_filtered(caller: Caller) -> None:
    caller.provider.plan(Fate(error="no"), Fate())
    await caller.submit()
    await caller.submit({"model": "stable-audio", "prompt": "rain"})
    caller.provider.clock.advance(60)

    async def models(*filters: tuple[str, str]) -> list[str]:
        return [row["model"] for row in await rows(caller, *filters)]

    assert await models(("status", "failed")) == ["google/lyria2"]
    both = ("status", "failed"), ("status", "succeeded")
    assert await models(*both) == ["stable-audio", "google/lyria2"]
    assert await models(("model", "lyria2")) == ["google/lyria2"]
    assert await models(("model", "google/lyria2"), ("model", "stable-audio")) == await models()
    assert await models(("model", "google/lyria2,stable-audio")) == []


async def test_window_has_its_start_and_lacks_its_end(caller: Caller) -> None:
    await caller.submit()
    caller.provider.clock.advance(60)
    (submitted,) = caller.provider.generations
    moment, later = submitted.submitted_at, caller.provider.clock.now()
    earlier = moment - timedelta(days=7)

    async def total(start: datetime, end: datetime) -> int:
        query = {"start": start.isoformat(), "end": end.isoformat()}
        return int((await caller.get(LOGS, query)).body["pagination"]["total"])

    assert await total(moment, later) == 1
    assert await total(earlier, moment) == 0
    # Without an offset it is UTC.
    assert await total(moment.replace(tzinfo=None), later.replace(tzinfo=None)) == 1


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start": "2026-11-01"},
        {"period": "24h", "start": "2026-11-01T00:00:00Z"},
        {"period": "24h", "start": "2026-11-01T00:00:00Z", "end": "2026-11-02T00:00:00Z"},
        {"start": "2026-11-02T00:00:00Z", "end": "2026-11-01T00:00:00Z"},
        {"start": "2026-01-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"},
        {"start": "0001-01-01T00:00:00+23:00", "end": "0001-01-01T00:00:00+23:00"},
        {"start": "noon", "end": "night"},
        {"period": "24"},
        {"period": "0h"},
        {"period": "93d"},
        {"period": "999999d"},
        DAY | {"limit": "0"},
        DAY | {"limit": "101"},
        DAY | {"offset": "-1"},
        DAY | {"status": "succeeded,failed"},
        [*DAY.items(), *[("model", "lyria2")] * 51],
    ],
)
async def test_query_is_refused_when_malformed(caller: Caller, query: Any) -> None:
    answer = await caller.get(LOGS, query)
    assert (answer.status, answer.body["statusCode"]) == (400, 400)


async def test_calls_are_turned_away_when_they_are_too_many_in_a_minute(caller: Caller) -> None:
    statuses = [(await caller.get(LOGS, DAY)).status for _ in range(201)]
    assert statuses == [200] * 200 + [429]
    assert (await caller.get(LOGS, DAY, key=OTHER)).status == 200
    caller.provider.clock.advance(61)
    assert (await caller.get(LOGS, DAY)).status == 200


async def test_row_tells_no_client_id_when_none_was_valid(caller: Caller) -> None:
    for client_id in (None, "", "x" * 129, "job 1", "jöb", "a/b"):
        made = await caller.submit(LYRIA, client_id)
        assert (made.status, "x-client-request-id" in made.headers) == (201, False)
    await caller.submit(LYRIA, "Az0._:-" + "x" * 121)
    caller.provider.clock.advance(60)
    told = [row["client_request_id"] for row in await rows(caller)]
    assert told == ["Az0._:-" + "x" * 121] + [None] * 6
