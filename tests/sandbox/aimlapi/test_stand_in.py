"""The provider stand-in as its clients see it, over real HTTP."""

import math
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox.aimlapi import KEY, AimlapiStandIn, Audio, Fate, Generation
from sandbox.aimlapi.stand_in import render_track

PATH = "/v2/generate/audio"
LYRIA = {"model": "google/lyria2", "prompt": "lo-fi rain"}
CLIP = Audio(b"RIFF-not-really", "audio/wav", "output.wav")


def _clip(_: Generation) -> Audio:
    return CLIP


class Client:
    """A minimal client of the provider."""

    def __init__(self, provider: AimlapiStandIn, session: ClientSession) -> None:
        self.provider = provider
        self._session = session

    async def post(self, body: object, key: str = KEY) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"}
        async with self._session.post(self.provider.url + PATH, json=body, headers=headers) as it:
            return it.status, await it.json() | {"inference": it.headers.get("x-inference-id")}

    async def get(self, path: str, **query: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {KEY}"}
        url = self.provider.url + path
        async with self._session.get(url, params=query, headers=headers) as it:
            return it.status, await it.json()

    async def submit(self, **extra: object) -> str:
        status, answer = await self.post(LYRIA | extra)
        assert status == 201
        return str(answer["id"])

    async def poll(self, generation_id: str) -> Any:
        status, answer = await self.get(PATH, generation_id=generation_id)
        assert status == 200
        return answer

    async def download(self, url: str) -> tuple[bytes, str, str]:
        async with self._session.get(url) as it:
            assert it.status == 200
            return await it.read(), it.content_type, it.headers["Content-Length"]


Open = Callable[..., Any]


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def open_client(**options: Any) -> Client:
            session = await stack.enter_async_context(ClientSession())
            provider = AimlapiStandIn(**({"render": _clip} | options))
            return Client(await stack.enter_async_context(provider), session)

        yield open_client


@pytest.fixture
async def client(opened: Open) -> Client:
    made: Client = await opened(durations=[40.0])
    return made


async def test_generation_goes_through_its_statuses_when_time_passes(client: Client) -> None:
    generation_id = await client.submit(negative_prompt="drums", seed=3)
    assert generation_id.endswith(":lyria2")

    seen = []
    for wait_s in (0, 10, 29, 2):
        client.provider.clock.advance(wait_s)
        seen.append((await client.poll(generation_id))["status"])
    assert seen == ["queued", "generating", "generating", "completed"]


async def test_completed_answer_leads_to_the_file_when_downloaded(client: Client) -> None:
    generation_id = await client.submit()
    client.provider.clock.advance(41)

    answer = await client.poll(generation_id)

    file = answer["audio_file"]
    assert answer["meta"]["usage"]["credits_used"] == 120_000
    assert (file["content_type"], file["file_name"]) == ("audio/wav", "output.wav")
    assert file["file_size"] == len(CLIP.data)
    assert generation_id.partition(":")[0] not in file["url"]
    data, kind, length = await client.download(file["url"])
    assert (data, kind, length) == (CLIP.data, "audio/wav", str(len(CLIP.data)))


async def test_durations_are_around_the_models_median_when_none_are_given(opened: Open) -> None:
    client = await opened(speed=10)
    for _ in range(40):
        await client.submit()

    durations = sorted(generation.duration_s for generation in client.provider.generations)
    assert 3.2 < durations[20] < 3.8
    assert durations[0] > 2
    assert durations[-1] < 6


async def test_generation_log_tells_what_was_asked_when_submitted(client: Client) -> None:
    before = client.provider.clock.now()
    generation_id = await client.submit(seed=7)

    (generation,) = client.provider.generations
    assert generation.id == generation_id
    assert generation.body == LYRIA | {"seed": 7}
    assert before <= generation.submitted_at <= client.provider.clock.now()


@pytest.mark.parametrize("error", [{"name": "Filtered", "message": "blocked"}, "blocked"])
async def test_generation_fails_without_charge_when_planned(client: Client, error: object) -> None:
    client.provider.plan(Fate(error=error))  # type: ignore[arg-type]
    generation_id = await client.submit()
    client.provider.clock.advance(100)

    answer = await client.poll(generation_id)

    assert (answer["status"], answer["error"]) == ("error", error)
    assert client.provider.balance_usd == 100


async def test_fate_decides_status_url_and_duration_when_planned(client: Client) -> None:
    client.provider.plan(
        Fate(duration_s=math.inf, pending_status="paused"),
        Fate(duration_s=0, audio_file={"url": "http://10.0.0.1/x.wav", "file_size": None}),
        Fate(duration_s=0, audio=Audio(b"ID3", "audio/mpeg", "song.mp3")),
    )
    paused, elsewhere, mp3 = [await client.submit() for _ in range(3)]
    client.provider.clock.advance(1_000_000)

    assert (await client.poll(paused)) == {"id": paused, "status": "paused"}
    file = (await client.poll(elsewhere))["audio_file"]
    assert file["url"] == "http://10.0.0.1/x.wav"
    assert "file_size" not in file
    url = (await client.poll(mp3))["audio_file"]["url"]
    assert await client.download(url) == (b"ID3", "audio/mpeg", "3")


async def test_error_has_the_published_members_when_the_key_is_wrong(client: Client) -> None:
    status, answer = await client.post(LYRIA, key="stolen")

    assert (status, answer["statusCode"], answer["path"]) == (401, 401, PATH)
    assert "valid API key" in answer["message"]
    assert {"requestId", "timestamp"} <= answer.keys()
    assert client.provider.generations == []


async def test_submission_is_refused_when_credits_run_out(opened: Open) -> None:
    client = await opened(balance_usd=0.12, durations=[10])

    statuses = [(await client.post(LYRIA))[0] for _ in range(3)]
    assert statuses == [201, 201, 403]
    client.provider.clock.advance(60)
    status, answer = await client.post(LYRIA)
    assert (status, "run out of credits" in answer["message"]) == (403, True)
    client.provider.top_up(1)
    assert (await client.post(LYRIA))[0] == 201


async def test_reserved_money_is_free_again_when_a_generation_fails(opened: Open) -> None:
    client = await opened(balance_usd=0.06, durations=[10])
    client.provider.plan(Fate(error="no"))
    await client.submit()
    assert (await client.post(LYRIA))[0] == 403

    client.provider.clock.advance(11)
    assert (await client.post(LYRIA))[0] == 201


async def test_submission_is_refused_when_the_account_was_emptied(client: Client) -> None:
    client.provider.empty_account()
    assert (await client.post(LYRIA))[0] == 403


async def test_unknown_things_are_not_found_when_asked_for(client: Client) -> None:
    assert (await client.get(PATH, generation_id="nobody:lyria2"))[0] == 404
    status, answer = await client.get("/v2/generate/video")
    assert (status, answer["statusCode"]) == (404, 404)
    assert (await client.get(PATH))[0] == 400


async def test_calls_are_turned_away_when_they_come_too_fast(opened: Open) -> None:
    client = await opened(requests_per_second=2)

    assert [(await client.get("/v2/billing"))[0] for _ in range(3)] == [200, 200, 429]
    client.provider.clock.advance(1)
    assert (await client.get("/v2/billing"))[0] == 200


async def test_charge_lands_some_time_after_the_completion_when_generated(client: Client) -> None:
    _, answer = await client.post(LYRIA)
    client.provider.clock.advance(41)
    assert (await client.poll(answer["id"]))["status"] == "completed"
    assert (await client.get("/v2/billing"))[1] == {"current_balance": 100.0, "currency": "USD"}

    client.provider.clock.advance(2)

    assert (await client.get("/v2/billing"))[1]["current_balance"] == pytest.approx(99.94)
    _, page = await client.get("/v2/billing/transactions", type="MODEL_USAGE")
    (charge,) = page["data"]
    assert charge["reference_id"] == answer["inference"]
    assert charge["amount"] == {"usd": 0.06, "credits": 120_000}
    assert (charge["direction"], charge["model"]) == ("CHARGE", "google/lyria2")
    assert page["pagination"] == {"next_cursor": None, "has_more": False}


async def test_pages_join_up_when_charges_arrive_between_them(opened: Open) -> None:
    client = await opened(durations=[1], charge_lag_s=0)
    for _ in range(5):
        await client.submit()
        client.provider.clock.advance(2)

    path = "/v2/billing/transactions"
    _, first = await client.get(path, direction="CHARGE", limit="3")
    await client.submit()
    client.provider.clock.advance(2)
    cursor = first["pagination"]["next_cursor"]
    _, second = await client.get(path, direction="CHARGE", limit="3", cursor=cursor)

    references = [entry["reference_id"] for page in (first, second) for entry in page["data"]]
    made = [generation.inference_id for generation in client.provider.generations]
    assert references == made[:5][::-1]
    assert second["pagination"] == {"next_cursor": None, "has_more": False}


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "x"},
        {"cursor": "guess"},
        {"type": "THEFT"},
        {"from": "2026-01-01"},
    ],
)
async def test_ledger_query_is_refused_when_malformed(
    client: Client, query: dict[str, str]
) -> None:
    assert (await client.get("/v2/billing/transactions", **query))[0] == 400


async def test_track_is_playable_wav_when_rendered_by_default(opened: Open) -> None:
    client = await opened(durations=[0], render=render_track)
    generation_id = await client.submit(seed=1)

    file = (await client.poll(generation_id))["audio_file"]
    data, kind, _ = await client.download(file["url"])

    assert (kind, len(data), data[:4]) == ("audio/wav", file["file_size"], b"RIFF")
    assert 6_290_000 < len(data) < 6_300_000
