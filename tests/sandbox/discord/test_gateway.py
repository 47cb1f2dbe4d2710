"""The gateway, with a client that knows nothing but WebSocket and JSON."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import zstandard

from sandbox.discord import DiscordStandIn
from sandbox.discord.enums import Intents, InteractionType
from sandbox.discord.interaction import Interaction
from sandbox.discord.message_form import Draft
from sandbox.discord.model import Channel
from sandbox.discord.seed import TOKEN, add_guild

ALL_PUBLIC = int(
    Intents.GUILDS
    | Intents.GUILD_MESSAGES
    | Intents.DIRECT_MESSAGES
    | Intents.GUILD_MESSAGE_REACTIONS
)
TIMEOUT_S = 5


class Client:
    """One connection. Heartbeats are left to the tests."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, compress: str) -> None:
        self.socket = socket
        self.seq = 0
        self._inflate = zlib.decompressobj()
        self._unzstd = zstandard.ZstdDecompressor().decompressobj()
        self._compress = compress

    async def receive(self) -> dict[str, Any]:
        message = await self.socket.receive(timeout=TIMEOUT_S)
        if message.type is aiohttp.WSMsgType.BINARY:
            text = self._decompressed(message.data).decode()
        else:
            assert message.type is aiohttp.WSMsgType.TEXT, message
            text = message.data
        payload: dict[str, Any] = json.loads(text)
        self.seq = payload.get("s") or self.seq
        return payload

    def _decompressed(self, data: bytes) -> bytes:
        match self._compress:
            case "zlib-stream":
                assert data.endswith(b"\x00\x00\xff\xff")
                return self._inflate.decompress(data)
            case "zstd-stream":
                return self._unzstd.decompress(data)
        return zlib.decompress(data)

    async def event(self, name: str) -> dict[str, Any]:
        """The data of the next event of that name; others are passed over."""
        while (payload := await self.receive())["t"] != name:
            pass
        data: dict[str, Any] = payload["d"]
        return data

    async def send(self, op: int, data: object) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, **changes: object) -> dict[str, Any]:
        await self.send(2, identity(**changes))
        return await self.event("READY")

    async def resume(self, session_id: str, seq: int) -> None:
        await self.send(6, {"token": TOKEN, "session_id": session_id, "seq": seq})

    async def close_code(self) -> int | None:
        async with asyncio.timeout(TIMEOUT_S):
            async for _ in self.socket:
                pass
        return self.socket.close_code


def identity(**changes: object) -> dict[str, Any]:
    base: dict[str, Any] = {"token": TOKEN, "intents": ALL_PUBLIC, "properties": {"os": "linux"}}
    return base | changes


@asynccontextmanager
async def connected(
    stand_in: DiscordStandIn, *, compress: str = "", query: str = "v=10&encoding=json"
) -> AsyncIterator[Client]:
    url = f"{stand_in.gateway.url}/?{query}" + (f"&compress={compress}" if compress else "")
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        client = Client(socket, compress)
        yield client


def music_jam(stand_in: DiscordStandIn) -> Channel:
    return next(c for c in stand_in.world.state.channels.values() if c.name == "music-jam")


def say(stand_in: DiscordStandIn, text: str) -> None:
    world = stand_in.world
    world.messages.post(world.state.user_named("Ben"), music_jam(stand_in), Draft(content=text))


def interact(stand_in: DiscordStandIn) -> Interaction:
    world = stand_in.world
    kind, data = InteractionType.APPLICATION_COMMAND, {"id": "1", "name": "compose", "type": 1}
    place = music_jam(stand_in)
    return world.interactions.start(kind, world.state.user_named("Ben"), place, data)


@pytest.mark.parametrize("compress", ["", "zlib-stream", "zstd-stream"])
async def test_client_gets_ready_and_its_guild(stand_in: DiscordStandIn, compress: str) -> None:
    async with connected(stand_in, compress=compress) as client:
        hello = await client.receive()
        assert hello["op"] == 10
        assert hello["d"]["heartbeat_interval"] == 41_250
        ready = await client.identify()
        assert ready["user"]["username"] == "compose-bot"
        assert ready["guilds"][0]["unavailable"] is True
        guild = await client.event("GUILD_CREATE")
        assert [c["name"] for c in guild["channels"]] == ["general", "music-jam", "quiet-corner"]
        assert [m["user"]["username"] for m in guild["members"]] == ["compose-bot"]
        await client.send(1, client.seq)
        assert (await client.receive())["op"] == 11


async def test_payloads_are_compressed_when_identify_asks(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        await client.receive()
        await client.send(2, identity(compress=True))
        message = await client.socket.receive(timeout=TIMEOUT_S)
        assert message.type is aiohttp.WSMsgType.BINARY
        assert json.loads(zlib.decompress(message.data))["t"] == "READY"


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, identity(token="wrong"), 4004),
        (2, identity(shard=[2, 2]), 4010),
        (2, identity(shard="x"), 4010),
        (2, identity(intents=-1), 4013),
        (2, identity(intents="all"), 4013),
        (2, identity(intents=int(Intents.MESSAGE_CONTENT)), 4014),
        (2, "x", 4002),
        (3, {}, 4003),
        (99, {}, 4003),
        (6, {"token": "wrong", "session_id": "x", "seq": 1}, 4004),
    ],
)
async def test_connection_is_closed_with_the_documented_code(
    stand_in: DiscordStandIn, op: int, data: object, code: int
) -> None:
    async with connected(stand_in) as client:
        await client.send(op, data)
        assert await client.close_code() == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("{", 4002),
        ("[]", 4002),
        ('{"op": "x"}', 4001),
        ('{"op": 1, "d": "' + "x" * 5000 + '"}', 4002),
    ],
)
async def test_connection_is_closed_when_payload_is_no_payload(
    stand_in: DiscordStandIn, raw: str, code: int
) -> None:
    async with connected(stand_in) as client:
        await client.socket.send_str(raw)
        assert await client.close_code() == code


@pytest.mark.parametrize(
    ("query", "code"),
    [("v=10&encoding=etf", 4002), ("v=10&compress=brotli", 4002), ("v=99", 4012)],
)
async def test_connection_is_closed_when_its_address_asks_for_the_unknown(
    stand_in: DiscordStandIn, query: str, code: int
) -> None:
    async with connected(stand_in, query=query) as client:
        assert await client.close_code() == code


async def test_second_identify_and_unknown_opcode_are_refused(stand_in: DiscordStandIn) -> None:
    for op, data, code in ((2, identity(), 4005), (99, None, 4001)):
        async with connected(stand_in) as client:
            await client.identify()
            await client.send(op, data)
            assert await client.close_code() == code


async def test_client_is_closed_when_it_sends_too_much(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        for _ in range(121):
            await client.send(1, None)
        assert await client.close_code() == 4008


async def test_missed_events_are_replayed_when_resumed(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        ready = await client.identify()
        await client.event("GUILD_CREATE")
        stand_in.gateway.drop()
        await client.close_code()
    say(stand_in, "while you were away")
    interaction = interact(stand_in)
    async with connected(stand_in) as again:
        await again.resume(ready["session_id"], client.seq)
        assert (await again.receive())["op"] == 10
        names = [(await again.receive())["t"] for _ in range(3)]
        assert names == ["MESSAGE_CREATE", "INTERACTION_CREATE", "RESUMED"]
    assert not interaction.failed


async def test_last_interaction_is_delivered_twice_when_replayed(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        ready = await client.identify()
        first = interact(stand_in)
        received = await client.event("INTERACTION_CREATE")
        stand_in.gateway.replay_last("INTERACTION_CREATE")
        await client.close_code()
    async with connected(stand_in) as again:
        await again.resume(ready["session_id"], client.seq)
        assert (await again.event("INTERACTION_CREATE")) == received
    assert received["id"] == str(first.id)


async def test_unknown_session_cannot_be_resumed(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        await client.receive()
        await client.resume("unknown", 1)
        assert await client.receive() == {"op": 9, "d": False, "s": None, "t": None}
        await client.identify()


async def test_session_cannot_be_resumed_when_lost_for_long(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        ready = await client.identify()
        stand_in.gateway.drop()
        await client.close_code()
    await stand_in.world.state.bus.wait_until(
        lambda: not stand_in.gateway.connected_shards(), TIMEOUT_S
    )
    stand_in.advance(301)
    async with connected(stand_in) as again:
        await again.receive()
        await again.resume(ready["session_id"], client.seq)
        assert (await again.receive())["op"] == 9


async def test_session_ends_when_the_client_says_goodbye(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        ready = await client.identify()
    await stand_in.world.state.bus.wait_until(
        lambda: not stand_in.gateway.connected_shards(), TIMEOUT_S
    )
    async with connected(stand_in) as again:
        await again.receive()
        await again.resume(ready["session_id"], client.seq)
        assert (await again.receive())["op"] == 9


async def test_sequence_from_the_future_is_refused(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        ready = await client.identify()
        stand_in.gateway.drop()
        await client.close_code()
    async with connected(stand_in) as again:
        await again.resume(ready["session_id"], 9999)
        assert await again.close_code() == 4007


async def test_zombie_neither_acknowledges_nor_sends(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        ready = await client.identify()
        await client.event("GUILD_CREATE")
        stand_in.gateway.zombie()
        await client.send(1, client.seq)
        say(stand_in, "unheard")
        with pytest.raises(TimeoutError):
            await client.socket.receive(timeout=0.05)
        async with connected(stand_in) as again:
            await again.resume(ready["session_id"], client.seq)
            assert (await again.event("MESSAGE_CREATE"))["author"]["username"] == "ben"


async def test_connection_is_closed_when_heartbeats_are_missing() -> None:
    async with (
        DiscordStandIn(heartbeat_interval_s=0.05) as stand_in,
        connected(stand_in) as client,
    ):
        await client.identify()
        assert await client.close_code() == 4000


async def test_client_is_told_to_reconnect_and_of_invalid_sessions(
    stand_in: DiscordStandIn,
) -> None:
    async with connected(stand_in) as client:
        await client.identify()
        await client.event("GUILD_CREATE")
        stand_in.gateway.request_reconnect()
        assert (await client.receive())["op"] == 7
        stand_in.gateway.invalidate(resumable=True)
        assert (await client.receive())["d"] is True
        stand_in.gateway.invalidate(resumable=False)
        assert (await client.receive())["d"] is False
        await client.identify()


async def test_each_shard_hears_of_its_own_guilds(stand_in: DiscordStandIn) -> None:
    world = stand_in.world
    tape_club = next(iter(world.state.guilds.values()))
    home = (tape_club.id >> 22) % 2
    other_id = ((tape_club.id >> 22) + 1) << 22
    add_guild(world, "Other", owner=world.state.user_named("Ada"), guild_id=other_id)
    async with connected(stand_in) as one, connected(stand_in) as two:
        for shard, client in ((home, one), (1 - home, two)):
            ready = await client.identify(shard=[shard, 2])
            expected = tape_club.id if client is one else other_id
            assert [guild["id"] for guild in ready["guilds"]] == [str(expected)]
            await client.event("GUILD_CREATE")
        await stand_in.gateway.wait_identified(2)
        say(stand_in, "in Tape Club")
        assert (await one.event("MESSAGE_CREATE"))["guild_id"] == str(tape_club.id)
        ben = world.state.user_named("Ben")
        world.messages.post(
            ben, world.places.open_dm(ben, world.state.bot), Draft(content="direct")
        )
        first_shard = one if home == 0 else two
        assert (await first_shard.event("MESSAGE_CREATE"))["content"] == "direct"


async def test_events_need_their_intent(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        await client.identify(intents=int(Intents.GUILDS))
        await client.event("GUILD_CREATE")
        say(stand_in, "unheard")
        interact(stand_in)
        assert (await client.receive())["t"] == "INTERACTION_CREATE"


async def test_contents_are_blank_without_the_intent(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        await client.identify()
        say(stand_in, "secret")
        say(stand_in, f"<@{stand_in.world.state.bot.id}> hello")
        contents = [(await client.event("MESSAGE_CREATE"))["content"] for _ in range(2)]
        assert contents == ["", f"<@{stand_in.world.state.bot.id}> hello"]


async def test_interaction_payload_is_complete(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        await client.identify()
        interaction = interact(stand_in)
        payload = await client.event("INTERACTION_CREATE")
    guild_id = payload["guild_id"]
    assert payload["token"] == interaction.token
    assert payload["version"] == 1
    assert payload["member"]["user"]["username"] == "ben"
    assert int(payload["member"]["permissions"]) & 1 << 11
    assert int(payload["app_permissions"]) & 1 << 15
    assert payload["guild"]["id"] == guild_id
    assert payload["channel"]["name"] == "music-jam"
    assert payload["authorizing_integration_owners"] == {"0": guild_id}
    assert (payload["context"], payload["attachment_size_limit"]) == (0, 10 * 2**20)
    assert (payload["locale"], payload["guild_locale"]) == ("en-US", "en-US")
    assert payload["entitlements"] == []
    assert "user" not in payload


async def test_members_are_sent_when_requested(stand_in: DiscordStandIn) -> None:
    async with connected(stand_in) as client:
        ready = await client.identify()
        guild_id = ready["guilds"][0]["id"]
        await client.send(8, {"guild_id": guild_id, "query": "be", "limit": 0, "nonce": "n"})
        chunk = await client.event("GUILD_MEMBERS_CHUNK")
        assert [member["user"]["username"] for member in chunk["members"]] == ["ben"]
        assert chunk["nonce"] == "n"
