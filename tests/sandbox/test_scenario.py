"""The faults of `sandbox.scenario`, seen from a client at the other end of a real connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import (
    ClientConnectionResetError,
    ClientOSError,
    ClientPayloadError,
    ClientSession,
    ClientTimeout,
    ServerDisconnectedError,
    web,
)

from sandbox.scenario import Scenario

RESET = (ClientOSError, ClientConnectionResetError)
BODY = b"0123456789"


class Shop:
    """A tiny server that counts what it handled."""

    def __init__(self, session: ClientSession, scenario: Scenario) -> None:
        self.session = session
        self.scenario = scenario
        self.handled: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.handled.append(request.path)
        if request.path == "/missing":
            raise web.HTTPNotFound
        return web.Response(body=BODY, headers={"X-Shop": "yes"})

    async def get(self, path: str) -> tuple[int, bytes]:
        async with self.session.get(path) as answer:
            return answer.status, await answer.read()


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    scenario = Scenario()
    app = web.Application(middlewares=[scenario.middleware])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    holder: list[Shop] = []

    async def handle(request: web.Request) -> web.Response:
        return await holder[0].handle(request)

    app.router.add_route("*", "/{tail:.*}", handle)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession(base, timeout=ClientTimeout(total=10)) as session:
        holder.append(Shop(session, scenario))
        yield holder[0]
    await runner.cleanup()


async def test_rule_applies_once_when_nothing_else_is_said(shop: Shop) -> None:
    rule = shop.scenario.on("GET", "/a").respond(503, {"message": "busy"})

    async with shop.session.get("/a") as answer:
        assert (answer.status, await answer.json()) == (503, {"message": "busy"})
        assert answer.headers["Content-Type"] == "application/json"
    assert await shop.get("/a") == (200, BODY)
    assert rule.hits == 1
    assert shop.handled == ["/a"]


async def test_rule_leaves_others_alone_when_method_path_or_condition_differ(shop: Shop) -> None:
    shop.scenario.on("POST", "/a").respond(500)
    shop.scenario.on("GET", "/b").respond(500)
    shop.scenario.on("GET", "/aa", where=lambda r: "x" in r.query).respond(500)

    assert (await shop.get("/a"))[0] == 200
    assert (await shop.get("/aa"))[0] == 200
    assert (await shop.get("/aa?x=1"))[0] == 500


async def test_rule_skips_then_applies_so_often_when_after_and_times_are_given(shop: Shop) -> None:
    shop.scenario.on("GET", "/a", after=1, times=2).respond(429, "slow down")

    assert [(await shop.get("/a"))[0] for _ in range(4)] == [200, 429, 429, 200]


async def test_rule_always_applies_when_times_is_none(shop: Shop) -> None:
    shop.scenario.on("GET", ".*", times=None).respond(500)

    assert [(await shop.get(path))[0] for path in ("/a", "/b", "/c")] == [500] * 3


async def test_first_rule_wins_when_two_match(shop: Shop) -> None:
    shop.scenario.on("GET", "/a").respond(500)
    shop.scenario.on("GET", "/a").respond(502)

    assert [(await shop.get("/a"))[0] for _ in range(3)] == [500, 502, 200]


async def test_headers_and_type_are_sent_when_given(shop: Shop) -> None:
    rule = shop.scenario.on("GET", "/a")
    rule.delay(0.01).respond(429, b"<html>", headers={"Retry-After": "7"}, content_type="text/html")

    async with shop.session.get("/a") as answer:
        assert answer.headers["Retry-After"] == "7"
        assert answer.content_type == "text/html"


async def test_nothing_is_handled_when_reset_before(shop: Shop) -> None:
    shop.scenario.on("POST", "/a").reset_before()

    with pytest.raises(RESET):
        await shop.session.post("/a", data=b"x" * 100_000)
    assert shop.handled == []


async def test_request_is_handled_but_not_answered_when_reset_after(shop: Shop) -> None:
    shop.scenario.on("POST", "/missing").reset_after()

    with pytest.raises(RESET):
        await shop.session.post("/missing")
    assert shop.handled == ["/missing"]


async def test_request_is_handled_before_another_answer_is_given_when_asked_to(shop: Shop) -> None:
    shop.scenario.on("POST", "/missing").respond_after(502, "bad gateway")

    async with shop.session.post("/missing") as answer:
        assert (answer.status, await answer.text()) == (502, "bad gateway")
    assert shop.handled == ["/missing"]


async def test_body_ends_early_when_truncated(shop: Shop) -> None:
    shop.scenario.on("GET", "/a").truncate(4)

    async with shop.session.get("/a") as answer:
        assert answer.headers["Content-Length"] == str(len(BODY))
        assert answer.headers["X-Shop"] == "yes"
        assert await answer.content.readexactly(4) == BODY[:4]
        with pytest.raises((ClientPayloadError, asyncio.IncompleteReadError)):
            await answer.content.readexactly(1)


async def test_body_goes_on_after_its_end_when_it_never_ends(shop: Shop) -> None:
    shop.scenario.on("GET", "/a").never_ends()

    async with shop.session.get("/a") as answer:
        assert await answer.content.readexactly(len(BODY) + 5) == BODY + b"\0" * 5


async def test_request_waits_unhandled_when_held_before(shop: Shop) -> None:
    hold = shop.scenario.on("GET", "/a").hold_before()

    call = asyncio.create_task(shop.get("/a"))
    await hold.reached()
    assert shop.handled == []
    hold.release()
    assert await call == (200, BODY)


async def test_answer_waits_when_held_after(shop: Shop) -> None:
    hold = shop.scenario.on("GET", "/a").hold_after()

    call = asyncio.create_task(shop.get("/a"))
    await hold.reached()
    assert shop.handled == ["/a"]
    assert not call.done()
    hold.release()
    assert await call == (200, BODY)


async def test_connection_is_cut_when_a_held_request_is_dropped(shop: Shop) -> None:
    hold = shop.scenario.on("POST", "/a").hold_after()

    call = asyncio.create_task(shop.session.post("/a"))
    await hold.reached()
    hold.drop()
    with pytest.raises((*RESET, ServerDisconnectedError)):
        await call
    assert shop.handled == ["/a"]


async def test_reached_times_out_when_no_request_comes(shop: Shop) -> None:
    hold = shop.scenario.on("GET", "/a").hold_before()

    with pytest.raises(TimeoutError):
        await hold.reached(timeout_s=0.01)
