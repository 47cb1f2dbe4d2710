"""What keeps the sandbox to this computer and to itself.

Its passwords are no secrets, so other web sites must not reach it: neither by a name of theirs that
resolves to 127.0.0.1 (DNS rebinding), nor by a request from one of their pages.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def refuse_foreign(request: web.Request) -> None:
    """Raises 421 for a Host that is not this computer, 403 for a page of another origin.

    Programs send no Origin; browsers do with all that can change something, and with WebSockets.
    """
    if not is_loopback(request.headers.get("Host", "")):
        raise web.HTTPMisdirectedRequest(text="This answers on loopback names only.\n")
    if "Origin" in request.headers and not is_same_origin(request):
        raise web.HTTPForbidden(text="This request came from another site.\n")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """For the stand-ins, whose clients are programs. Put it outermost."""
    refuse_foreign(request)
    return await handler(request)


def is_loopback(host: str) -> bool:
    """Whether a Host header (`name`, `name:port`, `[::1]:port`) names this computer."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises ValueError if it is no number
    except ValueError:
        return False
    return parts.netloc == host and parts.username is None and parts.hostname in LOOPBACK_NAMES


def is_same_origin(request: web.Request) -> bool:
    """Whether there is an Origin, and it is the server's own address as the client wrote it."""
    return request.headers.get("Origin") == f"http://{request.headers.get('Host', '')}"
