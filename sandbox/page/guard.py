"""What keeps the chat page to itself: it acts as any member without a password.

The sandbox's guard, stricter where a browser acts, and headers.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.guard import is_same_origin, refuse_foreign

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
        refuse_foreign(request)
        if _acts(request) and not is_same_origin(request):  # browsers always send one here
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


def _acts(request: web.Request) -> bool:
    is_websocket = request.headers.get("Upgrade", "").lower() == "websocket"
    return is_websocket or request.method not in _SAFE_METHODS
