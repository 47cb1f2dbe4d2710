"""The stand-in's answers, held against the provider's published OpenAPI files."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from openapi_schema_validator import OAS30Validator

from sandbox.aimlapi import KEY, AimlapiStandIn, Audio, Fate

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "data" / "aimlapi"
PATH = "/v2/generate/audio"
LYRIA = {"model": "google/lyria2", "prompt": "lo-fi rain"}

pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the provider's OpenAPI files are not here"
)


def _answer_schema(file: str, path: str, method: str) -> OAS30Validator:
    spec = json.loads((PUBLISHED / file).read_text())
    answers = spec["paths"][path][method]["responses"]
    return OAS30Validator(answers["200"]["content"]["application/json"]["schema"])


@pytest.fixture
async def provider() -> AsyncIterator[AimlapiStandIn]:
    async with AimlapiStandIn(durations=[10], render=lambda _: Audio(b"RIFF")) as opened:
        yield opened


async def _call(provider: AimlapiStandIn, method: str, path: str, **extra: Any) -> Any:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        ClientSession(headers=headers) as session,
        session.request(method, provider.url + path, **extra) as answer,
    ):
        assert answer.status in {200, 201}
        return await answer.json()


async def test_answers_are_as_published_when_a_generation_completes(
    provider: AimlapiStandIn,
) -> None:
    made = await _call(provider, "POST", PATH, json=LYRIA)
    _answer_schema("lyria-2.json", PATH, "post").validate(made)
    schema = _answer_schema("fetch.json", PATH, "get")

    for wait_s in (0, 5, 6):
        provider.clock.advance(wait_s)
        schema.validate(await _call(provider, "GET", PATH, params={"generation_id": made["id"]}))


async def test_answer_is_as_published_when_a_generation_fails(provider: AimlapiStandIn) -> None:
    provider.plan(Fate(duration_s=0, error={"name": "Filtered", "message": "blocked"}))
    made = await _call(provider, "POST", PATH, json=LYRIA)

    answer = await _call(provider, "GET", PATH, params={"generation_id": made["id"]})

    _answer_schema("fetch.json", PATH, "get").validate(answer)
    assert answer["status"] == "error"


async def test_balance_is_as_published_when_asked_for(provider: AimlapiStandIn) -> None:
    answer = await _call(provider, "GET", "/v2/billing")
    _answer_schema("billing.json", "/v2/billing", "get").validate(answer)
