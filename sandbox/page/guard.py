"""What keeps the chat page to this computer and to itself.

The page acts as any member without a password, so other web sites must not reach it: neither by a
name of theirs that resolves to 127.0.0.1 (DNS rebinding), nor by a request from one of their pages.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def content_security_policy(own_host: str, media_origin: str) -> str:
    """Scripts and styles from the page itself only; pictures and sound also from the CDN.

    `own_host` is `host:port` as the browser wrote it (some browsers do not count `ws:` under
    'self'), `media_origin` the origin of the Discord stand-in.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' {media_origin}",
            f"media-src {media_origin}",
            f"connect-src 'self' ws://{own_host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def guard(media_origin: Callable[[], str]) -> Middleware:
    """A middleware that refuses foreign hosts (421) and origins (403), and sets the headers."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_loopback(request.headers.get("Host", "")):
            raise web.HTTPMisdirectedRequest(text="This page answers on loopback names only.\n")
        if _acts(request) and not is_same_origin(request):
            raise web.HTTPForbidden(text="This request came from another site.\n")
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            _protect(refusal, request, media_origin())
            raise
        if not response.prepared:
            _protect(response, request, media_origin())
        return response

    return middleware


def _protect(response: web.StreamResponse, request: web.Request, media_origin: str) -> None:
    policy = content_security_policy(request.headers["Host"], media_origin)
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"


def is_loopback(host: str) -> bool:
    """Whether a Host header (`name`, `name:port`, `[::1]:port`) names this computer."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises ValueError if it is no number
    except ValueError:
        return False
    return parts.netloc == host and parts.username is None and parts.hostname in LOOPBACK_NAMES


def is_same_origin(request: web.Request) -> bool:
    """Browsers always send Origin with WebSocket handshakes and POSTs; without it there is none."""
    return request.headers.get("Origin") == f"http://{request.headers.get('Host', '')}"


def _acts(request: web.Request) -> bool:
    is_websocket = request.headers.get("Upgrade", "").lower() == "websocket"
    return is_websocket or request.method not in _SAFE_METHODS
