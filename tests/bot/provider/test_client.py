"""The provider's client against its stand-in: every documented answer, and every broken one."""

import asyncio
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import (
    GenerationUnknown,
    InvalidRequest,
    KeyRejected,
    OutcomeUnknown,
    OutOfCredits,
    ProviderError,
    RateLimited,
    Refused,
    Trouble,
    Unavailable,
)
from bot.provider import client
from bot.provider.client import GENERATIONS, Provider
from bot.provider.shapes import Phase
from sandbox.aimlapi import KEY, AimlapiStandIn, Fate, error_body
from sandbox.scenario import Rule
from tests.factories import a_request

HTML = "<!doctype html><title>Just a moment…</title>"
Fault = Callable[[Rule], object]


def answers(status: int, body: object = None, **headers: str) -> Fault:
    content = error_body(status, "because") if body is None else body
    return lambda rule: rule.respond(status, content, headers=headers)


# --- submitting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [{}, {"id": None}, {"id": ""}])
async def test_finished_track_is_not_lost_when_the_submissions_answer_has_no_id(
    provider: Provider, stand_in: AimlapiStandIn, named: dict[str, object]
) -> None:
    answer = {"status": "completed", "audio_file": {"url": "https://cdn.example/a.wav"}} | named
    stand_in.scenario.on("POST", GENERATIONS).respond(200, answer)
    generation = await provider.submit(a_request(), request_id="job.1")
    assert generation.id
    assert generation.phase is Phase.COMPLETED
    assert generation.audio_url == "https://cdn.example/a.wav"


async def test_request_is_refused_when_the_submissions_answer_names_a_failure_and_no_id(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    answer = {"status": "failed", "error": {"message": "no names"}}
    stand_in.scenario.on("POST", GENERATIONS).respond(200, answer)
    with pytest.raises(InvalidRequest) as refused:
        await provider.submit(a_request(), request_id="job.1")
    assert refused.value.hint == "no names"


async def test_key_is_hidden_when_an_answer_quotes_it(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    answer = {"id": "x", "status": "error", "error": f"no such key: {KEY}"}
    stand_in.scenario.on("GET", GENERATIONS).respond(200, answer)
    assert (await provider.fetch("x")).reason == "no such key: [hidden]"


async def test_submission_carries_the_whole_request(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    request = a_request(prompt='räin "☔"\n{}', negative_prompt="drums", seed=7)
    generation = await provider.submit(request, request_id="job.1")
    assert generation.phase is Phase.PENDING
    assert generation.id == stand_in.generations[0].id
    [exchange] = stand_in.traffic.exchanges
    assert json.loads(exchange.request_body) == {
        "model": "google/lyria2",
        "prompt": request.prompt,
        "negative_prompt": "drums",
        "seed": 7,
    }
    assert exchange.request_headers["Authorization"] == f"Bearer {KEY}"


async def test_submission_leaves_the_negative_prompt_out_when_there_is_none(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    await provider.submit(a_request(negative_prompt=None), request_id="job.1")
    assert "negative_prompt" not in stand_in.generations[0].body


@pytest.mark.parametrize("prompt", ["\ud800", "\x00", "x" * 6000, "\u202e@everyone\ufeff"])
async def test_submission_arrives_when_its_prompt_is_hostile(
    provider: Provider, stand_in: AimlapiStandIn, prompt: str
) -> None:
    await provider.submit(a_request(prompt=prompt), request_id="job.1")
    assert stand_in.generations[0].body["prompt"] == prompt


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (answers(400), InvalidRequest),
        (answers(401), KeyRejected),
        (answers(403), OutOfCredits),
        (answers(404), Unavailable),
        (answers(429), RateLimited),
        (answers(503), Unavailable),
        (answers(307, "", Location="/elsewhere"), Unavailable),
        (answers(500), OutcomeUnknown),
        (answers(502), OutcomeUnknown),
        (answers(503, HTML), OutcomeUnknown),
        (answers(504), OutcomeUnknown),
        (answers(200, HTML), OutcomeUnknown),
        (answers(201, ""), OutcomeUnknown),
        (answers(201, {"status": "queued"}), OutcomeUnknown),
        (answers(201, b'{"id": "x", "sta'), OutcomeUnknown),
        (answers(200, b" " * (2 << 20)), OutcomeUnknown),
        (lambda rule: rule.reset_before(), OutcomeUnknown),
        (lambda rule: rule.reset_after(), OutcomeUnknown),
        (lambda rule: rule.truncate(5), OutcomeUnknown),
    ],
)
async def test_submission_is_sent_once_and_its_outcome_named_when_it_goes_wrong(
    provider: Provider, stand_in: AimlapiStandIn, fault: Fault, error: type[ProviderError]
) -> None:
    rule = stand_in.scenario.on("POST", GENERATIONS, times=None)
    fault(rule)
    with pytest.raises(error) as caught:
        await provider.submit(a_request(), request_id="job.1")
    assert type(caught.value) is error
    assert rule.hits == 1
    assert KEY not in str(caught.value)


async def test_submission_is_unknown_when_the_answer_does_not_end(
    provider: Provider, stand_in: AimlapiStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SUBMIT_TIMEOUT_S", 0.3)
    stand_in.scenario.on("POST", GENERATIONS).never_ends()
    with pytest.raises(OutcomeUnknown):
        await provider.submit(a_request(), request_id="job.1")
    assert len(stand_in.generations) == 1


async def test_submission_is_unknown_when_no_answer_comes(
    provider: Provider, stand_in: AimlapiStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SUBMIT_TIMEOUT_S", 0.2)
    hold = stand_in.scenario.on("POST", GENERATIONS).hold_before()
    with pytest.raises(OutcomeUnknown):
        await provider.submit(a_request(), request_id="job.1")
    hold.drop()


async def test_submission_is_refused_when_nobody_listens(unused_port: int) -> None:
    async with Provider.open(f"http://127.0.0.1:{unused_port}", KEY) as provider:
        with pytest.raises(Unavailable):
            await provider.submit(a_request(), request_id="job.1")


async def test_submission_is_refused_when_the_host_does_not_exist() -> None:
    async with Provider.open("http://nowhere.invalid", KEY) as provider:
        with pytest.raises(Unavailable):
            await provider.submit(a_request(), request_id="job.1")


async def test_key_goes_to_no_other_host_when_the_provider_redirects(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    elsewhere = stand_in.scenario.on("POST", "/elsewhere", times=None).respond(201, {})
    for status in (301, 302, 303, 307, 308):
        redirect = stand_in.scenario.on("POST", GENERATIONS)
        redirect.respond(status, "", headers={"Location": f"{stand_in.url}/elsewhere"})
        with pytest.raises(Refused):
            await provider.submit(a_request(), request_id="job.1")
    assert elsewhere.hits == 0


async def test_submission_is_refused_when_the_account_is_empty(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    stand_in.empty_account()
    with pytest.raises(OutOfCredits, match="credits"):
        await provider.submit(a_request(), request_id="job.1")


async def test_hint_is_the_providers_when_it_does_not_take_the_request(provider: Provider) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await provider.submit(a_request(model="none"), request_id="job.1")
    assert "Expected" in caught.value.hint


# --- Retry-After --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "low_s", "high_s"),
    [
        ("17", 17, 17),
        (format_datetime(datetime.now(UTC) + timedelta(seconds=3500), usegmt=True), 600, 3500),
    ],
    ids=["number", "date"],
)
async def test_retry_after_is_honoured_by_both_calls(
    provider: Provider, stand_in: AimlapiStandIn, value: str, low_s: float, high_s: float
) -> None:
    for method in ("POST", "GET"):
        answers(429, **{"Retry-After": value})(stand_in.scenario.on(method, GENERATIONS))
    with pytest.raises(RateLimited) as submitting:
        await provider.submit(a_request(), request_id="job.1")
    with pytest.raises(RateLimited) as polling:
        await provider.fetch("x")
    for caught in (submitting, polling):
        assert caught.value.retry_after_s is not None
        assert low_s <= caught.value.retry_after_s <= high_s


@pytest.mark.parametrize("value", ["nan", "soon", ""])
async def test_retry_after_is_unknown_when_it_makes_no_sense(
    provider: Provider, stand_in: AimlapiStandIn, value: str
) -> None:
    answers(429, **{"Retry-After": value})(stand_in.scenario.on("POST", GENERATIONS))
    with pytest.raises(RateLimited) as caught:
        await provider.submit(a_request(), request_id="job.1")
    assert caught.value.retry_after_s is None


# --- fetching -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "generation_id", ["a:b/../c?d=e&f#g", "..", "x y+z", "%3A%2F", "été☔", "a\x00b", "&admin=1"]
)
async def test_generation_id_arrives_as_it_was_given(
    provider: Provider, stand_in: AimlapiStandIn, generation_id: str
) -> None:
    with pytest.raises(GenerationUnknown):
        await provider.fetch(generation_id)
    [exchange] = stand_in.traffic.exchanges
    assert exchange.path == GENERATIONS
    assert list(exchange.query.items()) == [("generation_id", generation_id)]


async def test_generation_is_followed_to_its_track(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    stand_in.plan(Fate(duration_s=10))
    submitted = await provider.submit(a_request(), request_id="job.1")
    assert (await provider.fetch(submitted.id)).phase is Phase.PENDING
    stand_in.clock.advance(10)
    done = await provider.fetch(submitted.id)
    assert done.phase is Phase.COMPLETED
    assert done.audio_url is not None
    assert done.audio_url.startswith(stand_in.url)


async def test_generation_is_pending_when_the_status_word_is_unknown(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    stand_in.plan(Fate(duration_s=10, pending_status="mastering"))
    submitted = await provider.submit(a_request(), request_id="job.1")
    assert (await provider.fetch(submitted.id)).phase is Phase.PENDING


@pytest.mark.parametrize("error", [{"name": "Refused", "message": "not this"}, "not this"])
async def test_reason_is_read_when_the_generation_failed(
    provider: Provider, stand_in: AimlapiStandIn, error: dict[str, str] | str
) -> None:
    stand_in.plan(Fate(duration_s=0, error=error))
    failed = await provider.fetch((await provider.submit(a_request(), request_id="job.1")).id)
    assert (failed.phase, failed.error_text) == (Phase.ERROR, "not this")


async def test_completed_generation_has_no_audio_when_the_file_is_missing(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    stand_in.plan(Fate(duration_s=0, audio_file={"url": None}))
    done = await provider.fetch((await provider.submit(a_request(), request_id="job.1")).id)
    assert (done.phase, done.audio_url) == (Phase.COMPLETED, None)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (answers(401), KeyRejected),
        (answers(403), OutOfCredits),
        (answers(404), GenerationUnknown),
        (answers(429), RateLimited),
        (answers(400), Trouble),
        (answers(500), Trouble),
        (answers(502), Trouble),
        (answers(503), Trouble),
        (answers(504, HTML), Trouble),
        (answers(302, "", Location="/elsewhere"), Trouble),
        (answers(200, HTML), Trouble),
        (answers(200, ""), Trouble),
        (answers(200, b'{"id": "x", "sta'), Trouble),
        (answers(200, b" " * (2 << 20)), Trouble),
        (answers(200, b"not gzip", **{"Content-Encoding": "gzip"}), Trouble),
        (lambda rule: rule.reset_before(), Trouble),
        (lambda rule: rule.reset_after(), Trouble),
        (lambda rule: rule.truncate(3), Trouble),
    ],
)
async def test_poll_names_what_went_wrong(
    provider: Provider, stand_in: AimlapiStandIn, fault: Fault, error: type[ProviderError]
) -> None:
    generation = await provider.submit(a_request(), request_id="job.1")
    fault(stand_in.scenario.on("GET", GENERATIONS, times=None))
    with pytest.raises(error) as caught:
        await provider.fetch(generation.id)
    assert type(caught.value) is error


async def test_poll_is_trouble_when_the_answer_does_not_end(
    provider: Provider, stand_in: AimlapiStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "READ_TIMEOUT_S", 0.3)
    generation = await provider.submit(a_request(), request_id="job.1")
    stand_in.scenario.on("GET", GENERATIONS).never_ends()
    with pytest.raises(Trouble):
        await provider.fetch(generation.id)


async def test_poll_is_trouble_when_nobody_listens(unused_port: int) -> None:
    async with Provider.open(f"http://127.0.0.1:{unused_port}", KEY) as provider:
        with pytest.raises(Trouble):
            await provider.fetch("x")


async def test_balance_is_what_the_account_holds(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    balance = await provider.balance()
    assert (balance.current_balance, balance.currency) == (stand_in.balance_usd, "USD")


async def test_balance_is_refused_when_the_key_is_wrong(stand_in: AimlapiStandIn) -> None:
    async with Provider.open(stand_in.url, "other-key") as provider:
        with pytest.raises(KeyRejected):
            await provider.balance()


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture
async def self_signed_url(tmp_path: Path) -> AsyncIterator[str]:
    """A server whose certificate nobody vouches for."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    process = await asyncio.create_subprocess_exec(
        *command.split(),
        *("-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
        stderr=subprocess.DEVNULL,
    )
    if await process.wait() != 0:
        pytest.skip("needs the openssl command")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_nothing_is_sent_when_the_certificate_is_not_trusted(self_signed_url: str) -> None:
    async with Provider.open(self_signed_url, KEY) as provider:
        with pytest.raises(Unavailable):
            await provider.submit(a_request(), request_id="job.1")
        with pytest.raises(Trouble):
            await provider.fetch("x")
