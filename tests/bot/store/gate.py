"""A way to a database server that can be shut: its connections are cut, new ones refused."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from sqlalchemy.engine import make_url


class Gate:
    """Passes bytes on between clients and the server of `database_url`, while it is open."""

    def __init__(self, database_url: str) -> None:
        self._behind = make_url(database_url)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The database's address through the gate."""
        through = self._behind.set(host="127.0.0.1", port=self._port)
        return through.render_as_string(hide_password=False)

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._passing)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.shut()

    async def open(self) -> None:
        """Listen, always on the same port."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Cut every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("a connection is served by a task")
        self._passing.add(task)
        try:
            to_server = await asyncio.open_connection(self._behind.host, self._behind.port)
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await _copy_both((reader, writer), to_server)
        finally:
            self._passing.discard(task)
            writer.transport.abort()


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _copy_both(client: Stream, server: Stream) -> None:
    """Until either side ends."""
    copies = {
        asyncio.create_task(_copy(client[0], server[1])),
        asyncio.create_task(_copy(server[0], client[1])),
    }
    try:
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server[1].transport.abort()  # before anything that might be cut off
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()
