"""Fetching the finished file: streamed to disk, limited in size, and recognised by its bytes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

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
from bot.scratch import scratch_folder

DOWNLOAD_TIMEOUT_S = 180
STALL_TIMEOUT_S = 30
REDIRECT_LIMIT = 5
CHUNK_BYTES = 1 << 18
HEAD_BYTES = 16
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


class AudioFetcher:
    """Fetches files from addresses that the policy allows, without cookies or credentials."""

    def __init__(self, session: aiohttp.ClientSession, policy: AddressPolicy) -> None:
        self._session = session
        self._policy = policy

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, provider_url: str) -> AsyncIterator["AudioFetcher"]:
        """A fetcher with a session of its own, whose resolver refuses non-public addresses."""
        policy = AddressPolicy(provider_url)
        connector = aiohttp.TCPConnector(resolver=CheckedResolver(policy), use_dns_cache=False)
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=DOWNLOAD_TIMEOUT_S, sock_read=STALL_TIMEOUT_S),
            auto_decompress=False,
        ) as session:
            yield cls(session, policy)

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

    async def _download(self, url: str, path: Path, limit_bytes: int) -> int:
        address = self._policy.check_url(url)
        for _ in range(REDIRECT_LIMIT):
            async with self._session.get(
                address, allow_redirects=False, headers={"Accept-Encoding": "identity"}
            ) as response:
                if response.status in {301, 302, 303, 307, 308}:
                    address = self._follow(address, response.headers.get("Location"))
                    continue
                if response.status != 200:
                    raise AudioUnavailable(f"{response.status} for the audio file")
                return await _save(response, path, limit_bytes)
        raise AudioUnavailable("too many redirects")

    def _follow(self, source: URL, location: str | None) -> URL:
        try:
            target = source.join(URL(location or ""))
        except ValueError as error:
            raise AddressRefused(f"a redirect to no address: {error}") from None
        return self._policy.check_url(str(target))


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
