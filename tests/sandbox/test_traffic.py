"""What `sandbox.traffic` keeps of the exchanges, and that it doesn't disturb them."""

import json
from collections.abc import AsyncIterator
from datetime import UTC

import pytest
from aiohttp import ClientSession, FormData, web

from sandbox.clock import Clock
from sandbox.traffic import MAX_BINARY_BYTES, FilePart, Traffic


async def _echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read(), content_type="application/octet-stream")


async def _fields(request: web.Request) -> web.Response:
    form = await request.post()
    return web.json_response(sorted(form))


async def _missing(_: web.Request) -> web.Response:
    raise web.HTTPNotFound(text="nothing here")


@pytest.fixture
def traffic() -> Traffic:
    return Traffic(max_exchanges=3)


@pytest.fixture
async def session(traffic: Traffic) -> AsyncIterator[ClientSession]:
    app = web.Application(middlewares=[traffic.middleware], client_max_size=2**21)
    app.router.add_post("/echo", _echo)
    app.router.add_post("/fields", _fields)
    app.router.add_get("/missing", _missing)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


async def test_json_exchange_is_kept_whole_when_large(
    traffic: Traffic, session: ClientSession
) -> None:
    sent = {"prompt": "r" * (2 * MAX_BINARY_BYTES)}

    async with session.post("/echo?with_response=true", json=sent) as answer:
        assert json.loads(await answer.read()) == sent

    (seen,) = traffic.exchanges
    assert (seen.method, seen.path, seen.query["with_response"]) == ("POST", "/echo", "true")
    assert json.loads(seen.request_body) == sent
    assert seen.request_headers["Content-Type"] == "application/json"
    assert seen.status == 200
    assert len(seen.response_body) == MAX_BINARY_BYTES  # the echo calls itself binary
    assert seen.response_headers["Content-Type"] == "application/octet-stream"


async def test_multipart_keeps_payload_and_describes_files_when_the_handler_parses_it(
    traffic: Traffic, session: ClientSession
) -> None:
    wav = bytes(range(256)) * 2048 + b"\r\n--"
    form = FormData()
    form.add_field("payload_json", '{"content": "hi"}', content_type="application/json")
    form.add_field("files[0]", wav, filename="rain.wav", content_type="audio/wav")

    async with session.post("/fields", data=form) as answer:
        assert await answer.json() == ["files[0]", "payload_json"]

    (seen,) = traffic.exchanges
    assert seen.request_body == b'{"content": "hi"}'
    assert seen.files == (FilePart("files[0]", "rain.wav", "audio/wav", len(wav)),)


async def test_raised_answers_are_recorded_when_the_handler_raises(
    traffic: Traffic, session: ClientSession
) -> None:
    async with session.get("/missing") as answer:
        assert answer.status == 404
    assert traffic.exchanges[-1].status == 404
    assert traffic.exchanges[-1].response_body == b"nothing here"


async def test_oldest_exchanges_go_when_the_record_is_full(
    traffic: Traffic, session: ClientSession
) -> None:
    for index in range(5):
        async with session.post("/echo", data=str(index)):
            pass
    assert [seen.request_body for seen in traffic.exchanges] == [b"2", b"3", b"4"]


def test_clock_is_ahead_when_advanced() -> None:
    clock = Clock()
    before = clock.now()
    clock.advance(3600)
    assert 3600 <= (clock.now() - before).total_seconds() < 3660
    assert clock.now().tzinfo is UTC
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
