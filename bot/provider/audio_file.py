"""Fetching audio: streamed to disk, limited in size, and recognised by its bytes."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.audio.kinds import Extension
from bot.audio.signature import recognise
from bot.errors import (
    AddressRefused,
    AudioError,
    AudioTooLarge,
    AudioUnavailable,
    in_short,
)
from bot.machine.proxy import Proxy, through
from bot.machine.scratch import scratch_folder
from bot.provider.addresses import AddressPolicy, CheckedResolver
from bot.provider.packed import unpack
from bot.provider.pages import says_page
from bot.provider.tunnel import Tunnel

DOWNLOAD_TIMEOUT_S = 180
STALL_TIMEOUT_S = 30
REDIRECT_LIMIT = 5
REDIRECTS = {301, 302, 303, 307, 308}
PARTIAL = 206
CHUNK_BYTES = 1 << 18
HEAD_BYTES = 16
# Of a file that is only looked at: where containers say what is in them, and how long it is.
FIRST_BYTES = 1 << 20
LAST_BYTES = 1 << 19
CONTENT_RANGE = re.compile(r"bytes (\d{1,10})-\d{1,10}/(\d{1,10})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class AudioOnDisk:
    """A fetched file. `extension` is what its first bytes say it is, if they do: a guess.

    `complete`: as many bytes came as the server had announced. `page`: it begins as no audio does,
    and says that it is something to read, as the errors of servers in between are.
    """

    path: Path
    size_bytes: int
    extension: Extension | None
    complete: bool = False
    page: bool = False


@dataclass(frozen=True, kw_only=True)
class _Body:
    """What an answer said of the file that came with it."""

    complete: bool
    media_type: str
    encoding: str


@dataclass(frozen=True, kw_only=True)
class Glimpse:
    """A file of which perhaps only a part was fetched.

    On disk it has its `size_bytes` if they are known, with a hole between its first `known_bytes`
    and what was fetched of its end.
    """

    path: Path
    size_bytes: int | None
    known_bytes: int

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return self.known_bytes == self.size_bytes

    @property
    def may_be_audio(self) -> bool:
        """Whether it begins as audio does; of MP4, which has many brands, any counts."""
        with self.path.open("rb") as file:
            is_mp4 = file.read(HEAD_BYTES)[4:8] == b"ftyp"
        return is_mp4 or bool(recognise(self.path))


class AudioFetcher:
    """Fetches files from addresses that the policy allows, without cookies or credentials."""

    def __init__(
        self, session: aiohttp.ClientSession, policy: AddressPolicy, tunnel: Tunnel | None = None
    ) -> None:
        self._session = session
        self._policy = policy
        self._tunnel = tunnel

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls, provider_url: str, proxy: Proxy | None = None
    ) -> AsyncIterator["AudioFetcher"]:
        """A fetcher with a session of its own, whose resolver refuses non-public addresses.

        Of a proxy, which may itself be anywhere, only addresses are asked for that were checked.
        """
        policy = AddressPolicy(provider_url)
        resolver = None if proxy else CheckedResolver(policy)
        connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=DOWNLOAD_TIMEOUT_S, sock_read=STALL_TIMEOUT_S),
            auto_decompress=False,
            **through(proxy),
        ) as session:
            yield cls(session, policy, Tunnel(policy) if proxy else None)

    def link(self, url: str) -> str | None:
        """The address as members may be shown it, if we would fetch from there ourselves."""
        try:
            return self._policy.check(url).link
        except AddressRefused:
            return None

    @contextlib.asynccontextmanager
    async def fetch(self, url: str, *, limit_bytes: int) -> AsyncIterator[AudioOnDisk]:
        """The file in a temporary folder that goes away with the block; may be repeated.

        Whether it is audio is for a decoder to say.
        Raises `AddressRefused`, `AudioTooLarge` or `AudioUnavailable`.
        """
        with scratch_folder() as folder:
            path = folder / "audio"
            try:
                async with asyncio.timeout(DOWNLOAD_TIMEOUT_S):
                    body = await self._download(url, path, limit_bytes)
                size_bytes = await asyncio.to_thread(unpack, path, body.encoding, limit_bytes)
            except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:
                # UnicodeError: a host name that the system's resolver can't even encode
                raise _as_audio_error(error) from error
            extension = recognise(path)
            yield AudioOnDisk(
                path=path,
                size_bytes=size_bytes,
                extension=extension,
                complete=body.complete,
                page=not extension and says_page(path, body.media_type),
            )

    @contextlib.asynccontextmanager
    async def glimpse(self, url: str) -> AsyncIterator[Glimpse]:
        """The first bytes of a file and its last ones, as far as the server gives parts.

        It lies in a temporary folder that goes away with the block. May be repeated.
        Raises `AddressRefused` or `AudioUnavailable`.
        """
        with scratch_folder() as folder:
            path = folder / "audio"
            try:
                glimpse = await self._look(url, path)
            except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:
                raise _as_audio_error(error) from error
            yield glimpse

    async def _look(self, url: str, path: Path) -> Glimpse:
        async with self._answer(url, Range=f"bytes=0-{FIRST_BYTES - 1}") as response:
            start, size_bytes = _part(response)
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise AudioUnavailable("a part of the audio file came packed")
            if start:
                raise AudioUnavailable("another part of the audio file came than was asked for")
            known_bytes = await _save_part(response, path, at=0, most=FIRST_BYTES)
            gives_parts = response.status == PARTIAL
            if size_bytes is None and response.content.at_eof():
                size_bytes = known_bytes
        if not known_bytes:
            raise AudioUnavailable("the audio file is empty")
        if size_bytes is None:
            return Glimpse(path=path, size_bytes=None, known_bytes=known_bytes)
        if gives_parts and known_bytes < size_bytes:
            await self._look_at_end(url, path, max(known_bytes, size_bytes - LAST_BYTES))
        os.truncate(path, size_bytes)
        return Glimpse(path=path, size_bytes=size_bytes, known_bytes=min(known_bytes, size_bytes))

    async def _look_at_end(self, url: str, path: Path, start: int) -> None:
        async with self._answer(url, Range=f"bytes={start}-") as response:
            if response.status == PARTIAL and _part(response)[0] == start:
                await _save_part(response, path, at=start, most=LAST_BYTES)

    async def _download(self, url: str, path: Path, limit_bytes: int) -> _Body:
        async with self._answer(url) as response:
            if response.status != 200:
                raise AudioUnavailable(f"{response.status} for the audio file")
            await _save(response, path, limit_bytes)
            return _Body(
                # aiohttp raises where less came, but in chunks the length is not looked at.
                complete=response.content_length is not None
                and "Transfer-Encoding" not in response.headers,
                media_type=response.content_type,
                encoding=response.headers.get("Content-Encoding", ""),
            )

    @contextlib.asynccontextmanager
    async def _answer(self, url: str, **headers: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """What is at the end of all redirects; of its body nothing was read yet."""
        address = self._policy.check(url)
        headers["Accept-Encoding"] = "identity"
        for _ in range(REDIRECT_LIMIT):
            request: dict[str, Any] = {"url": address.url, "headers": headers}
            if self._tunnel:
                request = await self._tunnel.request(address.url, headers)
            async with self._session.get(**request, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    yield response
                    return
                address = self._policy.follow(address, response.headers.get("Location", ""))
        raise AudioUnavailable("too many redirects")


def _part(response: aiohttp.ClientResponse) -> tuple[int, int | None]:
    """Where in the file the body begins, and how large the whole file is, if it is known.

    A server that gives no parts sends all of it: what is too much is then left unread.
    """
    if response.status == 200:
        return 0, response.content_length
    found = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status != PARTIAL or found is None:
        raise AudioUnavailable(f"{response.status} for a part of the audio file")
    return int(found[1]), int(found[2])


async def _save_part(response: aiohttp.ClientResponse, path: Path, *, at: int, most: int) -> int:
    """Write at most so many bytes of the body at a place in the file; how many there were."""
    size_bytes = 0
    with path.open("r+b" if at else "wb") as file:
        file.seek(at)
        while chunk := await response.content.read(min(CHUNK_BYTES, most - size_bytes)):
            size_bytes += file.write(chunk)
    return size_bytes


async def _save(response: aiohttp.ClientResponse, path: Path, limit_bytes: int) -> None:
    announced = response.content_length
    if announced is not None and announced > limit_bytes:
        raise AudioTooLarge(f"{announced} bytes, where {limit_bytes} are the limit")
    size_bytes = 0
    # Writes of a quarter megabyte go to the page cache; a thread for each would cost more.
    with path.open("wb") as file:
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > limit_bytes:
                raise AudioTooLarge(f"more than {limit_bytes} bytes")
            file.write(chunk)
    if not size_bytes:
        raise AudioUnavailable("the audio file is empty")


def _as_audio_error(error: BaseException) -> AudioError:
    """aiohttp wraps what the resolver raised; a refused address must stay one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AudioError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return AudioUnavailable(in_short(error))
