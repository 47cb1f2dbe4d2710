"""A scenario that ends the bot when a certain request comes by, as a power cut would."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.scenario import Scenario


class Service(StrEnum):
    """Whose wire it is."""

    DISCORD = "discord"
    PROVIDER = "provider"


class Moment(StrEnum):
    """How far the request has come when the bot dies."""

    RECEIVED = "received"  # it arrived, and is never handled
    TAKEN = "taken"  # it was handled, and the bot does not learn of it
    MIDWAY = "midway"  # half of the answer's body is sent
    ANSWERED = "answered"  # the whole answer was sent this instant


@dataclass(frozen=True, kw_only=True)
class KillPoint:
    """A request on the wire at which the bot dies.

    `path` is a regular expression, matched whole; `{channel}` in it stands for the id of the
    request's channel. `body` has to be in the answer, for points that only an answer tells apart;
    an `upload` has files.
    """

    service: Service
    method: str
    path: str
    moment: Moment
    body: bytes = b""
    upload: bool = False

    def within(self, channel_id: int) -> "KillPoint":
        """The point in a certain channel, so that no other channel's requests meet it."""
        return replace(self, path=self.path.replace("{channel}", str(channel_id)))

    def is_for(self, request: web.Request) -> bool:
        """Whether this is the request, as far as can be told before it is handled."""
        if self.upload and request.content_type != "multipart/form-data":
            return False
        return request.method == self.method and bool(re.fullmatch(self.path, request.path))

    def is_in(self, answer: web.StreamResponse) -> bool:
        """Whether its answer is the one that is waited for."""
        return self.body in _body(answer)


class Tripwire(Scenario):
    """The faults of a stand-in, and one point at a time at which the bot is killed.

    `lag_s` says how long a request takes to arrive, and again how long its answer takes back. What
    is under way arrives even if the bot has died meanwhile.
    """

    def __init__(
        self,
        kill: Callable[[], Awaitable[object]],
        freeze: Callable[[], object],
        lag_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        super().__init__()
        self._kill = kill
        self._freeze = freeze
        self._lag_s = lag_s
        self._point: KillPoint | None = None
        self._sprung = asyncio.Event()

    def set(self, point: KillPoint) -> None:
        """Kill the bot at the next request that meets the point."""
        self._point = point
        self._sprung = asyncio.Event()

    async def sprung(self, timeout_s: float = 40) -> None:
        """Wait until the bot is dead. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._sprung.wait()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Treat the request as any scenario does, and kill the bot if it is the one."""
        point = self._point
        if point is None or not point.is_for(request):
            return await self._travelled(request, handler)
        if point.moment is Moment.RECEIVED:
            await self._spring()
            return web.Response()  # finds no connection to leave by
        answer = await super().middleware(request, handler)
        if self._point is not point or not point.is_in(answer):
            return answer
        if point.moment is Moment.MIDWAY:
            answer = await _half_sent(request, answer)
        elif point.moment is Moment.ANSWERED:
            self._freeze()  # on a busy machine it could act on the answer before it is killed
            await answer.prepare(request)
            await answer.write_eof()
        await self._spring()
        return answer

    async def _travelled(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await asyncio.sleep(self._lag_s())
        answer = await super().middleware(request, handler)
        await asyncio.sleep(self._lag_s())
        return answer

    async def _spring(self) -> None:
        self._point = None
        await self._kill()
        self._sprung.set()


async def _half_sent(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    body = _body(answer)
    partial = web.StreamResponse(status=answer.status, headers={"Content-Type": "audio/wav"})
    partial.content_length = len(body)
    await partial.prepare(request)
    await partial.write(body[: len(body) // 2])
    return partial


def _body(answer: web.StreamResponse) -> bytes:
    body: Any = getattr(answer, "body", None)
    return bytes(body) if isinstance(body, bytes | bytearray) else b""
