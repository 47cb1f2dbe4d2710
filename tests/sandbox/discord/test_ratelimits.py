"""Buckets, headers and the global limit."""

from __future__ import annotations

import asyncio

from sandbox.discord.rest.ratelimits import GLOBAL, Bucket, Limit
from tests.sandbox.discord.conftest import Api


async def test_sixth_message_within_5_s_is_refused(limited: Api) -> None:
    path = limited.messages()
    answers = [await limited("POST", path, {"content": str(i)}) for i in range(6)]
    assert [a.status for a in answers] == [200] * 5 + [429]
    remaining = [a.headers["X-RateLimit-Remaining"] for a in answers]
    assert remaining == ["4", "3", "2", "1", "0", "0"]
    refusal = answers[-1]
    assert 0 < refusal.data["retry_after"] <= 5
    assert refusal.data["global"] is False
    assert refusal.headers["Via"] == "1.1 google"
    assert int(refusal.headers["Retry-After"]) >= refusal.data["retry_after"]
    assert refusal.headers["X-RateLimit-Bucket"] == answers[0].headers["X-RateLimit-Bucket"]


async def test_bucket_refills_when_its_window_is_over(limited: Api) -> None:
    path = limited.messages()
    for i in range(6):
        await limited("POST", path, {"content": str(i)})
    limited.world.state.clock.advance(5)
    assert (await limited("POST", path, {"content": "again"})).status == 200


async def test_channels_have_buckets_of_their_own(limited: Api) -> None:
    for i in range(5):
        await limited("POST", limited.messages(), {"content": str(i)})
    assert (await limited("POST", limited.messages("general"), {"content": "x"})).status == 200


async def test_global_limit_counts_what_uses_the_bot_token(limited: Api) -> None:
    paths = ["/users/@me", "/gateway/bot", "/applications/@me"]
    asked = [limited("GET", paths[i % 3]) for i in range(GLOBAL.count + 1)]
    answers = await asyncio.gather(*asked)
    refused = [a for a in answers if a.status == 429]
    assert refused
    assert refused[0].headers["X-RateLimit-Global"] == "true"
    assert refused[0].data["global"] is True
    assert limited.stand_in.rate_limits.refused == len(refused)


async def test_interaction_callbacks_are_exempt_from_the_global_limit(limited: Api) -> None:
    body = {"type": 4, "data": {"content": "x"}}
    calls = [limited.callback(limited.interact()) for _ in range(GLOBAL.count + 10)]
    answers = await asyncio.gather(*(limited("POST", path, body) for path in calls))
    statuses = {answer.status for answer in answers}
    assert (await limited("GET", "/users/@me")).status == 200
    assert statuses == {204}


async def test_edits_of_old_messages_have_a_limit_of_their_own(limited: Api) -> None:
    message = (await limited("POST", limited.messages(), {"content": "x"})).data
    limited.world.state.clock.advance(3601)
    path = f"{limited.messages()}/{message['id']}"
    codes = []
    for i in range(6):
        answer = await limited("PATCH", path, {"content": str(i)})
        codes.append(answer.data.get("code"))
        limited.world.state.clock.advance(2)
    assert codes == [None] * 5 + [30046]


async def test_bucket_gives_its_count_per_window(limited: Api) -> None:
    now = limited.world.state.clock.now()
    bucket = Bucket(Limit(2, 1), now)
    assert [bucket.take(now) for _ in range(3)] == [True, True, False]


async def test_nothing_is_refused_or_announced_when_the_limits_are_off(api: Api) -> None:
    asked = [api("POST", api.messages(), {"content": str(i)}) for i in range(GLOBAL.count + 1)]
    answers = await asyncio.gather(*asked)
    assert {answer.status for answer in answers} == {200}
    assert not [name for name in answers[-1].headers if name.startswith("X-RateLimit")]
