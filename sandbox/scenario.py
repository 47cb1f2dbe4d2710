"""Faults on demand: what a stand-in does instead of its best, told request by request.

A test writes `provider.scenario.on("POST", "/v2/generate/audio").reset_after()`, and the next
submission is carried out, but its answer never arrives.
"""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

TRICKLE_INTERVAL_S: Final = 0.02

Predicate = Callable[[web.Request], bool]


class Scenario:
    """The faults of one stand-in.

    Rules are tried in the order they were added, and the first that applies decides. Put
    `middleware` outermost, so that a fault also hides what the layers below would have added.
    """

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def on(
        self,
        method: str,
        path: str,
        *,
        times: int | None = 1,
        after: int = 0,
        where: Predicate | None = None,
    ) -> "Rule":
        """Add a rule for requests of `method` whose path, without query, is wholly `path`.

        `path` is a regular expression and `where` a further condition. The rule lets the first
        `after` matches pass and then applies `times` times (None = always).
        """
        rule = Rule(method, path, times=times, after=after, where=where)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget all rules. Requests that are held already stay held."""
        self.rules.clear()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let the first rule that applies treat the request; without one, handle it as ever."""
        for rule in self.rules:
            if rule.claims(request):
                return await rule.play(request, handler)
        return await handler(request)


class Hold:
    """A place in a request's life where it waits for the test's word."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()
        self._decided = asyncio.Event()
        self._dropped = False

    async def reached(self, timeout_s: float = 30) -> None:
        """Wait until a request is held here. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._arrived.wait()

    def release(self) -> None:
        """Let those held here go on, and all that come later pass."""
        self._decided.set()

    def drop(self) -> None:
        """Cut the connections of those held here, and of all that come later."""
        self._dropped = True
        self._decided.set()

    async def passed(self) -> bool:
        """Wait for the test's word: whether the request may go on."""
        self._arrived.set()
        await self._decided.wait()
        return not self._dropped


class _Ending(Enum):
    """How the answer leaves the stand-in."""

    WHOLE = auto()
    CUT_BEFORE_HANDLING = auto()
    CUT = auto()
    TRUNCATED = auto()
    ENDLESS = auto()


class Rule:
    """What happens to the requests it applies to: wait, then answer, then send that answer (or
    not). The methods return the rule itself, so that they combine: `rule.delay(1).respond(503)`.
    """

    def __init__(
        self,
        method: str,
        path: str,
        *,
        times: int | None = 1,
        after: int = 0,
        where: Predicate | None = None,
    ) -> None:
        self.hits = 0
        """How many requests the rule has been applied to."""
        self._method = method.upper()
        self._path = re.compile(path)
        self._times = times
        self._to_skip = after
        self._where = where
        self._delay_s = 0.0
        self._script: Callable[[], web.Response] | None = None
        self._handles_first = False
        self._hold_before: Hold | None = None
        self._hold_after: Hold | None = None
        self._ending = _Ending.WHOLE
        self._keep_bytes = 0

    def delay(self, seconds: float) -> "Rule":
        """Wait in real time before anything else."""
        self._delay_s = seconds
        return self

    def respond(
        self,
        status: int,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> "Rule":
        """Answer this instead of handling the request.

        `bytes` and `str` bodies are sent as they are, None as no body, all else as JSON.
        """
        raw, natural_type = _encoded(body)

        def script() -> web.Response:
            kind = content_type or natural_type
            return web.Response(status=status, body=raw, headers=headers, content_type=kind)

        self._script = script
        return self

    def respond_after(self, status: int, body: object = None) -> "Rule":
        """Handle the request fully, then answer this, as with `respond`."""
        self._handles_first = True
        return self.respond(status, body)

    def reset_before(self) -> "Rule":
        """Cut the TCP connection (RST) without handling the request."""
        self._ending = _Ending.CUT_BEFORE_HANDLING
        return self

    def reset_after(self) -> "Rule":
        """Handle the request fully, then cut the TCP connection instead of answering."""
        self._ending = _Ending.CUT
        return self

    def truncate(self, bytes: int) -> "Rule":  # noqa: A002
        """Announce the full Content-Length, send only the first `bytes` of the body, hang up."""
        self._ending = _Ending.TRUNCATED
        self._keep_bytes = bytes
        return self

    def never_ends(self) -> "Rule":
        """Send the body (chunked) and go on trickling bytes until the client leaves."""
        self._ending = _Ending.ENDLESS
        return self

    def hold_before(self) -> Hold:
        """Hold the request before it is handled."""
        self._hold_before = Hold()
        return self._hold_before

    def hold_after(self) -> Hold:
        """Handle the request, then hold its answer back."""
        self._hold_after = Hold()
        return self._hold_after

    def claims(self, request: web.Request) -> bool:
        """Whether the rule applies to this request. Counts, so ask once per request."""
        if request.method != self._method or not self._path.fullmatch(request.path):
            return False
        if self._where is not None and not self._where(request):
            return False
        if self._to_skip > 0:
            self._to_skip -= 1
            return False
        if self._times is not None and self.hits >= self._times:
            return False
        self.hits += 1
        return True

    async def play(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Carry the rule out."""
        await asyncio.sleep(self._delay_s)
        if self._hold_before is not None and not await self._hold_before.passed():
            return _cut(request)
        if self._ending is _Ending.CUT_BEFORE_HANDLING:
            return _cut(request)
        answer = await self._answer(request, handler)
        if self._hold_after is not None and not await self._hold_after.passed():
            return _cut(request)
        return await self._send(request, answer)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._script is None:
            return await _handled(request, handler)
        if self._handles_first:
            await _handled(request, handler)
        return self._script()

    async def _send(self, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        match self._ending:
            case _Ending.CUT:
                return _cut(request)
            case _Ending.TRUNCATED:
                return await _send_truncated(request, answer, self._keep_bytes)
            case _Ending.ENDLESS:
                return await _send_endlessly(request, answer)
        return answer


def _encoded(body: object) -> tuple[bytes, str]:
    match body:
        case None:
            return b"", "text/plain"
        case bytes():
            return body, "application/octet-stream"
        case str():
            return body.encode(), "text/plain"
        case _:
            return json.dumps(body).encode(), "application/json"


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:  # aiohttp's way to answer by raising
        return answer


def _cut(request: web.Request) -> web.Response:
    """Reset the connection. The response is a formality: it finds no connection to leave by."""
    if request.transport is not None:
        connection: socket.socket = request.transport.get_extra_info("socket")
        # Lingering for 0 s makes the close a RST, so that the client sees a broken connection
        # and not the orderly end of one.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


async def _send_truncated(
    request: web.Request, answer: web.StreamResponse, keep_bytes: int
) -> web.StreamResponse:
    body = _body_of(answer)
    partial = _without_length(answer)
    partial.content_length = len(body)
    await partial.prepare(request)
    await partial.write(body[:keep_bytes])
    if request.transport is not None:
        request.transport.close()  # sends what is written first, unlike abort
    return partial


async def _send_endlessly(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    endless = _without_length(answer)
    endless.enable_chunked_encoding()
    await endless.prepare(request)
    await endless.write(_body_of(answer))
    while request.transport is not None and not request.transport.is_closing():
        await endless.write(b"\0")
        await asyncio.sleep(TRICKLE_INTERVAL_S)
    return endless


def _without_length(answer: web.StreamResponse) -> web.StreamResponse:
    headers = {name: v for name, v in answer.headers.items() if name.lower() != "content-length"}
    return web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)


def _body_of(answer: web.StreamResponse) -> bytes:
    if isinstance(answer, web.Response) and isinstance(answer.body, bytes | bytearray):
        return bytes(answer.body)
    raise TypeError(f"a rule can only cut answers whose body is bytes, not {type(answer).__name__}")
