"""The calls about money: the account's balance and ledger, what its keys may do and have done, and
what models cost.
"""

import hashlib
import json
from collections import deque
from collections.abc import Collection
from datetime import datetime

from aiohttp import ETag, web

from sandbox.aimlapi.catalogue import CREDITS_PER_USD
from sandbox.aimlapi.errors import (
    BAD_KEY,
    FOR_REGULAR_KEYS,
    OTHER_KEY,
    TOO_MANY_REQUESTS,
    UNKNOWN_KEY,
    ApiError,
)
from sandbox.aimlapi.generations import Generation, Ledger, committed
from sandbox.aimlapi.key_terms import PREFIX_LENGTH, KeyTerms, period_start
from sandbox.aimlapi.ledger_page import ledger_page
from sandbox.aimlapi.price_list import PriceList, models_page
from sandbox.aimlapi.request_log import LogTerms, RequestLog, log_page
from sandbox.aimlapi.usage_page import usage_page
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
        self.speed = speed
        self.requests_per_second = requests_per_second
        self._balance_usd = balance_usd
        self._charge_lag_s = charge_lag_s
        self._recent_calls: deque[datetime] = deque()

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
        self.key_terms = KeyTerms()
        self.terms_by_key: dict[str, KeyTerms] = {}
        self.log_terms = LogTerms()
        self.price_list = PriceList()
        self._opened_at = self.clock.now()
        self._ledger = Ledger(self._opened_at, self._balance_usd, self._charge_lag_s / self.speed)
        self._request_log = RequestLog()

    def _terms(self, key: str) -> KeyTerms:
        return self.terms_by_key.get(key, self.key_terms)

    def _committed_usd(self, key: str, now: datetime) -> float:
        """What counts towards a key's limit: what was spent in its period, or will be."""
        if self._terms(key).limit_usd is None:
            return 0
        start = period_start(self._terms(key).retention, now)
        spent_credits = committed(self._made_since(start, key), now)
        return self._spent_before_usd(start, key) + spent_credits / CREDITS_PER_USD

    def _made_since(self, start: datetime, key: str) -> list[Generation]:
        made = self._ledger.generations
        return [one for one in made if one.key == key and one.submitted_at >= start]

    def _spent_before_usd(self, start: datetime, key: str) -> float:
        return self._terms(key).spent_this_month_usd if start <= self._opened_at else 0

    def _route_account(self, router: web.UrlDispatcher) -> None:
        router.add_get("/v2/billing", self._balance)
        router.add_get("/v2/billing/transactions", self._transactions)
        router.add_get("/v2/logs", self._logs)
        router.add_get("/v2/usage/detail", self._usage)
        router.add_get("/v1/key", self._key)
        router.add_get("/v1/models", self._models)

    async def _balance(self, request: web.Request) -> web.Response:
        self._admit(request)
        return web.json_response({"current_balance": self.balance_usd, "currency": "USD"})

    async def _key(self, request: web.Request) -> web.Response:
        """Of the key that asks; the provider's own answer is about the latest one."""
        key, now = self._admit(request), self.clock.now()
        start = period_start("month", now)
        charged = sum(made.charged_credits(now) for made in self._made_since(start, key))
        usage_usd = self._spent_before_usd(start, key) + charged / CREDITS_PER_USD
        return web.json_response({"data": self._terms(key).as_json(key, usage_usd)})

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
        listed = self._listed(asking, request, now)
        try:
            return web.json_response(log_page(listed, request.query, now))
        except ValueError as error:
            raise _bad_query(error) from None

    async def _usage(self, request: web.Request) -> web.Response:
        asking, now = self._admit(request), self.clock.now()
        listed = self._listed(asking, request, now)
        try:
            return web.json_response(usage_page(listed, request.query, now))
        except ValueError as error:
            raise _bad_query(error) from None

    async def _models(self, request: web.Request) -> web.Response:
        """For everyone: no key is asked for."""
        self._count_call()
        body = json.dumps(models_page(self.price_list, request.query)).encode()
        tag = ETag(f"{len(body):x}-{hashlib.sha256(body).hexdigest()[:27]}", is_weak=True)
        is_known = any(known.value == tag.value for known in request.if_none_match or ())
        answer = web.Response(status=304) if is_known else _json(body)
        answer.etag = tag
        return answer

    def _listed(self, asking: str, request: web.Request, now: datetime) -> list[Generation]:
        key = self._key_asked_about(asking, request.query.get("key_prefix"))
        return self._request_log.listed(key, self.log_terms, now, self.speed)

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


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


def _bad_query(error: ValueError) -> ApiError:
    return ApiError(400, f"Query validation error\n{error}")
