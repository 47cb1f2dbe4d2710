"""The stand-ins answer programs on this computer, and no web site."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.stack import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


ROUTES = [
    ("discord", "GET", "/api/v10/gateway/bot"),
    ("discord", "POST", "/api/v10/users/@me/channels"),
    ("discord", "GET", "/attachments/1/2/song.wav"),
    ("provider", "POST", "/v2/generate/audio"),
    ("provider", "GET", "/v2/billing"),
    ("provider", "GET", "/cdn/generations/x/y.wav"),
]
FOREIGN = [
    ({"Host": "evil.example"}, 421),
    ({"Host": "127.0.0.1.evil.example:80"}, 421),
    ({"Host": "user@127.0.0.1"}, 421),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
]


@pytest.mark.parametrize(("part", "method", "path"), ROUTES)
async def test_foreign_sites_are_refused_and_programs_are_not(
    sandbox: Sandbox, part: str, method: str, path: str
) -> None:
    base = sandbox.discord.url if part == "discord" else sandbox.provider.url
    async with aiohttp.ClientSession() as session:
        for headers, status in FOREIGN:
            async with session.request(method, base + path, headers=headers) as response:
                assert response.status == status, headers
        for own in ({}, {"Origin": base}):
            async with session.request(method, base + path, headers=own) as response:
                assert response.status not in {403, 421}, own


async def test_gateway_takes_no_connection_from_a_web_page(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(f"{sandbox.discord.url}/", headers={"Origin": "https://a.b"})
        assert refused.value.status == 403
        async with session.ws_connect(f"{sandbox.discord.url}/?v=10&encoding=json") as socket:
            assert (await socket.receive_json())["op"] == 10
