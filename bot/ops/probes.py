"""A small HTTP server for probes, which can't keep the bot from its work.

A general server keeps connections for as long as the other side likes. Here each gets one answer,
has a few seconds to ask and to read it, and their number is small: whoever holds them open takes
neither descriptors from deliveries nor the place of a health check.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

CONNECTIONS_LIMIT: Final = 64
REQUEST_TIMEOUT_S: Final = 5.0
ANSWER_TIMEOUT_S: Final = 10.0
HEAD_LIMIT_BYTES: Final = 8192
HEAD_END: Final = b"\r\n\r\n"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered to one request."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""

    def encoded(self, *, with_body: bool) -> bytes:
        """As it is sent; HEAD is answered without the body."""
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            f"Content-Type: {self.content_type}\r\n"
            f"Content-Length: {len(self.body)}\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + (self.body if with_body else b"")


Page = Callable[[], Awaitable[Answer]]


class Probes:
    """Serves each page at its path. Bodies of requests are not read."""

    def __init__(self, pages: Mapping[str, Page]) -> None:
        self._pages = pages
        # In the order they came; those in `_asking` have not said yet what they want.
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._asking: dict[asyncio.StreamWriter, None] = {}

    @contextlib.asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[None]:
        """Within the block. Raises OSError if that can't be listened on."""
        server = await asyncio.start_server(
            self._connected, host, port, limit=HEAD_LIMIT_BYTES, backlog=CONNECTIONS_LIMIT
        )
        try:
            yield
        finally:
            server.close()
            left = list(self._open.values())
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= CONNECTIONS_LIMIT and not self._make_room():
            writer.transport.abort()
            return
        self._asking[writer] = None
        self._open[writer] = asyncio.create_task(self._serve(reader, writer))

    def _make_room(self) -> bool:
        """Whether there was one that has asked for nothing yet: a health check asks at once."""
        oldest = next(iter(self._asking), None)
        if oldest is None:
            return False
        self._forget(oldest)
        return True

    def _forget(self, writer: asyncio.StreamWriter) -> None:
        self._asking.pop(writer, None)
        self._open.pop(writer, None)
        writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                head = await reader.readuntil(HEAD_END)
            self._asking.pop(writer, None)
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                writer.write(await self._answered(head))
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # too slow, too long, or gone
        finally:
            self._forget(writer)

    async def _answered(self, head: bytes) -> bytes:
        line = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        if len(line) != 3 or not line[2].startswith("HTTP/1."):
            return Answer(status=400).encoded(with_body=False)
        method, target, _ = line
        answer = await self._found(method, target)
        return answer.encoded(with_body=method != "HEAD")

    async def _found(self, method: str, target: str) -> Answer:
        try:
            page = self._pages.get(urlsplit(target).path)
        except ValueError:
            return Answer(status=400)
        if page is None:
            return Answer(status=404)
        if method not in {"GET", "HEAD"}:
            return Answer(status=405)
        try:
            return await page()
        except Exception:
            log.exception("a probe could not be answered")
            return Answer(status=500)
