"""Fetching finished files from servers that mean harm, or are just broken."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.errors import AddressRefused, AudioError, AudioTooLarge, AudioUnavailable
from bot.provider.audio_file import AudioFetcher
from tests.bot.provider.clips import WAV

LIMIT_BYTES = 10_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on this machine that answers everything with `handler`; its address."""
    app = web.Application()
    app.router.add_get("/{tail:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def sends(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return handler


async def fetched(url: str, *, path: str = "/output.wav", limit_bytes: int = LIMIT_BYTES) -> bytes:
    """What is in the file that was fetched, with the provider at the same address."""
    async with (
        AudioFetcher.open(url) as fetcher,
        fetcher.fetch(url + path, limit_bytes=limit_bytes) as audio,
    ):
        content = audio.path.read_bytes()
        assert audio.size_bytes == len(content)
        return content


async def error_of(handler: Handler) -> AudioError:
    async with serving(handler) as url:
        with pytest.raises(AudioError) as caught:
            await fetched(url)
    return caught.value


async def test_file_is_on_disk_within_the_block_and_gone_after_it() -> None:
    async with serving(sends(WAV)) as url, AudioFetcher.open(url) as fetcher:
        async with fetcher.fetch(f"{url}/a.mp3", limit_bytes=LIMIT_BYTES) as audio:
            assert audio.path.read_bytes() == WAV
            assert (audio.size_bytes, audio.extension) == (len(WAV), ".wav")
        assert not audio.path.parent.exists()


async def test_file_is_taken_when_it_has_exactly_the_limit() -> None:
    async with serving(sends(WAV)) as url:
        assert await fetched(url, limit_bytes=len(WAV)) == WAV
        with pytest.raises(AudioTooLarge):
            await fetched(url, limit_bytes=len(WAV) - 1)


async def test_file_is_too_large_when_its_length_says_so() -> None:
    assert type(await error_of(sends(WAV + bytes(LIMIT_BYTES)))) is AudioTooLarge


async def test_file_is_too_large_when_it_does_not_end() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while request.transport is not None and not request.transport.is_closing():
                await response.write(WAV)
        return response

    assert type(await error_of(endless)) is AudioTooLarge


async def test_file_is_unavailable_when_it_is_cut_off() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_length = len(WAV)
        await response.prepare(request)
        await response.write(WAV[:100])
        assert request.transport is not None
        request.transport.close()
        return response

    assert type(await error_of(cut)) is AudioUnavailable


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers everything with these bytes and hangs up; its address, and requests."""
    requests: list[bytes] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests


CHUNK = b"3e8\r\n" + WAV[:1000] + b"\r\n"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 2000", WAV[:1000]),
        ("Transfer-Encoding: chunked", CHUNK),
        ("Transfer-Encoding: chunked", CHUNK + b"3e8\r\nRIFF"),
        ("Content-Length: 1000\r\nContent-Length: 2000", WAV[:1000]),
        ("Content-Length: 100", WAV[:1000]),
    ],
)
async def test_file_is_unavailable_when_its_transfer_does_not_end_as_announced(
    head: str, body: bytes
) -> None:
    async with answering(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body) as (url, _):
        with pytest.raises(AudioUnavailable) as caught:
            await fetched(url)
        assert len(str(caught.value)) < 400  # aiohttp quotes what it did not expect


@pytest.mark.parametrize(
    ("head", "body", "complete"),
    [
        ("Content-Length: 1000", WAV[:1000], True),
        ("Content-Length: 1000\r\nConnection: close", WAV[:1000], True),
        ("Connection: close", WAV[:1000], False),
        ("Transfer-Encoding: chunked", CHUNK + b"0\r\n\r\n", False),
    ],
)
async def test_file_is_complete_when_as_much_came_as_was_announced(
    head: str, body: bytes, *, complete: bool
) -> None:
    answer = f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body
    async with (
        answering(answer) as (url, _),
        AudioFetcher.open(url) as fetcher,
        fetcher.fetch(f"{url}/x", limit_bytes=LIMIT_BYTES) as audio,
    ):
        assert (audio.size_bytes, audio.complete) == (1000, complete)


@pytest.mark.parametrize("status", [204, 206, 401, 403, 404, 410, 429, 500, 503])
async def test_file_is_unavailable_when_the_server_has_another_answer(status: int) -> None:
    assert type(await error_of(sends(b"" if status == 204 else WAV, status))) is AudioUnavailable


async def test_file_is_unavailable_when_it_is_empty() -> None:
    assert type(await error_of(sends(b""))) is AudioUnavailable


async def test_file_is_unavailable_when_nobody_listens(unused_port: int) -> None:
    with pytest.raises(AudioUnavailable):
        await fetched(f"http://127.0.0.1:{unused_port}")


@pytest.mark.parametrize(
    ("media_type", "body", "page"),
    [
        ("audio/wav", b"<!doctype html>", True),
        ("audio/wav", b'\xef\xbb\xbf\n{"message": "no"}', True),
        ("audio/wav", "Bitte melden Sie sich f\u00fcr das WLAN an".encode(), True),
        ("application/octet-stream", "<html>".encode("utf-16"), True),
        ("application/octet-stream", "\u3042".encode() * 400, True),  # the last one is cut in two
        ("text/html; charset=latin-1", b"<p>f\xfcr", True),
        ("application/problem+json", b"\0", True),
        ("application/xml", b"\xff", True),
        ("text/html", WAV, False),
        ("application/json", b"ID3\x04", False),
        ("audio/wav", b"\x89PNG\r\n\x1a\n", False),
        ("image/svg+xml", b"\0\1", False),
        ("", b"PK\x03\x04", False),
        ("audio/wav", b"\0" * 400, False),
        ("audio/wav", b" \n", False),
    ],
)
async def test_page_is_told_by_its_type_or_its_text_unless_it_begins_as_audio(
    media_type: str, body: bytes, *, page: bool
) -> None:
    handler = sends(body, 200, {"Content-Type": media_type} if media_type else {})
    async with (
        serving(handler) as url,
        AudioFetcher.open(url) as fetcher,
        fetcher.fetch(f"{url}/x", limit_bytes=LIMIT_BYTES) as audio,
    ):
        assert audio.page is page


def _content(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_nothing_is_left_behind_when_a_fetch_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    await error_of(sends(b""))
    await error_of(sends(WAV + bytes(LIMIT_BYTES)))
    assert _content(tmp_path) == []


async def test_error_of_the_block_is_passed_on_as_it_is() -> None:
    async with serving(sends(WAV)) as url, AudioFetcher.open(url) as fetcher:
        with pytest.raises(TimeoutError, match="mine"):
            async with fetcher.fetch(f"{url}/x", limit_bytes=LIMIT_BYTES):
                raise TimeoutError("mine")


# --- redirects ----------------------------------------------------------------------------------


def redirects_to(target: str, status: int = 302) -> Handler:
    return sends(b"", status, {"Location": target})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_followed_when_its_target_is_allowed(status: int) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == "/real":
            return web.Response(body=WAV)
        return web.Response(status=status, headers={"Location": "/real"})

    async with serving(handler) as url:
        assert await fetched(url) == WAV


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/x",
        "https://192.168.0.1/x",
        "http://169.254.169.254/latest/meta-data/",
        "https://[::ffff:169.254.169.254]/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://user:secret@127.0.0.1/x",
        "http://example.com/x",
        "https://2130706433/",
        "//10.0.0.1/x",
        "http://[::1",
    ],
)
async def test_redirect_is_refused_when_its_target_is_not_allowed(target: str) -> None:
    assert type(await error_of(redirects_to(target))) is AddressRefused


@pytest.mark.parametrize("target", ["/again", ""])
async def test_file_is_unavailable_when_redirects_go_round(target: str) -> None:
    assert type(await error_of(redirects_to(target))) is AudioUnavailable


@pytest.mark.parametrize(
    "target",
    [
        "/a%3Ab%40c.wav?sig=%2A%28x%29",
        "/foo%27bar%21(1).wav?Signature=aB%2Bc%2Fd%3D%3D&e=&e=%2f;x",
        "/a//./b/../c?",
        "/a|{b}?<c>",
    ],
)
async def test_address_is_asked_for_to_the_letter_when_it_is_given_or_redirected_to(
    target: str,
) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    async with answering(answer) as (url, requests):
        with pytest.raises(AudioUnavailable, match="too many redirects"):
            await fetched(url, path=target + "#part")
    assert {request.split(b" ")[1].decode() for request in requests} == {target}


async def test_redirect_is_followed_when_it_is_no_ascii() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: /caf\xc3\xa9 \xff.wav\r\nContent-Length: 0\r\n\r\n"
    async with answering(answer) as (url, requests):
        with pytest.raises(AudioUnavailable, match="too many redirects"):
            await fetched(url)
    assert requests[-1].startswith(b"GET /caf%C3%A9%20%FF.wav HTTP/1.1")


async def test_no_cookies_and_no_credentials_are_sent_along() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.extend(set(request.headers) & {"Cookie", "Authorization", "Referer"})
        if request.path == "/real":
            return web.Response(body=WAV)
        answer = web.Response(status=302, headers={"Location": "/real"})
        answer.set_cookie("session", "1")
        return answer

    async with serving(handler) as url:
        assert await fetched(url) == WAV
    assert seen == []


# --- the policy, over the wire ------------------------------------------------------------------


@contextlib.asynccontextmanager
async def trap() -> AsyncIterator[tuple[int, list[object]]]:
    """A port on this machine that must not be reached, and who reached it."""
    visits: list[object] = []

    async def visit(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], visits


HOSTS = [
    "localhost", "127.0.0.1", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "0x7f000001",
    "127.0.0.1.", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "a.localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
async def test_this_machine_is_not_reached_when_the_provider_is_elsewhere(host: str) -> None:
    async with trap() as (port, visits), AudioFetcher.open("https://api.aimlapi.com") as fetcher:
        with pytest.raises(AudioError):
            async with fetcher.fetch(f"https://{host}:{port}/x", limit_bytes=LIMIT_BYTES):
                pass
        assert visits == []


async def test_this_machine_is_not_reached_when_a_public_name_resolves_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(
        _self: object, host: str, port: int = 0, family: int = 0
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    async with trap() as (port, visits), AudioFetcher.open("https://api.aimlapi.com") as fetcher:
        with pytest.raises(AddressRefused):
            async with fetcher.fetch(f"https://cdn.example:{port}/x", limit_bytes=LIMIT_BYTES):
                pass
        assert visits == []


@pytest.mark.parametrize(
    "url",
    [
        "https://" + "a" * 70 + ".example/x",
        "https://ex\x00ample.com/x",
        "https://nowhere.invalid/x",
        "https://a..b/x",
        "https://" + "a." * 200 + "example/x",
    ],
    ids=["long label", "nul", "unknown", "empty label", "long name"],
)
async def test_fetch_fails_as_an_audio_error_when_the_name_can_not_be_resolved(url: str) -> None:
    async with AudioFetcher.open("https://api.aimlapi.com") as fetcher:
        with pytest.raises(AudioError):
            async with fetcher.fetch(url, limit_bytes=LIMIT_BYTES):
                pass
