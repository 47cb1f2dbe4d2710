"""The gateway: connections come and go, sessions stay, events are spread over them.

Discord docs: Events > Gateway.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.discord.enums import Intents
from sandbox.discord.gateway import identify
from sandbox.discord.gateway.compression import encoder_for
from sandbox.discord.gateway.connection import MAX_PAYLOAD_BYTES, Connection
from sandbox.discord.gateway.identify import Refused
from sandbox.discord.gateway.payloads import (
    full_guild_json,
    hears,
    is_blanked,
    members_chunk_json,
    ready_json,
)
from sandbox.discord.gateway.session import Session
from sandbox.discord.message_render import without_content
from sandbox.discord.model import Event, Json
from sandbox.discord.state import State

HEARTBEAT_INTERVAL_S = 41.25
_API_VERSIONS = ("", "6", "7", "8", "9", "10")


class Gateway:
    """Serves `handle` as a WebSocket. Its faults are the methods `drop` to `replay_last`.

    `identifies` and `resumes` count what clients did so far, for tests to wait on with
    `bus.wait_until`.
    """

    def __init__(self, state: State, *, heartbeat_interval_s: float = HEARTBEAT_INTERVAL_S) -> None:
        self._state = state
        self.url = "ws://127.0.0.1"
        self.identifies = 0
        self.resumes = 0
        self.sessions: dict[str, Session] = {}
        self._heartbeat_interval_s = heartbeat_interval_s
        self._connections: dict[Connection, Session | None] = {}
        self._stop_listening = state.bus.listen(self._on_event)

    async def close(self) -> None:
        """Leave no connection open: clients are told that the server goes away."""
        self._stop_listening()
        for connection in list(self._connections):
            connection.close(1001, "Going away")
        await asyncio.sleep(0)

    async def wait_identified(self, shards: int = 1, timeout_s: float = 30) -> None:
        """Wait until so many shards are connected and have a session. Raises TimeoutError."""
        await self._state.bus.wait_until(lambda: len(self.connected_shards()) >= shards, timeout_s)

    def connected_shards(self) -> list[int]:
        """The shards that have a session with a connection now, in order."""
        connected = {s.shard_id for s in self.sessions.values() if s.connection is not None}
        return sorted(connected)

    # Faults

    def drop(self, shard: int = 0) -> None:
        """Cut the shard's connection without a close frame; the session can be resumed."""
        for connection in self._of_shard(shard):
            connection.abort()

    def zombie(self, shard: int = 0) -> None:
        """Leave the connection open, but neither acknowledge heartbeats nor send anything."""
        for connection in self._of_shard(shard):
            connection.zombie = True

    def request_reconnect(self, shard: int = 0) -> None:
        """Ask the client to reconnect and resume (op 7)."""
        for connection in self._of_shard(shard):
            connection.send_op(7)

    def invalidate(self, shard: int = 0, *, resumable: bool = False) -> None:
        """Declare the session invalid (op 9), for good unless it is `resumable`."""
        for connection in self._of_shard(shard):
            session = self._connections[connection]
            if session is not None and not resumable:
                self._forget(session)
                self._connections[connection] = None
            connection.send_op(9, resumable)

    def replay_last(self, kind: str, shard: int = 0) -> None:
        """Drop the connection and, at its resume, deliver the last event of that name again."""
        for connection in self._of_shard(shard):
            session = self._connections[connection]
            if session is not None:
                session.repeat_last(kind)
            connection.abort()

    def _of_shard(self, shard: int) -> list[Connection]:
        found = [c for c, s in self._connections.items() if s is not None and s.shard_id == shard]
        if not found:
            raise LookupError(f"shard {shard} is not connected")
        return found

    # Connections

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=16 * MAX_PAYLOAD_BYTES, compress=False)
        await socket.prepare(request)
        encode = encoder_for(request.query.get("compress", ""))
        if request.query.get("v", "") not in _API_VERSIONS:
            await socket.close(code=identify.INVALID_API_VERSION, message=b"Invalid API version.")
            return socket
        if request.query.get("encoding", "json") != "json" or encode is None:
            reason = b"Only JSON, and zlib-stream or zstd-stream compression."
            await socket.close(code=identify.DECODE_ERROR, message=reason)
            return socket
        connection = Connection(request, socket, encode)
        self._connections[connection] = None
        interval_ms = int(self._heartbeat_interval_s * 1000)
        connection.send_op(10, {"heartbeat_interval": interval_ms, "_trace": ["sandbox"]})
        await self._serve(connection, socket)
        return socket

    async def _serve(self, connection: Connection, socket: web.WebSocketResponse) -> None:
        writer = asyncio.create_task(connection.write_queued())
        watchdog = asyncio.create_task(self._expect_heartbeats(connection))
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._receive(connection, message.data)
        finally:
            for task in (writer, watchdog):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self._left(connection, socket.close_code)

    async def _expect_heartbeats(self, connection: Connection) -> None:
        patience_s = self._heartbeat_interval_s * 2
        loop = asyncio.get_running_loop()
        while (left_s := connection.last_heartbeat_s + patience_s - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left_s)
        connection.close(identify.UNKNOWN_ERROR, "Heartbeats are missing.")

    def _left(self, connection: Connection, close_code: int | None) -> None:
        session = self._connections.pop(connection, None)
        if session is not None and session.connection is connection:
            session.connection = None
            session.lost_at = self._state.clock.now()
            # A client that closes with one of these codes says that it won't resume. Some send
            # one also as the echo of our own close: that says nothing.
            if close_code in (1000, 1001) and not connection.closed_by_us:
                self._forget(session)
        self._state.bus.notify()

    def _forget(self, session: Session) -> None:
        session.connection = None
        self.sessions.pop(session.id, None)

    def _forget_lost(self) -> None:
        now = self._state.clock.now()
        for session in list(self.sessions.values()):
            if session.is_over(now):
                self._forget(session)

    # What clients send

    def _receive(self, connection: Connection, raw: str | bytes) -> None:
        if connection.zombie:
            return
        try:
            self._act(connection, raw)
        except Refused as refused:
            connection.close(refused.code, refused.reason)

    def _act(self, connection: Connection, raw: str | bytes) -> None:
        op, data = _decode(raw)
        if connection.sends_too_much():
            raise Refused(identify.RATE_LIMITED, "Rate limited.")
        session = self._connections.get(connection)
        if op == 1:
            connection.last_heartbeat_s = asyncio.get_running_loop().time()
            connection.send_op(11)
        elif op in (2, 6) and session is not None:
            raise Refused(identify.ALREADY_AUTHENTICATED, "Already authenticated.")
        elif op == 2:
            self._identify(connection, data)
        elif op == 6:
            self._resume(connection, data)
        elif session is None:
            raise Refused(identify.NOT_AUTHENTICATED, "Not authenticated.")
        elif op == 8:
            self._send_members(session, data)
        elif op not in (3, 4, 31):
            raise Refused(identify.UNKNOWN_OPCODE, "Unknown opcode.")

    def _identify(self, connection: Connection, data: Any) -> None:
        identity = identify.read_identify(data, self._state.application)
        if identity.compress:
            connection.compress_payloads()
        session = Session(identity.shard, identity.intents)
        session.connection = connection
        self.sessions[session.id] = session
        self._connections[connection] = session
        self.identifies += 1
        self._forget_lost()
        ready = ready_json(self._state, session, f"{self.url}/resume")
        session.dispatch("READY", json.dumps(ready))
        if Intents.GUILDS in session.intents:
            for guild in self._state.guilds_of(self._state.bot.id):
                if session.has_guild(guild.id):
                    full = full_guild_json(self._state, guild, session.intents)
                    session.dispatch("GUILD_CREATE", json.dumps(full))
        self._state.bus.notify()

    def _resume(self, connection: Connection, data: Any) -> None:
        session_id, seq = identify.read_resume(data, self._state.application)
        self._forget_lost()
        session = self.sessions.get(session_id)
        if session is None or not session.can_replay_from(seq):
            connection.send_op(9, data=False)
            return
        if seq > session.seq or seq < 0:
            raise Refused(identify.INVALID_SEQ, "Invalid seq.")
        if session.connection is not None:  # the old one is a ghost that TCP has not missed yet
            self._connections[session.connection] = None
            session.connection.abort()
        self._connections[connection] = session
        self.resumes += 1
        session.resume(connection, seq)
        self._state.bus.notify()

    def _send_members(self, session: Session, data: Any) -> None:
        wanted = data.get("guild_id") if isinstance(data, dict) else None
        for guild in self._state.guilds_of(self._state.bot.id):
            if str(guild.id) == str(wanted) and session.has_guild(guild.id):
                chunk = members_chunk_json(guild, data)
                session.dispatch("GUILD_MEMBERS_CHUNK", json.dumps(chunk))

    # What happens in the world

    def _on_event(self, event: Event) -> None:
        bot = self._state.bot.id
        listening = [s for s in self.sessions.values() if hears(s, event)]
        if not listening or not self._state.sees(bot, event):
            return
        written: dict[object, str] = {}
        for session in listening:
            blanked = is_blanked(session, event, bot)
            variant = (blanked, session.intents if event.name == "GUILD_CREATE" else None)
            if variant not in written:
                written[variant] = json.dumps(self._shown(event, session, blanked=blanked))
            session.dispatch(event.name, written[variant])

    def _shown(self, event: Event, session: Session, *, blanked: bool) -> Json:
        if event.name == "GUILD_CREATE" and event.guild_id is not None:
            guild = self._state.guild(event.guild_id)
            return full_guild_json(self._state, guild, session.intents)
        return without_content(event.payload) if blanked else event.payload


def _decode(raw: str | bytes) -> tuple[int, Any]:
    """Raises Refused for what is no gateway payload."""
    size = len(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"))
    try:
        payload = json.loads(raw)
    except (ValueError, RecursionError):
        payload = None
    if size > MAX_PAYLOAD_BYTES or not isinstance(payload, dict):
        raise Refused(identify.DECODE_ERROR, "Error while decoding payload.")
    op = payload.get("op")
    if not isinstance(op, int):
        raise Refused(identify.UNKNOWN_OPCODE, "Unknown opcode.")
    return op, payload.get("d")
