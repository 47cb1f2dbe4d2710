"""Logging in and registering, whatever comes back: tried on, told once, and never a traceback."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.client import ComposeClient
from bot.errors import DiscordRejectedToken
from bot.gateway import connection
from bot.gateway.connection import Login, keep_trying, log_in, register_commands
from bot.gateway.shards import Gateway
from bot.readiness import Part
from bot.rest.answers import UNTOLD_WAIT_S, retry_after_s
from sandbox.discord import DiscordStandIn
from sandbox.discord.seed import TOKEN
from sandbox.scenario import Rule

PAGE = "<html><head><title>Just a moment...</title></head></html>"
ME = "/api/v10/users/@me"
COMMANDS = r"/api/v10/applications/\d+/commands"
OWN_401 = {"message": "401: Unauthorized", "code": 0}


@pytest.fixture
async def stand_in() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as opened:
        yield opened


@pytest.fixture
async def client(stand_in: DiscordStandIn) -> AsyncIterator[ComposeClient]:
    async with ComposeClient(api_url=stand_in.api_url, command_guild_id=None) as opened:
        yield opened


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between tries."""
    for name in ("LOGIN_RETRY_S", "ADDRESS_RETRY_S", "COMMANDS_RETRY_S"):
        monkeypatch.setattr(connection, name, (0.0,))
    monkeypatch.setattr(connection, "retry_after_s", lambda _: 0.0)


def html(rule: Rule, status: int, **headers: str) -> Rule:
    return rule.respond(status, PAGE, content_type="text/html", headers=headers)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    loud = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert not any(record.exc_info for record in loud)
    assert not any("<" in record.getMessage() for record in loud)
    return [record.getMessage() for record in loud if record.name.startswith("bot.")]


ODD_LOGINS: dict[str, Any] = {
    "429 with a page": lambda rule: html(rule, 429, **{"Retry-After": "60"}),
    "200 with a page": lambda rule: html(rule, 200),
    "401 with a page": lambda rule: html(rule, 401),
    "401 of a gateway": lambda rule: rule.respond(401, {"message": "Unauthorized"}),
    "403 with a page": lambda rule: html(rule, 403),
    "403 of Discord": lambda rule: rule.respond(403, {"message": "Missing Access", "code": 50001}),
    "407": lambda rule: html(rule, 407),
    "204": lambda rule: rule.respond(204),
    "a redirect to nowhere": lambda rule: rule.respond(302, headers={"Location": "/login"}),
    "a redirect in circles": lambda rule: rule.respond(302, headers={"Location": ME}),
    "a list": lambda rule: rule.respond(200, [1, 2]),
    "no id": lambda rule: rule.respond(200, {"username": "compose-bot"}),
    "an id of words": lambda rule: rule.respond(200, {"id": "me", "username": "x"}),
    "null": lambda rule: rule.respond(200, "null", content_type="application/json"),
    "broken JSON": lambda rule: rule.respond(200, '{"id": "1', content_type="application/json"),
    "deep JSON": lambda rule: rule.respond(200, "[" * 99999, content_type="application/json"),
    "broken UTF-8": lambda rule: rule.respond(200, b"\xff\xfe", content_type="application/json"),
    "a cut body": lambda rule: rule.respond(200, {"id": "1", "username": "x"}).truncate(5),
    "a reset": lambda rule: rule.reset_before(),
    "501": lambda rule: html(rule, 501),
}


@pytest.mark.parametrize("odd", ODD_LOGINS)
async def test_login_is_tried_again_in_one_session_when_the_answer_is_odd(
    stand_in: DiscordStandIn, client: ComposeClient, caplog: pytest.LogCaptureFixture, odd: str
) -> None:
    requests = 25 if odd == "a redirect in circles" else 3
    ODD_LOGINS[odd](stand_in.scenario.on("GET", ME, times=requests))
    await asyncio.wait_for(log_in(client, TOKEN), 40)
    assert client.user is not None
    assert client.user.id == stand_in.world.state.bot.id
    told, over = lines(caplog)
    assert told.startswith("login: ")
    assert over.startswith("login: all is well again")


async def test_token_is_rejected_when_discord_says_so_itself(
    stand_in: DiscordStandIn, client: ComposeClient
) -> None:
    html(stand_in.scenario.on("GET", ME), 401)
    stand_in.scenario.on("GET", ME).respond(401, OWN_401)
    with pytest.raises(DiscordRejectedToken, match="Make a new one"):
        await log_in(client, TOKEN)


async def test_login_works_when_json_comes_by_another_name(
    stand_in: DiscordStandIn, client: ComposeClient
) -> None:
    said = '{"id": "77", "username": "x"}'
    stand_in.scenario.on("GET", ME).respond(200, said, content_type="text/json")
    await Login(client, TOKEN).attempt()
    assert client.user is not None
    assert client.user.id == 77


@pytest.mark.parametrize(
    ("header", "waited_s"),
    [
        ("60", 60.0),
        ("0.5", 1.0),
        (None, UNTOLD_WAIT_S),
        ("soon", UNTOLD_WAIT_S),
        ("nan", UNTOLD_WAIT_S),
        ("Mon, 01 Jan 999999999999 00:00:00 GMT", UNTOLD_WAIT_S),
        ("999999999", 3600.0),
        ("-5", 1.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1.0),
    ],
)
async def test_login_waits_as_told(
    stand_in: DiscordStandIn,
    client: ComposeClient,
    monkeypatch: pytest.MonkeyPatch,
    header: str | None,
    waited_s: float,
) -> None:
    monkeypatch.setattr(connection, "retry_after_s", retry_after_s)
    html(stand_in.scenario.on("GET", ME), 429, **({"Retry-After": header} if header else {}))
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    await keep_trying(Part("login"), Login(client, TOKEN).attempt, (1.0, 2.0), sleep)
    assert waits == [waited_s]


ODD_LISTS: dict[str, Any] = {
    "30034": lambda rule: rule.respond(400, {"message": "Max number of daily…", "code": 30034}),
    "a page": lambda rule: html(rule, 200),
    "403 with a page": lambda rule: html(rule, 403),
    "an object": lambda rule: rule.respond(200, {"commands": []}),
    "a list of numbers": lambda rule: rule.respond(200, [1]),
    "commands without names": lambda rule: rule.respond(200, [{"type": 1}]),
    "a reset": lambda rule: rule.reset_before(),
}


@pytest.mark.parametrize("odd", ODD_LISTS)
async def test_registration_is_tried_on_and_named_when_it_is_refused(
    stand_in: DiscordStandIn,
    client: ComposeClient,
    caplog: pytest.LogCaptureFixture,
    odd: str,
) -> None:
    await client.load_cogs()
    await Login(client, TOKEN).attempt()
    ODD_LISTS[odd](stand_in.scenario.on("GET", COMMANDS, times=2))
    await asyncio.wait_for(register_commands(client), 40)
    assert client.commands_part.well
    assert stand_in.world.commands.all(None)
    told, over = lines(caplog)
    assert told.startswith("commands: ")
    assert over.startswith("commands: all is well again")


async def test_commands_are_registered_when_the_application_can_not_be_asked_for(
    stand_in: DiscordStandIn, client: ComposeClient
) -> None:
    await client.load_cogs()
    await Login(client, TOKEN).attempt()
    html(stand_in.scenario.on("GET", "/api/v10/oauth2/applications/@me", times=None), 403)
    await register_commands(client)
    assert stand_in.world.commands.all(None)


@pytest.mark.parametrize("of_a_server", [False, True])
async def test_ids_of_slash_commands_are_known_whether_written_or_found(
    stand_in: DiscordStandIn, *, of_a_server: bool
) -> None:
    guild_id = next(iter(stand_in.world.state.guilds)) if of_a_server else None
    found = []
    for _ in range(2):
        async with ComposeClient(api_url=stand_in.api_url, command_guild_id=guild_id) as client:
            await client.load_cogs()
            await Login(client, TOKEN).attempt()
            assert client.command_ids == {}
            await register_commands(client)
            found.append(client.command_ids)
    stored = stand_in.world.commands.all(guild_id)
    assert found == [{one["name"]: int(one["id"]) for one in stored if one["type"] == 1}] * 2
    assert {"compose", "tracks", "help"} <= found[0].keys()


async def test_server_that_the_bot_is_not_in_is_named_and_tried_on(
    stand_in: DiscordStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    async with ComposeClient(api_url=stand_in.api_url, command_guild_id=5) as client:
        await Login(client, TOKEN).attempt()
        task = asyncio.create_task(register_commands(client))
        asked = stand_in.scenario.on("GET", f"{COMMANDS[:-9]}/guilds/5/commands", after=2)
        await asked.hold_before().reached()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    [told] = lines(caplog)
    assert "COMMAND_GUILD_ID names a server that the bot is not in" in told
    assert not client.commands_part.well


ODD_GATEWAYS: dict[str, Any] = {
    "a page": lambda rule: html(rule, 200),
    "403": lambda rule: html(rule, 403),
    "404": lambda rule: rule.respond(404, {"message": "404: Not Found", "code": 0}),
    "no url": lambda rule: rule.respond(200, {"shards": 1}),
    "a url of another kind": lambda rule: rule.respond(200, {"url": "ftp://x", "shards": 1}),
    "a url that is none": lambda rule: rule.respond(200, {"url": "ws://[", "shards": 1}),
    "a list": lambda rule: rule.respond(200, []),
}


@pytest.mark.parametrize("odd", ODD_GATEWAYS)
async def test_gateways_address_is_asked_for_again_when_there_is_none(
    stand_in: DiscordStandIn, client: ComposeClient, caplog: pytest.LogCaptureFixture, odd: str
) -> None:
    await Login(client, TOKEN).attempt()
    ODD_GATEWAYS[odd](stand_in.scenario.on("GET", "/api/v10/gateway/bot", times=2))
    gateway = Gateway(client)
    await keep_trying(client.gateway_part, gateway.find, (0.0,))
    assert str(gateway.url).startswith(stand_in.gateway.url)
    assert list(client.own_shards) == [0]
    [told] = lines(caplog)
    assert told.startswith("gateway: ")


@pytest.mark.parametrize("shards", [None, 0, -1, "2", 10**9, True])
async def test_one_shard_is_opened_when_the_recommended_number_makes_no_sense(
    stand_in: DiscordStandIn, client: ComposeClient, shards: object
) -> None:
    await Login(client, TOKEN).attempt()
    answer = {"url": "wss://gateway.example", "shards": shards}
    stand_in.scenario.on("GET", "/api/v10/gateway/bot").respond(200, answer)
    await Gateway(client).find()
    assert list(client.own_shards) == [0]


async def test_session_of_a_failed_login_is_closed(stand_in: DiscordStandIn) -> None:
    async with ComposeClient(api_url=stand_in.api_url, command_guild_id=None) as client:
        html(stand_in.scenario.on("GET", ME, times=2), 403)
        login = Login(client, TOKEN)
        for _ in range(2):
            with pytest.raises(discord.Forbidden):
                await login.attempt()
        await login.attempt()
    connector = client.http.connector
    assert connector is not None
    assert connector.closed
