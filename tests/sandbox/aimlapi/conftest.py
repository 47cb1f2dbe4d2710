"""A stand-in of the provider, and a client that asks it whatever a test wants."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession
from multidict import CIMultiDictProxy

from sandbox.aimlapi import KEY, AimlapiStandIn, Audio
from tests.contract import published

GENERATE = "/v2/generate/audio"
LYRIA = {"model": "google/lyria2", "prompt": "lo-fi rain"}
DURATION_S = 10


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is None where there is none."""

    status: int
    headers: CIMultiDictProxy[str]
    body: Any


class Caller:
    """Calls a stand-in with one key or another."""

    def __init__(self, provider: AimlapiStandIn, session: ClientSession) -> None:
        self.provider = provider
        self._session = session

    async def get(self, path: str, query: Any = None, *, key: str | None = KEY, **h: str) -> Answer:
        return await self._call("GET", path, key, h, params=query)

    async def submit(
        self, body: Mapping[str, Any] = LYRIA, client_id: str | None = None, key: str = KEY
    ) -> Answer:
        headers = {} if client_id is None else {"X-Client-Request-Id": client_id}
        return await self._call("POST", GENERATE, key, headers, json=body)

    async def fetch(self, made: Answer) -> Answer:
        return await self.get(GENERATE, {"generation_id": made.body["id"]})

    async def _call(
        self, method: str, path: str, key: str | None, headers: dict[str, str], **more: Any
    ) -> Answer:
        if key is not None:
            headers = headers | {"Authorization": f"Bearer {key}"}
        url = self.provider.url + path
        async with self._session.request(method, url, headers=headers, **more) as answer:
            body = await answer.json() if answer.content_type == "application/json" else None
            return Answer(answer.status, answer.headers, body)


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    """Generations take ten seconds. All that was said is held against what is published."""
    durations, keys = [DURATION_S], (KEY, "other-sandbox-key")
    async with (
        AimlapiStandIn(durations=durations, keys=keys, render=lambda _: Audio(b"RIFF")) as opened,
        ClientSession() as session,
    ):
        yield Caller(opened, session)
    if published.is_here():
        exchanges = opened.traffic.exchanges
        assert published.provider().violations(exchanges, refused_requests=False) == []
