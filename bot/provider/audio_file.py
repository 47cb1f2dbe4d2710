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
from yarl import URL

from bot.errors import (
    AddressRefused,
    AudioError,
    AudioTooLarge,
    AudioUnavailable,
    AudioUnusable,
    in_short,
)
from bot.provider.addresses import AddressPolicy, CheckedResolver
from bot.provider.tunnel import Tunnel
from bot.proxy import Proxy, through
from bot.scratch import scratch_folder

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
# Of the many brands of MP4 files, those for music and for books; videos have others. Source: the
# registry of brands at mp4ra.org.
AUDIO_BRANDS = {b"M4A ", b"M4B "}
# Writers that do not know the length beforehand put nothing, or about the most that fits.
KNOWN_RIFF_BYTES = range(1, 0x7FFF0000)


@dataclass(frozen=True, kw_only=True)
class AudioOnDisk:
    """A fetched file. `extension` (with its dot) is what its first bytes say it is."""

    path: Path
    size_bytes: int
    extension: str


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
        try:
            recognise(self.path)
        except AudioUnusable:
            with self.path.open("rb") as file:
                return file.read(HEAD_BYTES)[4:8] == b"ftyp"
        return True


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

    def may_link(self, url: str) -> bool:
        """Whether members may be shown this address: the same that we would fetch from."""
        try:
            self._policy.check_url(url)
        except AddressRefused:
            return False
        return True

    @contextlib.asynccontextmanager
    async def fetch(self, url: str, *, limit_bytes: int) -> AsyncIterator[AudioOnDisk]:
        """The file in a temporary folder that goes away with the block; may be repeated.

        Raises `AddressRefused`, `AudioTooLarge`, `AudioUnusable` or `AudioUnavailable`.
        """
        with scratch_folder() as folder:
            path = folder / "audio"
            try:
                async with asyncio.timeout(DOWNLOAD_TIMEOUT_S):
                    size_bytes = await self._download(url, path, limit_bytes)
            except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:
                # UnicodeError: a host name that the system's resolver can't even encode
                raise _as_audio_error(error) from error
            extension = recognise(path)
            if is_cut_off(path, size_bytes):
                raise AudioUnavailable(f"the audio file ends early, after {size_bytes} bytes")
            yield AudioOnDisk(path=path, size_bytes=size_bytes, extension=extension)

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

    async def _download(self, url: str, path: Path, limit_bytes: int) -> int:
        async with self._answer(url) as response:
            if response.status != 200:
                raise AudioUnavailable(f"{response.status} for the audio file")
            return await _save(response, path, limit_bytes)

    @contextlib.asynccontextmanager
    async def _answer(self, url: str, **headers: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """What is at the end of all redirects; of its body nothing was read yet."""
        address = self._policy.check_url(url)
        headers["Accept-Encoding"] = "identity"
        for _ in range(REDIRECT_LIMIT):
            request: dict[str, Any] = {"url": address, "headers": headers}
            if self._tunnel:
                request = await self._tunnel.request(address, headers)
            async with self._session.get(**request, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    yield response
                    return
                address = self._follow(address, response.headers.get("Location"))
        raise AudioUnavailable("too many redirects")

    def _follow(self, source: URL, location: str | None) -> URL:
        try:
            target = source.join(URL(location or ""))
        except ValueError as error:
            raise AddressRefused(f"a redirect to no address: {error}") from None
        return self._policy.check_url(str(target))


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


async def _save(response: aiohttp.ClientResponse, path: Path, limit_bytes: int) -> int:
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
    return size_bytes


def _as_audio_error(error: BaseException) -> AudioError:
    """aiohttp wraps what the resolver raised; a refused address must stay one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AudioError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return AudioUnavailable(in_short(error))


def recognise(path: Path) -> str:
    """The extension that fits the first bytes; raises `AudioUnusable` for what is no audio."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return ".wav"
    if head[:4] == b"OggS":
        return ".ogg"
    if head[:4] == b"fLaC":
        return ".flac"
    if head[4:8] == b"ftyp" and head[8:12] in AUDIO_BRANDS:
        return ".m4a"
    if head[:3] == b"ID3":
        return ".mp3"
    # MPEG audio frames begin with eleven set bits; ADTS (AAC) has zero layer bits after them.
    # All layer bits set would be Layer I, which nobody sends; it also begins UTF-16 text.
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0x06:
        return ".mp3" if head[1] & 0x06 else ".aac"
    raise AudioUnusable("the file that came is not audio")


def is_cut_off(path: Path, size_bytes: int) -> bool:
    """Whether a WAV is shorter than its own header says.

    A transfer without a length, or with a wrong one, does not show otherwise that it broke off.
    """
    with path.open("rb") as file:
        head = file.read(8)
    riff_bytes = int.from_bytes(head[4:8], "little")
    # The header may count a padding byte at the end that was left out.
    return (
        head[:4] == b"RIFF" and riff_bytes in KNOWN_RIFF_BYTES and size_bytes + 1 < riff_bytes + 8
    )
