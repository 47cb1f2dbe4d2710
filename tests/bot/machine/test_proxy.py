"""PROXY_URL: what goes through it, what never does, and what is said of it."""

import base64
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import AddressRefused, AudioUnavailable, Trouble, Unavailable
from bot.machine.proxy import USUAL_NAMES, Proxy, unused_proxy
from bot.ops.doctor import network
from bot.ops.doctor.findings import Ill, Level
from bot.ops.doctor.network import check_proxy
from bot.provider.addresses import CheckedResolver
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.settings import Settings
from sandbox.aimlapi import KEY, AimlapiStandIn
from tests.bot.provider.clips import WAV
from tests.factories import a_request
from tests.proxy import ProxyServer, proxy_server

LIMIT = 1 << 20
FAR = "https://provider.example"  # an address of a provider that is not on this machine


@pytest.fixture
async def server() -> AsyncIterator[ProxyServer]:
    async with proxy_server(user="me:p%40ss%2Fword@") as server:
        yield server


def test_credentials_are_kept_apart_and_out_of_sight() -> None:
    proxy = Proxy.at("http://me:p%40ss%2Fword@proxy.example:3128")
    assert proxy.address == "http://proxy.example:3128"
    assert "word" not in repr(proxy)


# --- the provider -------------------------------------------------------------------------------


async def test_provider_is_asked_through_the_proxy(
    stand_in: AimlapiStandIn, server: ProxyServer
) -> None:
    async with Provider.open(stand_in.url, KEY, proxy=Proxy.at(server.url)) as provider:
        generation = await provider.submit(a_request(), request_id="job.1")
        await provider.fetch(generation.id)
    assert [one.method for one in server.asked] == ["POST", "GET"]
    assert all(one.target.startswith(f"{stand_in.url}/v2/generate") for one in server.asked)
    expected = "Basic " + base64.b64encode(b"me:p@ss/word").decode()
    assert {one.headers["Proxy-Authorization"] for one in server.asked} == {expected}


@pytest.mark.parametrize("status", [403, 407, 502, 503])
async def test_submission_is_free_when_the_proxy_makes_no_connection(
    server: ProxyServer, status: int
) -> None:
    server.refuses = status
    async with Provider.open(FAR, KEY, proxy=Proxy.at(server.url)) as provider:
        with pytest.raises(Unavailable):
            await provider.submit(a_request(), request_id="job.1")
        with pytest.raises(Trouble):
            await provider.fetch("x")
    assert server.targets("CONNECT") == {"provider.example:443"}


async def test_submission_is_free_when_nobody_listens_at_the_proxy(unused_port: int) -> None:
    proxy = Proxy.at(f"http://me:hunter2@127.0.0.1:{unused_port}")
    async with Provider.open(FAR, KEY, proxy=proxy) as provider:
        with pytest.raises(Unavailable) as caught:
            await provider.submit(a_request(), request_id="job.1")
    assert "hunter2" not in str(caught.value)


# --- files --------------------------------------------------------------------------------------


async def test_file_is_fetched_through_the_proxy_from_the_address_that_was_checked(
    stand_in: AimlapiStandIn, server: ProxyServer
) -> None:
    named = stand_in.url.replace("127.0.0.1", "localhost")
    stand_in.scenario.on("GET", "/cdn/.*").respond(200, WAV)
    proxy = Proxy.at(server.url)
    async with (
        AudioFetcher.open(stand_in.url, proxy) as fetcher,
        fetcher.fetch(f"{named}/cdn/a%3Ab.wav?sig=x%2Fy", limit_bytes=LIMIT) as audio,
    ):
        assert audio.path.read_bytes() == WAV
    [asked] = server.asked
    assert asked.target.startswith(f"{stand_in.url}/cdn/a")
    assert asked.headers["Host"] == named.removeprefix("http://")


async def test_certificate_of_the_name_is_asked_for_at_the_address_that_was_checked(
    server: ProxyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(*_: Any, **__: Any) -> list[dict[str, Any]]:
        six, four = "2606:4700::1", "93.184.216.34"
        return [
            {"host": six, "family": socket.AF_INET6},
            {"host": four, "family": socket.AF_INET},
        ]

    monkeypatch.setattr(CheckedResolver, "resolve", resolve)
    server.swallows = True
    async with AudioFetcher.open(FAR, Proxy.at(server.url)) as fetcher:
        with pytest.raises(AudioUnavailable):
            async with fetcher.fetch("https://files.example/x.wav", limit_bytes=LIMIT):
                pass
    assert server.targets("CONNECT") == {"93.184.216.34:443"}
    assert b"files.example" in server.swallowed  # the name whose certificate is wanted


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "http://93.184.216.34/x",
    ],
)
async def test_proxy_is_asked_for_nothing_that_would_not_be_fetched_without_it(
    server: ProxyServer, url: str
) -> None:
    async with AudioFetcher.open(FAR, Proxy.at(server.url)) as fetcher:
        with pytest.raises(AddressRefused):
            async with fetcher.fetch(url, limit_bytes=LIMIT):
                pass
    assert server.asked == []


async def test_redirect_is_checked_before_the_proxy_is_asked(
    stand_in: AimlapiStandIn, server: ProxyServer
) -> None:
    elsewhere = {"Location": "https://192.168.0.1/x"}
    stand_in.scenario.on("GET", "/cdn/.*").respond(302, "", headers=elsewhere)
    async with AudioFetcher.open(stand_in.url, Proxy.at(server.url)) as fetcher:
        with pytest.raises(AddressRefused):
            async with fetcher.fetch(f"{stand_in.url}/cdn/x", limit_bytes=LIMIT):
                pass
    assert [one.target for one in server.asked] == [f"{stand_in.url}/cdn/x"]


async def test_file_is_not_there_when_its_name_means_nothing(server: ProxyServer) -> None:
    async with AudioFetcher.open(FAR, Proxy.at(server.url)) as fetcher:
        with pytest.raises(AudioUnavailable):
            async with fetcher.fetch("https://nowhere.invalid/x", limit_bytes=LIMIT):
                pass
    assert server.asked == []


# --- what the host is told ----------------------------------------------------------------------


def settings_with(**values: Any) -> Settings:
    return Settings(_env_file=None, discord_token="t", aimlapi_key="k", **values)


@pytest.mark.parametrize("name", USUAL_NAMES)
def test_usual_variable_is_said_to_be_unused(name: str) -> None:
    assert name in (unused_proxy({name: "http://me:hunter2@x"}) or "")
    assert "hunter2" not in (unused_proxy({name: "http://me:hunter2@x"}) or "")
    assert unused_proxy({name: ""}) is None


async def test_doctor_tells_of_the_proxy_without_its_password(server: ProxyServer) -> None:
    [finding] = await check_proxy(settings_with(proxy_url=server.url))
    assert finding.level is Level.OK
    assert "127.0.0.1" in finding.text
    assert "word" not in finding.text


async def test_doctor_finds_a_proxy_that_does_not_listen(unused_port: int) -> None:
    with pytest.raises(Ill, match="Check PROXY_URL"):
        await check_proxy(settings_with(proxy_url=f"http://127.0.0.1:{unused_port}"))


async def test_doctor_warns_of_the_usual_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "unused_proxy", lambda: "HTTPS_PROXY is set")
    [finding] = await check_proxy(settings_with())
    assert finding.level is Level.WARN
