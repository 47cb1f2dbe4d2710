"""What a key has spent, as the provider sums it up."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.aimlapi import Fate, KeyTerms
from tests.contract.published import USAGE
from tests.sandbox.aimlapi.conftest import LYRIA, Caller

DAY = {"period": "24h"}
OTHER = "other-sandbox-key"
STABLE = {"model": "stable-audio", "prompt": "rain"}


async def usage(caller: Caller, **query: str) -> Any:
    answer = await caller.get(USAGE, DAY | query)
    assert answer.status == 200, answer.body
    return answer.body


async def test_spending_is_summed_by_model_dearest_first(caller: Caller) -> None:
    caller.provider.plan(Fate(), Fate(error="no"), Fate(), Fate())
    for body in (LYRIA, LYRIA, STABLE, LYRIA):
        await caller.submit(body)
    await caller.submit(key=OTHER)
    assert (await usage(caller))["spend"] == 0  # no rows yet
    caller.provider.clock.advance(60)

    answer = await usage(caller)

    assert (round(answer["spend"], 6), answer["requests"]) == (0.22, 3)
    assert answer["models"] == [
        {"model": "google/lyria2", "spend": 0.12, "requests": 2},
        {"model": "stable-audio", "spend": 0.1, "requests": 1},
    ]
    assert "groups" not in answer
    assert (answer["api_key_prefix"], answer["currency"]) == (None, "USD")


async def test_groups_count_failed_requests_too(caller: Caller) -> None:
    caller.provider.plan(Fate(), Fate(error="no"), Fate())
    for body in (LYRIA, LYRIA, STABLE):
        await caller.submit(body)
    caller.provider.clock.advance(60)
    lyria, stable = (await usage(caller, group_by="model"))["groups"]
    assert (lyria["model"], lyria["spend"]) == ("google/lyria2", 0.06)
    assert lyria["requests"] == {"total": 2, "charged": 1, "succeeded": 1, "failed": 1}
    assert (stable["requests"]["charged"], stable["spend"]) == (1, 0.1)


async def test_days_are_those_of_the_time_zone(caller: Caller) -> None:
    clock = caller.provider.clock
    midnight = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    clock.advance((midnight - clock.now()).total_seconds() + 30 * 60)
    await caller.submit()
    clock.advance(60)
    today, yesterday = midnight.date(), midnight.date() - timedelta(days=1)
    (here,) = (await usage(caller, group_by="day"))["groups"]
    (there,) = (await usage(caller, group_by="day,model", tz="America/New_York"))["groups"]
    assert here["day"] == today.isoformat()
    assert (there["day"], there["model"]) == (yesterday.isoformat(), "google/lyria2")


async def test_other_keys_spending_is_for_management_keys(caller: Caller) -> None:
    await caller.submit()
    caller.provider.clock.advance(60)
    query = DAY | {"key_prefix": "sandbox-"}
    assert (await caller.get(USAGE, query, key=OTHER)).status == 403
    caller.provider.terms_by_key[OTHER] = KeyTerms(is_management=True)
    answer = await caller.get(USAGE, query, key=OTHER)
    assert (answer.body["spend"], answer.body["api_key_prefix"]) == (0.06, "sandbox-")


@pytest.mark.parametrize(
    "query",
    [
        {},
        DAY | {"group_by": "month"},
        DAY | {"group_by": "day", "tz": "+05:00"},
        DAY | {"group_by": "day", "tz": "utc"},
        DAY | {"group_by": "day", "tz": "../../etc/passwd"},
        DAY | {"start": "2026-11-01T00:00:00Z"},
    ],
)
async def test_query_is_refused_when_malformed(caller: Caller, query: dict[str, str]) -> None:
    assert (await caller.get(USAGE, query)).status == 400
