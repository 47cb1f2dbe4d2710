"""The calls about the account and its keys: balance, ledger, request logs, the key's terms."""

from collections import deque
from collections.abc import Collection
from datetime import datetime

from aiohttp import web

from sandbox.aimlapi.catalogue import CREDITS_PER_USD
from sandbox.aimlapi.errors import (
    BAD_KEY,
    FOR_REGULAR_KEYS,
    OTHER_KEY,
    TOO_MANY_REQUESTS,
    UNKNOWN_KEY,
    ApiError,
)
from sandbox.aimlapi.generations import Ledger
from sandbox.aimlapi.key_terms import PREFIX_LENGTH, KeyTerms
from sandbox.aimlapi.ledger_page import ledger_page
from sandbox.aimlapi.request_log import LogTerms, RequestLog, log_page
from sandbox.clock import Clock


class AccountCalls:
    """An account with its keys.

    `key_terms` holds for every key that has none of its own in `terms_by_key`. `keys` can be
    changed, and so can everything else, while requests come in.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        keys: Collection[str],
        balance_usd: float,
        charge_lag_s: float,
        speed: float,
        requests_per_second: int | None,
    ) -> None:
        self.clock = clock
        self.keys = set(keys)
        self.key_terms = KeyTerms()
        self.terms_by_key: dict[str, KeyTerms] = {}
        self.log_terms = LogTerms()
        self.speed = speed
        self.requests_per_second = requests_per_second
        self._balance_usd = balance_usd
        self._charge_lag_s = charge_lag_s
        self._recent_calls: deque[datetime] = deque()
        self._begin()

    @property
    def balance_usd(self) -> float:
        """What `GET /v2/billing` says now."""
        return self._ledger.balance_credits(self.clock.now()) / CREDITS_PER_USD

    def top_up(self, usd: float) -> None:
        """Pay money in."""
        self._ledger.move(self.clock.now(), usd, "PAYMENT")

    def empty_account(self) -> None:
        """Take all the money out, so that the next submission is refused with 403."""
        self._ledger.move(self.clock.now(), -self.balance_usd, "ADJUSTMENT")

    def _begin(self) -> None:
        self._ledger = Ledger(self.clock.now(), self._balance_usd, self._charge_lag_s / self.speed)
        self._request_log = RequestLog()

    def _terms(self, key: str) -> KeyTerms:
        return self.terms_by_key.get(key, self.key_terms)

    def _route_account(self, router: web.UrlDispatcher) -> None:
        router.add_get("/v2/billing", self._balance)
        router.add_get("/v2/billing/transactions", self._transactions)
        router.add_get("/v2/logs", self._logs)
        router.add_get("/v1/key", self._key)

    async def _balance(self, request: web.Request) -> web.Response:
        self._admit(request)
        return web.json_response({"current_balance": self.balance_usd, "currency": "USD"})

    async def _key(self, request: web.Request) -> web.Response:
        """Of the key that asks; the provider's own answer is about the latest one."""
        key = self._admit(request)
        return web.json_response({"data": self._terms(key).as_json(key)})

    async def _transactions(self, request: web.Request) -> web.Response:
        if self._terms(self._admit(request)).is_management:
            raise ApiError(403, FOR_REGULAR_KEYS)
        try:
            page, cursor = ledger_page(self._ledger.entries(self.clock.now()), request.query)
        except ValueError as error:
            raise _bad_query(error) from None
        pagination = {"next_cursor": cursor, "has_more": cursor is not None}
        return web.json_response({"data": page, "pagination": pagination})

    async def _logs(self, request: web.Request) -> web.Response:
        asking, now = self._admit(request), self.clock.now()
        if not self._request_log.counts_call(asking, now):
            raise ApiError(429, TOO_MANY_REQUESTS)
        key = self._key_asked_about(asking, request.query.get("key_prefix"))
        listed = self._request_log.listed(key, self.log_terms, now, self.speed)
        try:
            return web.json_response(log_page(listed, request.query, now))
        except ValueError as error:
            raise _bad_query(error) from None

    def _key_asked_about(self, asking: str, prefix: str | None) -> str:
        if prefix is None or prefix == asking[:PREFIX_LENGTH]:
            return asking
        if not self._terms(asking).is_management:
            raise ApiError(403, OTHER_KEY)
        for key in self.keys:
            if key[:PREFIX_LENGTH] == prefix:
                return key
        raise ApiError(404, UNKNOWN_KEY)

    def _admit(self, request: web.Request) -> str:
        """The key. Raises `ApiError`."""
        self._count_call()
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key not in self.keys:
            raise ApiError(401, BAD_KEY)
        return key

    def _count_call(self) -> None:
        if self.requests_per_second is None:
            return
        now = self.clock.now()
        while self._recent_calls and (now - self._recent_calls[0]).total_seconds() >= 1:
            self._recent_calls.popleft()
        if len(self._recent_calls) >= self.requests_per_second:
            raise ApiError(429, TOO_MANY_REQUESTS)
        self._recent_calls.append(now)


def _bad_query(error: ValueError) -> ApiError:
    return ApiError(400, f"Query validation error\n{error}")
