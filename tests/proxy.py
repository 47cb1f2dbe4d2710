"""An HTTP proxy on loopback: CONNECT, and plain requests and WebSockets by absolute address."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from yarl import URL


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    method: str
    target: str
    headers: dict[str, str]


@dataclass
class ProxyServer:
    """What is asked of it is passed on, unless it `refuses` with a status.

    With `swallows`, a CONNECT is granted and leads nowhere: what the client says first is kept.
    """

    url: str = ""
    refuses: int | None = None
    swallows: bool = False
    asked: list[Asked] = field(default_factory=list)
    swallowed: bytes = b""

    def targets(self, method: str) -> set[str]:
        """What was asked for by this method."""
        return {one.target for one in self.asked if one.method == method}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request, and what follows it."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.rstrip().split("\r\n")
        method, target, version = line.split(" ")
        headers = dict(one.split(": ", 1) for one in lines)
        self.asked.append(Asked(method, target, headers))
        if self.refuses:
            writer.write(f"HTTP/1.1 {self.refuses} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        url = URL(f"//{target}" if method == "CONNECT" else target)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if self.swallows:
                self.swallowed = await reader.read(65536)
                return
        there, out = await asyncio.open_connection(url.host, url.port)
        if method != "CONNECT":
            kept = [one for one in lines if not one.lower().startswith(("proxy-", "connection:"))]
            upgrade = "Upgrade" in headers
            kept.append("Connection: Upgrade" if upgrade else "Connection: close")
            out.write(
                "\r\n".join([f"{method} {url.raw_path_qs} {version}", *kept, "", ""]).encode()
            )
        await asyncio.gather(_pass_on(reader, out), _pass_on(there, writer))


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    finally:
        target.close()


@contextlib.asynccontextmanager
async def proxy_server(*, user: str = "") -> AsyncIterator[ProxyServer]:
    """A proxy whose address has this `user:password@` in it."""
    proxy = ProxyServer()
    tasks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.url = f"http://{user}127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
