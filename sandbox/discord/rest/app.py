"""Puts the REST routes under their versioned prefix, behind authorization and rate limits."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.discord import errors
from sandbox.discord.errors import ApiError
from sandbox.discord.interactions import Interactions
from sandbox.discord.rest.http import reply
from sandbox.discord.rest.ratelimits import RateLimits
from sandbox.discord.snowflake import created_at
from sandbox.discord.state import State

PREFIX = "/api/v{version:6|7|8|9|10}"
_OPEN = ("/interactions/", "/webhooks/")
_OLD_AFTER_S = 3600
_REFUSALS = (401, 403, 429)

_log = logging.getLogger(__name__)


def versioned(routes: Sequence[web.RouteDef]) -> list[web.RouteDef]:
    return [
        web.RouteDef(route.method, PREFIX + route.path, route.handler, route.kwargs)
        for route in routes
    ]


class Api:
    """The middleware of all that lies under `/api`: every answer is Discord's JSON."""

    def __init__(self, state: State, interactions: Interactions, limits: RateLimits) -> None:
        self._state = state
        self._interactions = interactions
        self._limits = limits

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return await handler(request)
        self._interactions.tick()
        response = await self._answer(request, handler)
        response.headers["Via"] = "1.1 google"
        if response.status in _REFUSALS:
            self._limits.refused += 1
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if resource is None:
            return await _guarded(request, handler)
        route = resource.canonical.removeprefix("/api/v{version}")
        if not route.startswith(_OPEN) and route != "/gateway" and not self._is_bot(request):
            return _error(errors.unauthorized())
        verdict = self._limits.check(request, route, old_edit=self._is_old_edit(request, route))
        if verdict.status == 429:
            return verdict
        response = await _guarded(request, handler)
        response.headers.update(
            {name: v for name, v in verdict.headers.items() if name.startswith("X-RateLimit")}
        )
        return response

    def _is_bot(self, request: web.Request) -> bool:
        wanted = f"Bot {self._state.application.token}".encode()
        sent = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(sent, wanted)

    def _is_old_edit(self, request: web.Request, route: str) -> bool:
        message_id = request.match_info.get("message_id", "")
        if request.method != "PATCH" or not route.startswith("/channels/"):
            return False
        if not (message_id.isascii() and message_id.isdigit() and len(message_id) <= 19):
            return False
        age = self._state.clock.now() - created_at(int(message_id))
        return age.total_seconds() > _OLD_AFTER_S


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong in a handler becomes an answer in the API's words."""
    try:
        return await handler(request)
    except ApiError as error:
        return _error(error)
    except web.HTTPNotFound:
        return _error(errors.not_found())
    except web.HTTPMethodNotAllowed:
        return _error(errors.method_not_allowed())
    except web.HTTPRequestEntityTooLarge:
        return _error(errors.entity_too_large())
    except web.HTTPException as error:
        return _error(ApiError(error.status, 0, f"{error.status}: {error.reason}"))
    except Exception:  # noqa: BLE001 - a defect here must not look like a broken network
        _log.exception("%s %s failed", request.method, request.path)
        return _error(ApiError(500, 0, "500: Internal Server Error"))


def _error(error: ApiError) -> web.Response:
    return reply(error.body(), error.status)
