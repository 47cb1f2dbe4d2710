"""The server behind PORT: whoever holds its connections keeps nobody from anything."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.ops import probes as module
from bot.ops.probes import CONNECTIONS_LIMIT, Answer, Probes

HOST = "127.0.0.1"
HEALTHZ = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = b"x" * 20_000_000


class Door:
    """The server, and raw connections to it."""

    def __init__(self, port: int, hanging: asyncio.Event) -> None:
        self.hanging = hanging
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []

    async def connect(self, sent: bytes = b"") -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection(HOST, self._port)
        self._writers.append(writer)
        writer.write(sent)
        await writer.drain()
        return reader

    async def status(self, sent: bytes = HEALTHZ) -> int:
        """0 if the connection is closed without an answer."""
        try:
            line = await (await self.connect(sent)).readline()
        except ConnectionError:
            return 0
        return int(line.split()[1]) if line else 0

    def leave(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


@pytest.fixture
async def door(unused_port: int) -> AsyncIterator[Door]:
    hanging = asyncio.Event()

    async def healthz() -> Answer:
        return Answer(body=b"alive")

    async def hangs() -> Answer:
        await hanging.wait()
        return Answer()

    async def large() -> Answer:
        return Answer(body=LARGE)

    async def broken() -> Answer:
        raise RuntimeError("a defect")

    pages = {"/healthz": healthz, "/hangs": hangs, "/large": large, "/broken": broken}
    async with Probes(pages).listening(HOST, unused_port):
        opened = Door(unused_port, hanging)
        yield opened
        opened.leave()


async def closed(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the other side closes."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65536):
            got += piece
    return got


async def test_health_check_is_answered_when_200_connections_idle(door: Door) -> None:
    idle = [await door.connect() for _ in range(200)]
    assert await door.status() == 200
    gone = [asyncio.create_task(closed(reader)) for reader in idle[: 200 - CONNECTIONS_LIMIT]]
    await asyncio.wait_for(asyncio.gather(*gone), 40)


async def test_newest_is_turned_away_when_all_are_being_answered(door: Door) -> None:
    waiting = [await door.connect(b"GET /hangs HTTP/1.1\r\n\r\n") for _ in range(CONNECTIONS_LIMIT)]
    async with asyncio.timeout(40):
        while await door.status():
            pass  # those above are not all read yet
    door.hanging.set()
    assert [(await closed(one))[:12] for one in waiting].count(b"HTTP/1.1 200") >= 60
    assert await door.status() == 200


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /healthz HTTP/1.1\r\nX: ", b"POST /healthz HTTP/1.1\r\nContent-Length: 9\r\n"],
)
async def test_connection_is_closed_when_its_request_takes_too_long(
    door: Door, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REQUEST_TIMEOUT_S", 0.05)
    reader = await door.connect(sent)
    assert await asyncio.wait_for(closed(reader), 30) == b""


async def test_connection_is_closed_when_its_answer_is_not_read(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_TIMEOUT_S", 0.05)
    reader = await door.connect(b"GET /large HTTP/1.1\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        await reader.readexactly(10)
        await asyncio.wait_for(closed(reader), 30)
    assert await door.status() == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz?x=1 HTTP/1.1\r\n\r\n", 200),
        (b"HEAD /healthz HTTP/1.0\r\n\r\n", 200),
        (b"GET /other HTTP/1.1\r\n\r\n", 404),
        (b"POST /healthz HTTP/1.1\r\nContent-Length: 99\r\n\r\nslow", 405),
        (b"GET /broken HTTP/1.1\r\n\r\n", 500),
        (b"\x16\x03\x01\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", 0),
    ],
)
async def test_odd_requests_get_an_answer_or_none(door: Door, sent: bytes, status: int) -> None:
    assert await door.status(sent) == status
    assert await door.status() == 200
