"""Serves the chat page and one WebSocket per tab.

Frames are JSON objects. The server sends `{"t": "state", "state": …}` (see `view.snapshot`),
`{"t": "event", "name": …, "data": …}` with Discord's event payloads, and for each request
`{"t": "reply", "id": …, "ok": true, "result": …}` or `{…, "ok": false, "error": {"message",
"code", "field"}}`. The client sends `{"id", "op", …}` with the operations of `tab.Tab`. Files go by
`POST /upload?name=…`, which answers `{"upload": token}`; frames name them by that object.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from yarl import URL

from sandbox.discord import DiscordStandIn
from sandbox.discord.member_files import MemberFile
from sandbox.page.guard import guard
from sandbox.page.tab import Dismissed, Tab
from sandbox.page.uploads import MAX_FILE_BYTES, MAX_NAME, Uploads
from sandbox.page.view import View, wished_member

STATIC = Path(__file__).parent / "static"
MAX_FRAME_BYTES = 64 * 1024


class Page:
    """The page, open while the `async with` block runs. Binds 127.0.0.1 only.

    `port` 0 takes a free one; `url` is the address to open.
    """

    def __init__(self, discord: DiscordStandIn, port: int = 0) -> None:
        self._discord = discord
        self._port = port
        self._dismissed: Dismissed = set()
        self._uploads = Uploads()
        self._sockets: set[web.WebSocketResponse] = set()
        self._runner = web.AppRunner(self._application(), shutdown_timeout=1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for socket in list(self._sockets):
            await socket.close(code=1001, message=b"The sandbox stops")
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        app = web.Application(
            middlewares=[guard(self._media_origin)], client_max_size=MAX_FILE_BYTES
        )
        app.router.add_get("/", self._index)
        app.router.add_get("/ws", self._socket)
        app.router.add_post("/upload", self._upload)
        app.router.add_static("/static", STATIC)
        return app

    def _media_origin(self) -> str:
        return str(URL(self._discord.api_url).origin())

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _upload(self, request: web.Request) -> web.Response:
        name = request.query.get("name", "")[:MAX_NAME] or "unknown"
        file = MemberFile(name, await request.read())
        return web.json_response({"upload": self._uploads.put(file)})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MAX_FRAME_BYTES)
        await socket.prepare(request)
        self._sockets.add(socket)
        member = wished_member(self._discord.world, request.query.get("member"))
        view = View(self._discord.world, member.id)
        try:
            await Tab(self._discord, view, socket, self._dismissed, self._uploads).run()
        finally:
            self._sockets.discard(socket)
        return socket
