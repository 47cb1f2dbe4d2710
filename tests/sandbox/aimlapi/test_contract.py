"""The stand-in's calls, held against what the provider publishes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox.aimlapi import KEY, AimlapiStandIn, Audio, Fate, KeyTerms
from tests.contract import published

PATH = "/v2/generate/audio"
LYRIA = {"model": "google/lyria2", "prompt": "lo-fi rain"}
SUBMISSIONS = [
    LYRIA | {"negative_prompt": "drums", "seed": 3},
    {"model": "stable-audio", "prompt": "lo-fi rain", "seconds_total": 20},
    {"model": "elevenlabs/eleven_music", "prompt": "lo-fi rain", "music_length_ms": 20_000},
    {"model": "minimax/music-2.0", "prompt": "lo-fi rain", "lyrics": "[Verse] rain on tape"},
]

pytestmark = pytest.mark.published


@pytest.fixture
async def provider() -> AsyncIterator[AimlapiStandIn]:
    """Holds all that was said to the specification at the end."""
    async with AimlapiStandIn(durations=[10], render=lambda _: Audio(b"RIFF")) as opened:
        yield opened
    specification, exchanges = published.provider(), opened.traffic.exchanges
    assert any(map(specification.covers, exchanges))
    assert specification.violations(exchanges, refused_requests=False) == []


async def _call(provider: AimlapiStandIn, method: str, path: str, **extra: Any) -> Any:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        ClientSession(headers=headers) as session,
        session.request(method, provider.url + path, **extra) as answer,
    ):
        return await answer.json()


async def _fetch(provider: AimlapiStandIn, made: Any) -> Any:
    return await _call(provider, "GET", PATH, params={"generation_id": made["id"]})


@pytest.mark.parametrize("body", SUBMISSIONS, ids=lambda body: body["model"])
async def test_answers_are_as_published_when_a_generation_completes(
    provider: AimlapiStandIn, body: dict[str, object]
) -> None:
    made = await _call(provider, "POST", PATH, json=body)
    seen = []
    for wait_s in (0, 5, 6):
        provider.clock.advance(wait_s)
        seen.append((await _fetch(provider, made))["status"])
    assert seen[-1] == "completed"


async def test_answer_is_as_published_when_a_generation_fails(provider: AimlapiStandIn) -> None:
    provider.plan(Fate(duration_s=0, error={"name": "Filtered", "message": "blocked"}))
    made = await _call(provider, "POST", PATH, json=LYRIA)
    assert (await _fetch(provider, made))["status"] == "error"


async def test_pages_of_the_ledger_are_as_published(provider: AimlapiStandIn) -> None:
    made = await _call(provider, "POST", PATH, json=LYRIA)
    provider.clock.advance(11)
    await _fetch(provider, made)
    provider.clock.advance(60)  # the charge lands
    query = {"limit": "1"}
    page = await _call(provider, "GET", published.LEDGER, params=query)
    assert page["data"][0]["type"] == "MODEL_USAGE"
    query["cursor"] = page["pagination"]["next_cursor"]
    assert (await _call(provider, "GET", published.LEDGER, params=query))["data"]


async def test_answers_are_as_published_when_calls_are_refused(provider: AimlapiStandIn) -> None:
    refused = [
        await _call(provider, "POST", PATH, json=LYRIA | {"seed": "x"}),
        await _call(provider, "GET", PATH),
        await _call(provider, "GET", PATH, params={"generation_id": "made-up"}),
        await _call(provider, "GET", "/v2/billing", headers={"Authorization": "Bearer made-up"}),
    ]
    provider.empty_account()
    refused.append(await _call(provider, "POST", PATH, json=LYRIA))
    assert [answer["statusCode"] for answer in refused] == [400, 400, 404, 401, 403]


async def test_balance_is_as_published_when_asked_for(provider: AimlapiStandIn) -> None:
    answer = await _call(provider, "GET", "/v2/billing")
    assert answer["currency"] == "USD"


@pytest.mark.parametrize(
    "terms",
    [
        KeyTerms(),
        KeyTerms(scopes=("model:chat",), disabled=True),
        KeyTerms(limit_usd=25, retention="month", spent_this_month_usd=25),
    ],
    ids=["plain", "without audio", "limited"],
)
async def test_key_is_as_published_when_asked_for(
    provider: AimlapiStandIn, terms: KeyTerms
) -> None:
    provider.key_terms = terms
    answer = await _call(provider, "GET", "/v1/key")
    assert KEY.startswith(answer["data"]["prefix"])


@pytest.mark.parametrize(
    "terms",
    [
        KeyTerms(scopes=("model:chat",)),
        KeyTerms(limit_usd=25, spent_this_month_usd=25),
        KeyTerms(verified=False),
    ],
    ids=["without audio", "used up", "not verified"],
)
async def test_submission_is_refused_as_published_when_the_key_may_not(
    provider: AimlapiStandIn, terms: KeyTerms
) -> None:
    provider.key_terms = terms
    answer = await _call(provider, "POST", PATH, json=LYRIA)
    assert answer["statusCode"] == 403
