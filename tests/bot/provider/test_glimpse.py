"""Looking at a part of a file, on servers that give parts, do not, or mean harm."""

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import AddressRefused, AudioError, AudioUnavailable
from bot.provider.audio_file import FIRST_BYTES, LAST_BYTES, AudioFetcher, Glimpse
from tests.bot.provider.clips import WAV
from tests.bot.provider.test_audio_file import Handler, sends, serving

LARGE = bytes(range(1, 251)) * 20_000  # without a zero, so that a hole shows
MIDDLE = slice(FIRST_BYTES, len(LARGE) - LAST_BYTES)


def parts_of(content: bytes, *, most: int = 1 << 30) -> Handler:
    """A server that gives the part that is asked for, or at most so much of it."""

    async def handler(request: web.Request) -> web.StreamResponse:
        wanted = request.http_range
        start = wanted.start or 0
        stop = min(len(content), wanted.stop or len(content), start + most)
        headers = {"Content-Range": f"bytes {start}-{stop - 1}/{len(content)}"}
        return web.Response(status=206, body=content[start:stop], headers=headers)

    return handler


@contextlib.asynccontextmanager
async def glimpsed(handler: Handler) -> AsyncIterator[Glimpse]:
    async with serving(handler) as url, AudioFetcher.open(url) as fetcher:
        async with fetcher.glimpse(f"{url}/hum.wav?ex=1") as glimpse:
            yield glimpse
        assert not glimpse.path.exists()


async def error_of(handler: Handler) -> AudioError:
    with pytest.raises(AudioError) as caught:
        async with glimpsed(handler):
            pass
    return caught.value


@pytest.mark.parametrize("handler", [sends(WAV), parts_of(WAV)])
async def test_small_file_is_there_as_a_whole(handler: Handler) -> None:
    async with glimpsed(handler) as glimpse:
        assert glimpse.whole
        assert glimpse.path.read_bytes() == WAV
        assert glimpse.may_be_audio


async def test_file_without_a_length_is_whole_when_it_ends_soon() -> None:
    async def chunked(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(WAV)
        return response

    async with glimpsed(chunked) as glimpse:
        assert (glimpse.whole, glimpse.size_bytes) == (True, len(WAV))


async def test_large_file_has_a_hole_in_its_middle() -> None:
    async with glimpsed(parts_of(LARGE)) as glimpse:
        assert (glimpse.size_bytes, glimpse.known_bytes) == (len(LARGE), FIRST_BYTES)
        assert not glimpse.whole
        content = glimpse.path.read_bytes()
    assert content[: MIDDLE.start] == LARGE[: MIDDLE.start]
    assert not any(content[MIDDLE])
    assert content[MIDDLE.stop :] == LARGE[MIDDLE.stop :]


async def test_end_is_missing_when_the_server_sends_everything() -> None:
    async with glimpsed(sends(LARGE)) as glimpse:
        assert (glimpse.size_bytes, glimpse.known_bytes) == (len(LARGE), FIRST_BYTES)
        content = glimpse.path.read_bytes()
    assert content == LARGE[:FIRST_BYTES] + bytes(len(LARGE) - FIRST_BYTES)


async def test_parts_that_are_smaller_than_asked_for_are_taken() -> None:
    async with glimpsed(parts_of(LARGE, most=1000)) as glimpse:
        assert (glimpse.size_bytes, glimpse.known_bytes) == (len(LARGE), 1000)


async def test_no_more_is_read_than_wanted_when_the_file_does_not_end() -> None:
    gone = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while request.transport is not None and not request.transport.is_closing():
                await response.write(LARGE)
        gone.set()
        return response

    async with glimpsed(endless) as glimpse:
        assert (glimpse.size_bytes, glimpse.known_bytes) == (None, FIRST_BYTES)
        assert glimpse.path.stat().st_size == FIRST_BYTES
        await asyncio.wait_for(gone.wait(), 40)


@pytest.mark.parametrize(
    "content_range",
    ["", "bytes */100", "bytes 0-9/*", "bytes 5-9/100", "bytes 0-9/99999999999", "0-9/100"],
)
async def test_part_that_is_not_what_was_asked_for_is_refused(content_range: str) -> None:
    handler = sends(WAV, 206, {"Content-Range": content_range})
    assert type(await error_of(handler)) is AudioUnavailable


async def test_file_is_as_large_as_it_is_said_to_be_when_more_comes() -> None:
    handler = sends(WAV, 206, {"Content-Range": "bytes 0-99/100"})
    async with glimpsed(handler) as glimpse:
        assert (glimpse.size_bytes, glimpse.known_bytes) == (100, 100)
        assert glimpse.path.stat().st_size == 100


async def test_file_is_unavailable_when_it_comes_packed() -> None:
    handler = sends(gzip.compress(WAV), 200, {"Content-Encoding": "gzip"})
    assert type(await error_of(handler)) is AudioUnavailable


@pytest.mark.parametrize("status", [204, 403, 404, 416, 429, 500])
async def test_file_is_unavailable_when_the_server_has_another_answer(status: int) -> None:
    assert type(await error_of(sends(b"", status))) is AudioUnavailable


async def test_file_is_unavailable_when_it_is_empty() -> None:
    assert type(await error_of(sends(b""))) is AudioUnavailable


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


async def test_beginning_is_kept_when_the_end_is_not_to_be_had() -> None:
    serve = parts_of(LARGE)

    async def once(request: web.Request) -> web.StreamResponse:
        return await (serve if request.http_range.start == 0 else sends(LARGE))(request)

    async with glimpsed(once) as glimpse:
        assert (glimpse.size_bytes, glimpse.known_bytes) == (len(LARGE), FIRST_BYTES)
        assert not any(glimpse.path.read_bytes()[FIRST_BYTES:])


async def test_redirects_are_checked_like_any_address() -> None:
    handler = sends(b"", 302, {"Location": "http://169.254.169.254/latest"})
    assert type(await error_of(handler)) is AddressRefused


@pytest.mark.parametrize(
    ("head", "may_be"),
    [
        (b"\0\0\0\x18ftypmp42....", True),
        (b"ID3\x04", True),
        (b"OggS", True),
        (b"PK\x03\x04zipped", False),
        (b"just words", False),
    ],
)
def test_audio_is_told_by_its_first_bytes(tmp_path: Path, head: bytes, *, may_be: bool) -> None:
    path = tmp_path / "audio"
    path.write_bytes(head)
    assert Glimpse(path=path, size_bytes=None, known_bytes=9).may_be_audio is may_be
