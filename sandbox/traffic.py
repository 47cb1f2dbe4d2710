"""Records what went over the wire, for tests that hold it against published specifications."""

import asyncio
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from typing import Final

from aiohttp import StreamReader, web
from aiohttp.typedefs import Handler
from multidict import CIMultiDictProxy, MultiMapping

MAX_EXCHANGES: Final = 10_000
MAX_BINARY_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file within a multipart/form-data body, without its content."""

    field: str
    filename: str
    content_type: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    `at` is when the request came, in real time. The body of a multipart request is its
    `payload_json` field (empty without one), with the files described in `files`. Bodies that are
    neither JSON nor text are cut at 64 KiB.
    """

    at: datetime
    method: str
    path: str
    query: MultiMapping[str]
    request_headers: CIMultiDictProxy[str]
    request_body: bytes
    files: tuple[FilePart, ...]
    status: int
    response_headers: CIMultiDictProxy[str]
    response_body: bytes


class Traffic:
    """The last exchanges of a stand-in, oldest first.

    Put `middleware` inside the scenario's: what a fault replaced is not the stand-in's own answer.
    """

    def __init__(self, max_exchanges: int = MAX_EXCHANGES) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=max_exchanges)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Record the exchange and pass it on unchanged."""
        at = datetime.now(UTC)
        body = await _peek_body(request)
        try:
            response = await handler(request)
        except web.HTTPException as answer:
            self._record(at, request, body, answer)
            raise
        self._record(at, request, body, response)
        return response

    def _record(
        self, at: datetime, request: web.Request, body: bytes, response: web.StreamResponse
    ) -> None:
        request_body, files = _condensed(request, body)
        answer = response.body if isinstance(response, web.Response) else b""
        self.exchanges.append(
            Exchange(
                at=at,
                method=request.method,
                path=request.path,
                query=request.query,
                request_headers=request.headers,
                request_body=request_body,
                files=files,
                status=response.status,
                response_headers=CIMultiDictProxy(response.headers),
                response_body=_bounded(
                    answer if isinstance(answer, bytes) else b"", response.content_type
                ),
            )
        )


async def _peek_body(request: web.Request) -> bytes:
    """Read the body and put it back.

    `request.read()` would also cache it, but a handler that goes on to `request.multipart()` or
    `request.post()` reads from the stream and would find that empty; and it would apply the
    application's size limit here, out of reach of the stand-in's own words for "too large".
    """
    if not request.body_exists:
        return b""
    body = b"".join([chunk async for chunk in request.content.iter_any()])
    stream = StreamReader(request.protocol, len(body) + 1, loop=asyncio.get_running_loop())
    if body:
        stream.feed_data(body)
    stream.feed_eof()
    request._payload = stream
    return body


def _condensed(request: web.Request, body: bytes) -> tuple[bytes, tuple[FilePart, ...]]:
    if request.content_type != "multipart/form-data":
        return _bounded(body, request.content_type), ()
    payload, files = b"", []
    for part, content in _parts(request.headers.get("Content-Type", ""), body):
        if part.filename:
            files.append(part)
        elif part.field == "payload_json":
            payload = content
    return payload, tuple(files)


def _parts(content_type: str, body: bytes) -> Iterator[tuple[FilePart, bytes]]:
    boundary = re.search(r'boundary="?([^";,]+)', content_type)
    if boundary is None:
        return
    delimiter = b"\r\n--" + boundary[1].encode()
    for section in (b"\r\n" + body).split(delimiter)[1:-1]:
        head, _, content = section.partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head.lstrip())
        field = headers.get_param("name", "", header="content-disposition")
        size, kind = len(content), headers.get("content-type")
        yield FilePart(str(field), headers.get_filename() or "", kind, size), content


def _bounded(body: bytes, content_type: str) -> bytes:
    is_text = content_type.startswith("text/") or content_type.endswith("json")
    return body if is_text else body[:MAX_BINARY_BYTES]
