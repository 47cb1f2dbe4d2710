"""The account's terms: what stands between a key and its track, and who can read the ledger."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.aimlapi import KEY, Fate, KeyTerms, LogTerms
from tests.contract import published
from tests.sandbox.aimlapi.conftest import DURATION_S, GENERATE, LYRIA, Caller

OTHER = "other-sandbox-key"
PERIODS = ["day", "week", "month"]


async def refusal(caller: Caller) -> str:
    answer = await caller.submit()
    assert answer.status == 403
    return str(answer.body["message"])


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (KeyTerms(verified=False), "Complete verification to using the API: https://"),
        (KeyTerms(scopes=("model:chat",)), "audio"),
        (KeyTerms(limit_usd=0.05, spent_this_month_usd=0.05), "spending limit"),
    ],
)
async def test_submission_is_refused_in_words_of_its_own_when_the_terms_forbid_it(
    caller: Caller, terms: KeyTerms, said: str
) -> None:
    caller.provider.key_terms = terms
    assert said in await refusal(caller)
    caller.provider.key_terms = KeyTerms()
    assert (await caller.submit()).status == 201


async def test_submission_is_refused_as_out_of_credits_when_the_account_is_empty(
    caller: Caller,
) -> None:
    caller.provider.empty_account()
    assert "run out of credits" in await refusal(caller)


@pytest.mark.parametrize("retention", [*PERIODS, "no_reset"])
async def test_limit_holds_until_its_period_is_over(caller: Caller, retention: str) -> None:
    clock = caller.provider.clock
    caller.provider.key_terms = KeyTerms(limit_usd=0.12, retention=retention)
    assert [(await caller.submit()).status for _ in range(3)] == [201, 201, 403]
    end = (clock.now() + timedelta(days=40)).replace(hour=0, minute=1)
    clock.advance((end - clock.now()).total_seconds())
    assert (await caller.submit()).status == (403 if retention == "no_reset" else 201)


async def test_failed_generations_do_not_count_towards_the_limit(caller: Caller) -> None:
    caller.provider.key_terms = KeyTerms(limit_usd=0.06)
    caller.provider.plan(Fate(error="no"))
    assert [(await caller.submit()).status for _ in range(2)] == [201, 403]
    caller.provider.clock.advance(DURATION_S)
    assert (await caller.submit()).status == 201


async def test_key_tells_what_it_has_spent_this_month(caller: Caller) -> None:
    caller.provider.key_terms = KeyTerms(limit_usd=5, spent_this_month_usd=1)
    await caller.submit()
    caller.provider.clock.advance(DURATION_S)
    data = (await caller.get("/v1/key")).body["data"]
    assert data["limit"] == {"retention": "month", "threshold": 5}
    assert round(data["monthly_usage"], 6) == 1.06
    assert (await caller.get("/v1/key", key=OTHER)).body["data"]["monthly_usage"] == 1


async def test_terms_are_those_of_one_key_when_it_has_its_own(caller: Caller) -> None:
    caller.provider.terms_by_key[OTHER] = KeyTerms(verified=False)
    assert (await caller.submit(key=OTHER)).status == 403
    made = await caller.submit(key=KEY)
    assert (await caller.fetch(made)).status == 200


async def test_ledger_is_closed_to_management_keys(caller: Caller) -> None:
    caller.provider.key_terms = KeyTerms(is_management=True)
    assert (await caller.get(published.LEDGER)).status == 403


async def test_ledger_has_what_lies_between_two_moments(caller: Caller) -> None:
    await caller.submit()
    caller.provider.clock.advance(DURATION_S + 60)
    now = caller.provider.clock.now()
    query = {"from": (now - timedelta(minutes=2)).isoformat(), "to": now.isoformat()}
    charges = (await caller.get(published.LEDGER, query | {"direction": "CHARGE"})).body["data"]
    assert [charge["type"] for charge in charges] == ["MODEL_USAGE"]
    query["to"] = query["from"]
    assert (await caller.get(published.LEDGER, query)).status == 400
    assert (await caller.get(published.LEDGER, {"period": "24h"})).status == 400


async def test_cursor_is_refused_when_it_was_encoded_again(caller: Caller) -> None:
    caller.provider.top_up(1)
    page = (await caller.get(published.LEDGER, {"limit": "1"})).body
    cursor = page["pagination"]["next_cursor"]
    assert (await caller.get(published.LEDGER, {"cursor": cursor})).status == 200
    assert (await caller.get(published.LEDGER, {"cursor": cursor + "="})).status == 400
    assert (
        await caller.get(published.LEDGER, {"cursor": "eyJjIjpbIiIsMWU5OTksIiJdfQ"})
    ).status == 400


@pytest.mark.parametrize(
    "path",
    [published.LOGS, published.USAGE, published.LEDGER, published.MODELS, "/v1/key", "/v2/billing"],
)
async def test_call_can_fail_and_wait_when_a_scenario_says_so(caller: Caller, path: str) -> None:
    query: Any = {"period": "24h"} if path in (published.LOGS, published.USAGE) else None
    scenario = caller.provider.scenario
    scenario.on("GET", path).respond(503, "away")
    held = scenario.on("GET", path, after=0).hold_after()
    held.release()
    assert [(await caller.get(path, query)).status for _ in range(3)] == [503, 200, 200]


async def test_submission_counts_when_its_answer_was_another(caller: Caller) -> None:
    caller.provider.scenario.on("POST", GENERATE).respond_after(502, "bad gateway")
    assert (await caller.submit(LYRIA, "job.1")).status == 502
    caller.provider.clock.advance(60)
    (row,) = (await caller.get(published.LOGS, {"period": "1h"})).body["data"]
    assert (row["status"], row["client_request_id"]) == ("succeeded", "job.1")
    answer = await caller.get(GENERATE, {"generation_id": row["inference_id"]})
    assert answer.body["status"] == "completed"


async def test_nothing_stays_set_when_all_is_forgotten(caller: Caller) -> None:
    provider = caller.provider
    provider.key_terms, provider.log_terms = KeyTerms(verified=False), LogTerms(lag_s=600)
    provider.cost_headers, provider.tells_usage = "none", False
    del provider.price_list["google/lyria2"]
    provider.forget()
    made = await caller.submit()
    provider.clock.advance(DURATION_S + 60)
    done = await caller.fetch(made)
    assert done.body["meta"]
    assert done.headers["x-aimlapi-credits-used"] == "120000"
    assert len((await caller.get(published.LOGS, {"period": "1h"})).body["data"]) == 1
    assert "google/lyria2" in provider.price_list
