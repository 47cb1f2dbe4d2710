"""The page's server answers this computer and its own pages only."""

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from yarl import URL

from sandbox.discord import DiscordStandIn
from sandbox.guard import is_loopback
from sandbox.page.server import Page
from tests.sandbox.page.support import tab


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:80", "localhost:8080", "[::1]:1"])
def test_host_is_taken_when_it_is_a_loopback_name(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "example.org",
        "localhost.example.org",
        "127.0.0.1.example.org:80",
        "127.0.0.1@example.org",
        "user@127.0.0.1",
        "127.0.0.1:port",
        "127.0.0.1/x",
        "[::1",
    ],
)
def test_host_is_refused_when_it_is_any_other_name(host: str) -> None:
    assert not is_loopback(host)


async def test_page_is_refused_when_another_name_resolves_to_it(page: Page) -> None:
    headers = {"Host": "rebound.example.org"}
    async with ClientSession() as session, session.get(page.url, headers=headers) as response:
        assert response.status == 421


@pytest.mark.parametrize("origin", [None, "http://example.org", "null", "http://127.0.0.1:1"])
async def test_socket_is_refused_when_another_site_opens_it(page: Page, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    url = URL(page.url).with_path("/ws")
    async with ClientSession() as session:
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(url, headers=headers)
    assert refused.value.status == 403


async def test_post_is_refused_when_it_comes_from_another_site(page: Page) -> None:
    headers = {"Origin": "http://example.org"}
    async with ClientSession() as session, session.post(page.url, headers=headers) as response:
        assert response.status == 403


async def test_socket_opens_when_the_page_itself_asks(page: Page, discord: DiscordStandIn) -> None:
    async with tab(page, "Ben", discord.world) as ben:
        assert ben.state["guilds"][0]["name"] == "Tape Club"


@pytest.mark.parametrize("path", ["/", "/static/js/main.js", "/static/css/base.css"])
async def test_answers_carry_a_strict_policy_when_loaded(
    page: Page, discord: DiscordStandIn, path: str
) -> None:
    async with ClientSession() as session, session.get(URL(page.url).join(URL(path))) as response:
        assert response.status == 200
        policy = dict(
            part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; ")
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["media-src"] == discord.url
    assert "unsafe" not in " ".join(policy.values())


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/%2e%2e/server.py", "/server.py"])
async def test_source_is_not_served_when_the_path_climbs(page: Page, path: str) -> None:
    url = URL(page.url.rstrip("/") + path, encoded=True)
    async with ClientSession() as session, session.get(url) as response:
        assert response.status in (403, 404)
