"""A stand-in for AI/ML API on loopback: the calls around music, as the provider publishes them.

Audio is made by `sandbox.aimlapi.synth`, as WAV for every model: nothing here writes MP3, so the
content type says audio/wav also where the provider would send audio/mpeg.
"""

import asyncio
import json
import math
import random
from collections import deque
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sandbox.aimlapi import synth
from sandbox.aimlapi.account_calls import AccountCalls
from sandbox.aimlapi.catalogue import Model, checked
from sandbox.aimlapi.errors import NO_CREDITS, NOT_VERIFIED, ApiError, errors_as_json
from sandbox.aimlapi.generations import Audio, Fate, Generation
from sandbox.aimlapi.tracing import (
    INFERENCE,
    CostHeaders,
    client_request_id,
    cost_headers,
    traced,
    usage,
)
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


class AimlapiStandIn(AccountCalls):
    """The provider, for as long as the context is open.

    - `speed`: generations and charges take this many times less than they would
    - `durations`: in place of the usual ones, drawn around each model's median; a sequence is
      used up in order, and its last one stays
    - `render`: makes the audio (called in a thread), `render_track` unless given
    - `requests_per_second`: above this, calls are answered with 429

    To be set at any time, and as it was after `forget`:

    - `cost_headers`: which answers name a cost
    - `tells_usage`: whether a completed generation's body names it
    - `suffixed_inference_ids`: whether the id in headers, logs and ledger is wholly the
      generation's, or lacks the model's suffix
    - `log_terms`: when a request's row appears
    - `price_list`: what the list says, and what is charged
    - `key_terms`, `terms_by_key`: what keys may do
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
        super().__init__(
            clock or Clock(),
            keys=keys,
            balance_usd=balance_usd,
            charge_lag_s=charge_lag_s,
            speed=speed,
            requests_per_second=requests_per_second,
        )
        self.scenario = scenario or Scenario()
        self.traffic = traffic or Traffic()
        self._port = port
        self._durations = durations or self._drawn_duration
        self._render = render
        self._random = random.Random(seed)
        self.forget()
        self._tracks: dict[Hashable, asyncio.Future[Audio]] = {}
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="synth")
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        layers = [guard, self.scenario.middleware, self.traffic.middleware, traced, errors_as_json]
        app = web.Application(middlewares=layers, client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/v2/generate/audio", self._submit)
        app.router.add_get("/v2/generate/audio", self._fetch)
        self._route_account(app.router)
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

    def forget(self) -> None:
        """Begin again with the first balance: no generations, no plans, nothing set."""
        self._begin()
        self.cost_headers: CostHeaders = "ended"
        self.tells_usage = True
        self.suffixed_inference_ids = True
        self._fates: deque[Fate] = deque()
        self._by_id: dict[str, Generation] = {}
        self._by_token: dict[str, Generation] = {}

    def plan(self, *fates: Fate) -> None:
        """Decide what becomes of the next generations, one fate each."""
        self._fates.extend(fates)

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
        key, now = self._admit(request), self.clock.now()
        body = _parsed(await request.read())
        try:
            model = checked(body)
        except ValueError as error:
            raise ApiError(400, f"Body validation error\n{error}") from None
        if refused := self._terms(key).refusal(self._committed_usd(key, now)):
            raise ApiError(403, refused)
        if not self._ledger.affords(self.price_list.credits(model, body), now):
            raise ApiError(403, NO_CREDITS)
        generation = self._passed_on(request, key, model, body)
        # From here on it is in the logs, whatever becomes of it.
        self._request_log.submissions.append(generation)
        if generation.fate.refusal is not None:
            raise ApiError(400, generation.fate.refusal)
        self._accept(generation)
        answer = {"id": generation.id, "status": generation.status(generation.submitted_at)}
        return web.json_response(answer, status=201, headers=self._cost_headers(generation))

    def _passed_on(
        self, request: web.Request, key: str, model: Model, body: Mapping[str, Any]
    ) -> Generation:
        fate = self._fates.popleft() if self._fates else Fate()
        generation_id = f"{request[INFERENCE]}:{model.id_suffix}"
        if self.suffixed_inference_ids:
            request[INFERENCE] = generation_id
        price_credits = self.price_list.credits(model, body)
        return Generation(
            id=generation_id,
            inference_id=request[INFERENCE],
            client_request_id=client_request_id(request),
            key=key,
            model=model,
            body=body,
            credits=price_credits if fate.credits is None else fate.credits,
            submitted_at=self.clock.now(),
            duration_s=0 if fate.refusal is not None else self._next_duration_s(model, fate),
            fate=fate,
        )

    def _accept(self, generation: Generation) -> None:
        self._ledger.generations.append(generation)
        self._by_id[generation.id] = generation
        self._by_token[generation.file_token] = generation

    async def _fetch(self, request: web.Request) -> web.Response:
        key = self._admit(request)
        if not self._terms(key).verified:
            raise ApiError(403, NOT_VERIFIED)
        generation = self._asked_for(request)
        status = generation.status(self.clock.now())
        answer: dict[str, Any] = {"id": generation.id, "status": status}
        if status == "completed":
            answer["audio_file"] = await self._audio_file(generation)
            if self.tells_usage:
                answer["meta"] = {"usage": usage(generation)}
        elif status == "error":
            answer |= {"audio_file": None, "error": generation.fate.error}
        return web.json_response(answer, headers=self._cost_headers(generation))

    def _asked_for(self, request: web.Request) -> Generation:
        if not (generation_id := request.query.get("generation_id")):
            issue = "generation_id: Required. Expected string, received undefined"
            raise ApiError(400, f"Query validation error\n{issue}")
        if (generation := self._by_id.get(generation_id)) is None:
            # The header repeats the id that was asked for, and is left out if no one gave it out.
            request[INFERENCE] = ""
            raise ApiError(404, "Generation not found")
        request[INFERENCE] = generation.inference_id
        return generation

    def _cost_headers(self, generation: Generation) -> dict[str, str]:
        now = self.clock.now()
        tells = self.cost_headers == "all"
        if tells or (self.cost_headers == "ended" and generation.has_ended(now)):
            return cost_headers(generation.charged_credits(now))
        return {}

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


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiError(400, "Unexpected token in JSON") from None
