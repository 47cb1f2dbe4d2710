"""Rate limits: a bucket for each route and major parameter, and 50 requests/s over all.

Discord docs: Topics > Rate Limits. The sizes of buckets are not documented; these are the ones
that clients report.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from sandbox.clock import Clock
from sandbox.discord.rest.http import reply

_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_id")
_OLD_EDIT_CODE = 30046
_SWEEP_ABOVE_BUCKETS = 10_000


@dataclass(frozen=True)
class Limit:
    """So many requests in each window of `per_s` seconds."""

    count: int
    per_s: float


GLOBAL = Limit(50, 1)
DEFAULT = Limit(50, 1)
OLD_EDITS = Limit(5, 60)
_MESSAGES = "/channels/{channel_id}/messages"
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
_LIMITS = {
    ("POST", _MESSAGES): Limit(5, 5),
    ("PATCH", f"{_MESSAGES}/{{message_id}}"): Limit(5, 5),
    ("DELETE", f"{_MESSAGES}/{{message_id}}"): Limit(5, 5),
    ("GET", _MESSAGES): Limit(5, 5),
    ("POST", "/channels/{channel_id}/typing"): Limit(5, 5),
    ("POST", _WEBHOOK): Limit(5, 5),
    ("PATCH", f"{_WEBHOOK}/messages/@original"): Limit(5, 5),
    ("PATCH", f"{_WEBHOOK}/messages/{{message_id}}"): Limit(5, 5),
    ("POST", "/users/@me/channels"): Limit(10, 10),
}
# What goes by an interaction's token does not count against the global limit.
_EXEMPT = ("/interactions/", "/webhooks/")


@dataclass
class Bucket:
    limit: Limit
    resets_at: datetime
    used: int = 0

    def take(self, now: datetime) -> bool:
        """Use up one request of the window; False if there is none left."""
        if now >= self.resets_at:
            self.used, self.resets_at = 0, now + timedelta(seconds=self.limit.per_s)
        if self.used >= self.limit.count:
            return False
        self.used += 1
        return True


class RateLimits:
    """`scale` multiplies all counts; 0 switches the limits off.

    `refused` counts the 401, 403 and 429 answers, of which 10,000 in 10 minutes ban an address.
    """

    def __init__(self, clock: Clock, scale: float = 1.0) -> None:
        self.refused = 0
        self._clock = clock
        self._scale = scale
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def check(self, request: web.Request, route: str, *, old_edit: bool = False) -> web.Response:
        """Count the request. The answer is a 429, or a 200 that only carries the headers.

        Switched off, it carries none either, which clients take for a route without a limit.
        """
        if not self._scale:
            return web.Response()
        now = self._clock.now()
        if not route.startswith(_EXEMPT):
            whole = self._bucket(("global",), GLOBAL, now)
            if not whole.take(now):
                return _too_many(whole, now, scope="global")
        limit = _LIMITS.get((request.method, route), DEFAULT)
        major = tuple(request.match_info.get(name, "") for name in _MAJOR)
        bucket = self._bucket((request.method, route, *major), limit, now)
        taken = bucket.take(now)
        if old_edit:
            old = self._bucket(("old edits", *major), OLD_EDITS, now)
            if not old.take(now):
                return _too_many(old, now, scope="shared", code=_OLD_EDIT_CODE)
        headers = _headers(bucket, now, _name(request.method, route))
        if not taken:
            return _too_many(bucket, now, scope="user", headers=headers)
        return web.Response(headers=headers)

    def _bucket(self, key: tuple[str, ...], limit: Limit, now: datetime) -> Bucket:
        if key not in self._buckets:
            self._sweep(now)
            scaled = Limit(max(1, int(limit.count * self._scale)), limit.per_s)
            self._buckets[key] = Bucket(scaled, now + timedelta(seconds=limit.per_s))
        return self._buckets[key]

    def _sweep(self, now: datetime) -> None:
        """Each interaction token has a bucket of its own: forget those that are over."""
        if len(self._buckets) > _SWEEP_ABOVE_BUCKETS:
            self._buckets = {k: b for k, b in self._buckets.items() if b.resets_at > now}


def _name(method: str, route: str) -> str:
    return hashlib.blake2s(f"{method} {route}".encode(), digest_size=16).hexdigest()


def _headers(bucket: Bucket, now: datetime, name: str) -> dict[str, str]:
    left_s = max(0.0, (bucket.resets_at - now).total_seconds())
    return {
        "X-RateLimit-Limit": str(bucket.limit.count),
        "X-RateLimit-Remaining": str(bucket.limit.count - bucket.used),
        "X-RateLimit-Reset": f"{bucket.resets_at.timestamp():.3f}",
        "X-RateLimit-Reset-After": f"{left_s:.3f}",
        "X-RateLimit-Bucket": name,
    }


def _too_many(
    bucket: Bucket,
    now: datetime,
    *,
    scope: str,
    code: int = 0,
    headers: dict[str, str] | None = None,
) -> web.Response:
    left_s = max(0.001, (bucket.resets_at - now).total_seconds())
    body = {
        "message": "You are being rate limited.",
        "retry_after": round(left_s, 3),
        "global": scope == "global",
        "code": code,
    }
    response = reply(body, status=429)
    response.headers.update(headers or {})
    response.headers["Retry-After"] = str(math.ceil(left_s))
    response.headers["X-RateLimit-Scope"] = scope
    if scope == "global":
        response.headers["X-RateLimit-Global"] = "true"
    return response
