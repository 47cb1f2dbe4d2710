"""A stand-in for AI/ML API on loopback: the calls around music, as the provider publishes them.

Audio is made by `sandbox.aimlapi.synth`, as WAV for every model: nothing here writes MP3, so the
content type says audio/wav also where the provider would send audio/mpeg.
"""

import asyncio
import json
import math
import random
import secrets
import uuid
from collections import deque
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sandbox.aimlapi import synth
from sandbox.aimlapi.catalogue import CREDITS_PER_USD, Model, checked
from sandbox.aimlapi.errors import (
    BAD_KEY,
    NO_CREDITS,
    NOT_VERIFIED,
    TOO_MANY_REQUESTS,
    ApiError,
    errors_as_json,
)
from sandbox.aimlapi.generations import Audio, Fate, Generation, Ledger
from sandbox.aimlapi.key_terms import KeyTerms
from sandbox.aimlapi.ledger_page import ledger_page
from sandbox.clock import Clock
from sandbox.guard import guard
from sandbox.scenario import Scenario
from sandbox.traffic import Traffic

KEY: Final = "sandbox-key"
CHARGE_LAG_S: Final = 2.0
DURATION_SPREAD: Final = 0.13
"""Standard deviation of a generation time's logarithm: 35 s become 27 to 45 s."""
MAX_BODY_BYTES: Final = 70 * 2**20  # a reference track of 50 MB may come in Base64
MAX_CACHED_TRACKS: Final = 16

Durations = Callable[[Model], float] | Sequence[float]
Render = Callable[[Generation], Audio]


def render_track(generation: Generation) -> Audio:
    """Play the prompt. Takes some tenths of a second of processor time: call it in a thread."""
    return Audio(synth.render_wav(*generation.music))


class AimlapiStandIn:
    """The provider, for as long as the context is open.

    - `speed`: generations and charges take this many times less than they would
    - `durations`: in place of the usual ones, drawn around each model's median; a sequence is
      used up in order, and its last one stays
    - `render`: makes the audio (called in a thread), `render_track` unless given
    - `requests_per_second`: above this, calls are answered with 429
    """

    def __init__(
        self,
        port: int = 0,
        speed: float = 1.0,
        scenario: Scenario | None = None,
        *,
        clock: Clock | None = None,
        traffic: Traffic | None = None,
        keys: Collection[str] = (KEY,),
        balance_usd: float = 100.0,
        durations: Durations | None = None,
        charge_lag_s: float = CHARGE_LAG_S,
        render: Render = render_track,
        requests_per_second: int | None = None,
        seed: int = 0,
    ) -> None:
        self.clock = clock or Clock()
        self.scenario = scenario or Scenario()
        self.traffic = traffic or Traffic()
        self.keys = set(keys)
        self.key_terms = KeyTerms()
        self.speed = speed
        self.requests_per_second = requests_per_second
        self._port = port
        self._durations = durations or self._drawn_duration
        self._render = render
        self._random = random.Random(seed)
        self._balance_usd = balance_usd
        self._charge_lag_s = charge_lag_s
        self.forget()
        self._tracks: dict[Hashable, asyncio.Future[Audio]] = {}
        self._recent_calls: deque[datetime] = deque()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="synth")
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        layers = [guard, self.scenario.middleware, self.traffic.middleware, errors_as_json]
        app = web.Application(middlewares=layers, client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/v2/generate/audio", self._submit)
        app.router.add_get("/v2/generate/audio", self._fetch)
        app.router.add_get("/v2/billing", self._balance)
        app.router.add_get("/v2/billing/transactions", self._transactions)
        app.router.add_get("/v1/key", self._key)
        app.router.add_get("/cdn/generations/{token}/{name}", self._download)
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    @property
    def url(self) -> str:
        """The base, as `AIMLAPI_URL` wants it."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def generations(self) -> Sequence[Generation]:
        """All accepted submissions in order: what was paid for, or will be unless it fails."""
        return self._ledger.generations

    @property
    def balance_usd(self) -> float:
        """What `GET /v2/billing` says now."""
        return self._ledger.balance_credits(self.clock.now()) / CREDITS_PER_USD

    def forget(self) -> None:
        """Begin again with the first balance: no generations, no plans."""
        self._fates: deque[Fate] = deque()
        self._ledger = Ledger(self.clock.now(), self._balance_usd, self._charge_lag_s / self.speed)
        self._by_id: dict[str, Generation] = {}
        self._by_token: dict[str, Generation] = {}

    def plan(self, *fates: Fate) -> None:
        """Decide what becomes of the next generations, one fate each."""
        self._fates.extend(fates)

    def top_up(self, usd: float) -> None:
        """Pay money in."""
        self._ledger.move(self.clock.now(), usd, "PAYMENT")

    def empty_account(self) -> None:
        """Take all the money out, so that the next submission is refused with 403."""
        self._ledger.move(self.clock.now(), -self.balance_usd, "ADJUSTMENT")

    def _drawn_duration(self, model: Model) -> float:
        return self._random.lognormvariate(math.log(model.typical_s), DURATION_SPREAD)

    def _next_duration_s(self, model: Model, fate: Fate) -> float:
        if fate.duration_s is not None:
            return fate.duration_s / self.speed
        if callable(self._durations):
            return self._durations(model) / self.speed
        made = len(self.generations)
        return self._durations[min(made, len(self._durations) - 1)] / self.speed

    async def _submit(self, request: web.Request) -> web.Response:
        self._admit(request)
        body = _parsed(await request.read())
        try:
            model = checked(body)
        except ValueError as error:
            raise ApiError(400, f"Body validation error\n{error}") from None
        if refused := self.key_terms.refusal():
            raise ApiError(403, refused)
        if not self._ledger.affords(model, self.clock.now()):
            raise ApiError(403, NO_CREDITS)
        generation = self._accept(model, body)
        return web.json_response(
            {"id": generation.id, "status": generation.status(generation.submitted_at)},
            status=201,
            headers={"x-inference-id": generation.inference_id},
        )

    def _accept(self, model: Model, body: Mapping[str, Any]) -> Generation:
        fate = self._fates.popleft() if self._fates else Fate()
        generation = Generation(
            id=f"{uuid.uuid4()}:{model.id_suffix}",
            inference_id=secrets.token_urlsafe(15),
            model=model,
            body=body,
            submitted_at=self.clock.now(),
            duration_s=self._next_duration_s(model, fate),
            fate=fate,
        )
        self._ledger.generations.append(generation)
        self._by_id[generation.id] = generation
        self._by_token[generation.file_token] = generation
        return generation

    async def _fetch(self, request: web.Request) -> web.Response:
        self._admit(request)
        if not self.key_terms.verified:
            raise ApiError(403, NOT_VERIFIED)
        if not (generation_id := request.query.get("generation_id")):
            issue = "generation_id: Required. Expected string, received undefined"
            raise ApiError(400, f"Query validation error\n{issue}")
        if (generation := self._by_id.get(generation_id)) is None:
            raise ApiError(404, "Generation not found")
        status = generation.status(self.clock.now())
        answer: dict[str, Any] = {"id": generation.id, "status": status}
        if status == "completed":
            answer["audio_file"] = await self._audio_file(generation)
            answer["meta"] = {"usage": {"credits_used": generation.model.price_credits}}
        elif status == "error":
            answer |= {"audio_file": None, "error": generation.fate.error}
        return web.json_response(answer)

    async def _audio_file(self, generation: Generation) -> dict[str, object]:
        audio = await self._track(generation)
        members: dict[str, object] = {
            "url": f"{self.url}/cdn/generations/{generation.file_token}/{audio.file_name}",
            "content_type": audio.content_type,
            "file_name": audio.file_name,
            "file_size": len(audio.data),
        } | dict(generation.fate.audio_file)
        return {name: value for name, value in members.items() if value is not None}

    async def _track(self, generation: Generation) -> Audio:
        """Render once and keep it for the download that follows. What falls out of the cache is
        rendered again, which gives the same bytes.
        """
        if generation.fate.audio is not None:
            return generation.fate.audio
        key = generation.music
        if key not in self._tracks:
            if len(self._tracks) >= MAX_CACHED_TRACKS:
                self._tracks.pop(next(iter(self._tracks)))
            loop = asyncio.get_running_loop()
            self._tracks[key] = loop.run_in_executor(self._pool, self._render, generation)
        # Shielded: a client that leaves must not cancel what others wait for.
        return await asyncio.shield(self._tracks[key])

    async def _download(self, request: web.Request) -> web.Response:
        generation = self._by_token.get(request.match_info["token"])
        if generation is None or generation.status(self.clock.now()) != "completed":
            raise ApiError(404, "File not found")
        audio = await self._track(generation)
        return web.Response(body=audio.data, content_type=audio.content_type)

    async def _balance(self, request: web.Request) -> web.Response:
        self._admit(request)
        return web.json_response({"current_balance": self.balance_usd, "currency": "USD"})

    async def _key(self, request: web.Request) -> web.Response:
        """Of the key that asks; the provider's own answer is about the latest one."""
        key = self._admit(request)
        return web.json_response({"data": self.key_terms.as_json(key)})

    async def _transactions(self, request: web.Request) -> web.Response:
        self._admit(request)
        try:
            page, cursor = ledger_page(self._ledger.entries(self.clock.now()), request.query)
        except ValueError as error:
            raise ApiError(400, f"Query validation error\n{error}") from None
        pagination = {"next_cursor": cursor, "has_more": cursor is not None}
        return web.json_response({"data": page, "pagination": pagination})

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


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiError(400, "Unexpected token in JSON") from None
