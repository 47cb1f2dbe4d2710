"""The gateway says odd things: they are dropped, and the next good event is answered."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.client import ComposeClient
from bot.domain.audience import Audience
from bot.errors import DiscordRejectedToken, SettingsError
from bot.gateway.connection import Login, register_commands
from bot.gateway.shards import Gateway
from bot.services import Services
from sandbox.discord import DiscordStandIn
from sandbox.discord.gateway.session import Session
from sandbox.discord.seed import TOKEN
from sandbox.driver import Driver, MemberDriver
from tests.bot.mutations import mutated, valid_events
from tests.factories import ALL_MODELS

MUTATIONS = 400
SEED = 1834


class OpenDoor:
    """In place of what needs a database: everybody is served, and nothing is known of anybody."""

    async def in_time(self, work: Awaitable[Any], _: float) -> Any:
        return await work

    async def allowance(self, _: int) -> None:
        return None


class Line:
    """A client that is connected to a stand-in, and what one may send it."""

    def __init__(
        self, stand_in: DiscordStandIn, client: ComposeClient, connected: asyncio.Task[None]
    ) -> None:
        self.stand_in = stand_in
        self.client = client
        self.connected = connected

    @property
    def session(self) -> Session:
        [session] = [s for s in self.stand_in.gateway.sessions.values() if s.connection]
        return session

    def send(self, frame: str) -> None:
        assert self.session.connection
        self.session.connection.send(frame)

    def member(self) -> MemberDriver:
        return Driver(self.stand_in).member("Ben")

    async def works(self) -> None:
        """A member's command is answered."""
        answer = await (await self.member().slash("help")).answered()
        assert "/compose" in answer.text
        assert not self.connected.done()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with (
        DiscordStandIn(rate_limits=False) as stand_in,
        ComposeClient(api_url=stand_in.api_url, command_guild_id=None) as client,
    ):
        door = SimpleNamespace(
            audience=Audience(users=True),
            offer=ALL_MODELS,
            admission=OpenDoor(),
            library=OpenDoor(),
        )
        client.serve(cast("Services", door))
        await client.load_cogs()
        await Login(client, TOKEN).attempt()
        await register_commands(client)
        gateway = Gateway(client)
        await gateway.find()
        task = asyncio.create_task(gateway.run())
        await stand_in.gateway.wait_identified()
        opened = Line(stand_in, client, task)
        yield opened
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


FRAMES = [
    "",
    "no json",
    "[]",
    "null",
    "7",
    '{"op": 0}',
    '{"op": 0, "t": null, "s": null, "d": null}',
    '{"op": 0, "t": "INTERACTION_CREATE", "s": null, "d": null}',
    '{"op": 0, "t": "INTERACTION_CREATE", "s": null, "d": {"token": "a-token-of-somebody"}}',
    '{"op": 0, "t": "GUILD_CREATE", "s": null, "d": {"name": "no id"}}',
    '{"op": 0, "t": "READY", "s": null, "d": {"user": {}}}',
    '{"op": 0, "t": "RESUMED", "s": null, "d": null}',
    '{"op": 0, "t": ["READY"], "s": null, "d": {}}',
    '{"op": 0, "t": "NEVER_HEARD_OF", "s": null, "d": {}}',
    '{"op": 0, "t": "TYPING_START", "s": null, "d": {"timestamp": 1e300}}',
    '{"op": 10, "d": {}, "s": null, "t": null}',
    '{"op": {}, "d": null, "s": null, "t": null}',
    '{"op": 12345678901234567890, "d": null, "s": null, "t": null}',
    "[" * 100_000,
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[:40])
async def test_bad_frame_is_dropped_and_told_of_without_its_content(
    line: Line, frame: str, caplog: pytest.LogCaptureFixture
) -> None:
    line.send(frame)
    line.send(frame)
    await line.works()
    assert line.stand_in.gateway.identifies == 1
    assert line.stand_in.gateway.resumes == 0
    assert "a-token-of-somebody" not in caplog.text
    dropped = [r for r in caplog.records if "dropped" in r.getMessage()]
    assert len(dropped) <= 1
    assert not any(record.exc_info for record in dropped)


@pytest.mark.parametrize("data", [None, {}, [], "x", 7, {"id": "x"}, {"id": None, "guild_id": {}}])
async def test_events_of_every_name_are_dropped_when_their_data_is_something_else(
    line: Line, data: object
) -> None:
    for name in line.client._connection.parsers:
        line.send(json.dumps({"op": 0, "t": name, "s": None, "d": data}))
    await line.works()
    assert line.stand_in.gateway.identifies == 1


async def test_interactions_are_answered_after_hundreds_of_mutated_events(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "discord")
    events = await valid_events(line.stand_in, line.member())
    for frame in mutated(events, count=MUTATIONS, seed=SEED):
        line.send(frame)
    await line.works()
    assert line.stand_in.gateway.identifies == 1
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize("code", [1000, 1001, 1006, 4000, 4007, 4009, 4012, 4013, 4014, 4999, 3000])
async def test_connection_is_made_again_when_it_is_closed_with_any_code(
    line: Line, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ComposeClient, "before_identify_hook", _at_once)
    gateway = line.stand_in.gateway
    before = gateway.identifies + gateway.resumes
    assert line.session.connection
    if code == 1006:
        gateway.drop()
    else:
        line.session.connection.close(code, "odd")
    await line.stand_in.world.state.bus.wait_until(
        lambda: gateway.identifies + gateway.resumes > before and bool(gateway.connected_shards())
    )
    await line.works()


async def _at_once(*_: Any, **__: Any) -> None:
    """Without the 5 s that discord.py leaves between two IDENTIFYs."""


@pytest.mark.parametrize(
    ("code", "error"), [(4004, DiscordRejectedToken), (4010, SettingsError), (4011, SettingsError)]
)
async def test_connection_ends_when_only_the_host_can_help(
    line: Line, code: int, error: type[Exception]
) -> None:
    assert line.session.connection
    line.session.connection.close(code, "for good")
    with pytest.raises(error):
        await asyncio.wait_for(line.connected, 30)


async def test_connection_is_made_again_when_the_stream_can_not_be_unpacked(line: Line) -> None:
    assert line.session.connection
    line.session.connection._encode = lambda _: b"no zstd"
    line.send("{}")
    gateway = line.stand_in.gateway
    await line.stand_in.world.state.bus.wait_until(lambda: gateway.resumes == 1)
    await line.works()


@pytest.mark.parametrize("status", [200, 401, 403, 429, 500])
async def test_connection_is_made_again_when_the_gateway_answers_with_a_page(
    line: Line, status: int
) -> None:
    gateway = line.stand_in.gateway
    rule = line.stand_in.scenario.on("GET", "/(resume/?)?", times=2)
    rule.respond(status, "<html>", content_type="text/html")
    gateway.drop()
    await line.stand_in.world.state.bus.wait_until(lambda: gateway.resumes == 1)
    assert rule.hits == 2
    await line.works()
