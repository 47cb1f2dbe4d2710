"""The calls of AI/ML API that we need, each raising the errors of `bot.errors`.

Source: the provider's OpenAPI files for `/v2/generate/audio` and `/v2/billing`.
"""

import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Collection
from datetime import UTC, date, datetime, time, timedelta

import aiohttp
from multidict import CIMultiDictProxy

from bot.domain.requests import Request
from bot.errors import (
    InvalidRequest,
    OutcomeUnknown,
    ProviderError,
    Trouble,
    Unavailable,
    in_short,
)
from bot.machine.proxy import Proxy, through
from bot.provider.fields import id_or_none
from bot.provider.price_list import PriceList, read_list
from bot.provider.records import LOG_PAGE_ROWS, Counted, LogPage, Transaction, TransactionPage
from bot.provider.requests import body_of
from bot.provider.shapes import Phase
from bot.provider.usage import usage_of
from bot.provider.wire import (
    Balance,
    Generation,
    KeyTerms,
    hint,
    logs_failure,
    parse,
    read_failure,
    refusal,
)

GENERATIONS = "/v2/generate/audio"
CONNECT_TIMEOUT_S = 10
SUBMIT_TIMEOUT_S = 60
READ_TIMEOUT_S = 20
ANSWER_LIMIT_BYTES = 1 << 20
REQUEST_ID = "X-Client-Request-Id"
MODEL_USAGE = "MODEL_USAGE"
HIDDEN = b"[hidden]"
LEDGER_PAGES = 10
NO_CONNECTION = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # the proxy did not make one
)

# An error for a status, a body and what `Retry-After` says.
Failure = Callable[[int, bytes, str | None], ProviderError]


class Provider:
    """A client of the provider; `open` makes one."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        reading: aiohttp.ClientSession,
        submitting: aiohttp.ClientSession,
    ) -> None:
        self._base_url = base_url
        self._key = key.encode()
        # Tells keys apart, and gives nothing of them away.
        self.key_mark = hashlib.sha256(self._key).hexdigest()[:16]
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._reading = reading
        self._submitting = submitting

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        base_url: str,
        key: str,
        *,
        trace: aiohttp.TraceConfig | None = None,
        proxy: Proxy | None = None,
    ) -> AsyncIterator["Provider"]:
        """A client with its own sessions.

        Submissions use a fresh connection each: on a kept-alive one that the other side is just
        closing, nobody could tell whether the request was read. `trace` counts the requests.
        """
        options = {"trace_configs": [trace] if trace else None, **through(proxy)}
        fresh = aiohttp.TCPConnector(force_close=True)
        async with (
            aiohttp.ClientSession(**options) as reading,
            aiohttp.ClientSession(connector=fresh, **options) as submitting,
        ):
            yield cls(base_url, key, reading=reading, submitting=submitting)

    async def submit(self, request: Request, *, request_id: str) -> Generation:
        """Ask for a generation. It is paid for once this returns: never repeat it unasked.

        `request_id` is what the provider's logs will call it (1-128 of `A-Z a-z 0-9 . _ : -`).
        Raises a `Refused` when it surely was not accepted, else `OutcomeUnknown`.
        """
        try:
            status, headers, answer = await self._request(
                self._submitting,
                "POST",
                GENERATIONS,
                timeout_s=SUBMIT_TIMEOUT_S,
                json=body_of(request),
                headers={REQUEST_ID: request_id},
            )
        except NO_CONNECTION as error:
            # No connection came about, so no request was read.
            raise Unavailable(f"no connection: {error}") from error
        except (aiohttp.ClientError, TimeoutError, OSError, Trouble) as error:
            raise OutcomeUnknown(in_short(error)) from error
        if not 200 <= status < 300:
            refused = refusal(status, answer, headers.get("Retry-After"))
            raise refused or OutcomeUnknown(f"{status}: {hint(answer)}")
        try:
            generation = parse(Generation, answer)
        except Trouble as error:
            raise OutcomeUnknown(f"{status}, but {error}") from error
        id_ = generation.id or _id_of_ended(generation)
        if id_ is None:
            raise OutcomeUnknown(f"{status}, but the answer names no generation")
        named = {"id": id_, "inference_id": _inference_id(headers)}
        return _with_cost(generation.model_copy(update=named), headers)

    async def fetch(self, generation_id: str) -> Generation:
        """How a generation stands; may be repeated.

        Raises `GenerationUnknown`, an `AccountRefused`, `RateLimited` or `Trouble`.
        """
        headers, answer = await self._get(GENERATIONS, generation_id=generation_id)
        return _with_cost(parse(Generation, answer), headers)

    async def balance(self) -> Balance:
        """What is left on the host's account; may be repeated. Raises as `fetch` does."""
        return parse(Balance, await self._read("/v2/billing"))

    async def key_terms(self) -> KeyTerms | None:
        """What our key may do; `None` where the provider tells of another key.

        May be repeated. Raises as `fetch` does. Source: AI/ML API docs, API Keys > Get key.
        """
        terms = parse(KeyTerms, await self._read("/v1/key"))
        is_ours = self._key.decode().startswith(terms.prefix) if terms.prefix else False
        return terms if is_ours else None

    async def charges(self, start: datetime, end: datetime) -> AsyncIterator[Transaction]:
        """What the account was charged for the use of models in `start` ≤ time < `end`.

        Times are aware. Newest first, and no more than `LEDGER_PAGES` pages of 100; may be
        repeated. Raises as `fetch` does. Source: AI/ML API docs, Account Balance > Get account
        transactions.
        """
        query = {"type": MODEL_USAGE, "limit": "100"}
        query |= {"from": start.isoformat(), "to": end.isoformat()}
        for _ in range(LEDGER_PAGES):
            page = parse(TransactionPage, await self._read("/v2/billing/transactions", **query))
            for transaction in page.data:
                # The filters are asked for; that they are honoured is checked.
                if transaction.type == MODEL_USAGE and start <= transaction.created_at < end:
                    yield transaction
            if page.next_cursor is None:
                return
            query["cursor"] = page.next_cursor

    async def prices(self, model_ids: Collection[str], etag: str | None = None) -> PriceList | None:
        """The list of these models, with their prices; `None` if it is as it was under this ETag.

        Asked without the key. May be repeated. Raises `Trouble`. Source: AI/ML API docs, Models.
        """
        headers = {"Accept": "application/json"} | ({"If-None-Match": etag} if etag else {})
        try:
            async with self._reading.get(
                self._base_url + "/v1/models",
                params={"id": ",".join(model_ids), "include": "pricing"},
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(READ_TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S),
            ) as response:
                if etag and response.status == 304:
                    return None
                if response.status != 200:
                    raise Trouble(f"the list of models can't be had: {response.status}")
                answer = await _bounded_body(response)
                return read_list(answer, model_ids, response.headers.get("ETag"))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Trouble(in_short(error)) from error

    async def logged(self, start: datetime, end: datetime, *, offset: int) -> LogPage:
        """One page of what became of our key's requests in `start` ≤ time < `end`, newest first.

        Times are aware. The same two for all pages, or rows move from one to another between them.
        Rows come late, so one that is missing proves nothing. May be repeated. Raises as `fetch`
        does, and `LogsUnavailable` where asking again is no use. Source: AI/ML API docs, Logs.
        """
        query = {"start": start.isoformat(), "end": end.isoformat()}
        query |= {"limit": str(LOG_PAGE_ROWS), "offset": str(offset)}
        page = parse(LogPage, await self._read("/v2/logs", logs_failure, **query))
        return page.model_copy(update={"offset": offset})

    async def usage(self, day: date) -> int:
        """The credits that the provider counts for our key on a day (UTC), so far as it is known.

        May be repeated. Raises as `logged` does. Source: AI/ML API docs, Usage.
        """
        start = datetime.combine(day, time(), UTC)
        end = start + timedelta(days=1)
        query = {"start": start.isoformat(), "end": end.isoformat()}
        counted = parse(Counted, await self._read("/v2/usage/detail", logs_failure, **query))
        if (counted.start or start) != start or (counted.end or end) > end:
            raise Trouble("the sum is of another time than was asked for")
        return counted.credits

    async def _read(self, path: str, failure: Failure = read_failure, /, **query: str) -> bytes:
        return (await self._get(path, failure, **query))[1]

    async def _get(
        self, path: str, failure: Failure = read_failure, /, **query: str
    ) -> tuple[CIMultiDictProxy[str], bytes]:
        try:
            status, headers, answer = await self._request(
                self._reading, "GET", path, timeout_s=READ_TIMEOUT_S, params=query
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Trouble(in_short(error)) from error
        if 200 <= status < 300:
            return headers, answer
        raise failure(status, answer, headers.get("Retry-After"))

    async def _request(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        *,
        timeout_s: float,
        json: dict[str, object] | None = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, CIMultiDictProxy[str], bytes]:
        async with session.request(
            method,
            self._base_url + path,
            headers=self._headers | (headers or {}),
            json=json,
            params=params,
            allow_redirects=False,  # a redirect must not carry the key to another host
            timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_TIMEOUT_S),
        ) as response:
            # Errors that quote the key must not take it to members.
            answer = (await _bounded_body(response)).replace(self._key, HIDDEN)
            return response.status, response.headers, answer


def _id_of_ended(generation: Generation) -> str | None:
    """A name for one that the provider gave none and that is finished: nothing is asked by it.

    Raises `InvalidRequest` for one that failed: such ones cost nothing.
    """
    if generation.phase is Phase.ERROR:
        raise InvalidRequest(generation.error_text)
    ended = generation.phase is Phase.COMPLETED and generation.audio_url
    return f"unnamed-{secrets.token_hex(8)}" if ended else None


def _inference_id(headers: CIMultiDictProxy[str]) -> str | None:
    """What the account's ledger will call the charge for this answer."""
    name: str | None = id_or_none(headers.get("x-inference-id"))
    return name


def _with_cost(generation: Generation, headers: CIMultiDictProxy[str]) -> Generation:
    """With what the headers say, where the body of a finished one doesn't."""
    if generation.phase is not Phase.COMPLETED or generation.usage.credits is not None:
        return generation
    return generation.model_copy(update={"usage": usage_of(headers)})


async def _bounded_body(response: aiohttp.ClientResponse) -> bytes:
    """The whole body; raises `Trouble` rather than read without end."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > ANSWER_LIMIT_BYTES:
            raise Trouble("the answer does not end")
    return bytes(body)
