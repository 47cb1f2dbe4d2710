"""Files that come compressed although nobody asked for that."""

import gzip
import zlib
from pathlib import Path

import pytest

from bot.errors import AudioError, AudioTooLarge, AudioUnavailable
from bot.provider import packed
from bot.provider.packed import unpack
from tests.bot.provider.clips import WAV
from tests.bot.provider.test_audio_file import fetched, sends, serving

LIMIT_BYTES = 10_000
PACKED = gzip.compress(WAV, mtime=0)


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audio"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PACKED, "gzip"),
        (PACKED, ""),  # stored so, and nobody says it
        (PACKED, "x-gzip"),
        (gzip.compress(PACKED, mtime=0), "gzip"),
        (gzip.compress(WAV[:700], mtime=0) + gzip.compress(WAV[700:], mtime=0), "gzip"),
        (PACKED + b"\0" * 100, "gzip"),
        (zlib.compress(WAV), "deflate"),
        (raw_deflate(WAV), "Deflate"),
        (WAV, "gzip"),
        (WAV, "deflate"),
        (WAV, "br"),
        (WAV, ""),
    ],
)
def test_file_is_what_is_in_it_however_it_came(path: Path, content: bytes, encoding: str) -> None:
    path.write_bytes(content)
    assert unpack(path, encoding, LIMIT_BYTES) == len(WAV)
    assert path.read_bytes() == WAV


@pytest.mark.parametrize(
    ("content", "encoding", "error"),
    [
        (gzip.compress(bytes(50_000_000), mtime=0), "gzip", AudioTooLarge),
        (gzip.compress(WAV, mtime=0) * 20, "gzip", AudioTooLarge),
        (zlib.compress(bytes(50_000_000)), "deflate", AudioTooLarge),
        (PACKED[:-9], "gzip", AudioUnavailable),
        (PACKED[:10], "gzip", AudioUnavailable),
        (PACKED[:2], "gzip", AudioUnavailable),
        (PACKED[:-8] + bytes(8), "gzip", AudioUnavailable),
    ],
)
def test_file_is_not_unpacked_when_it_is_too_large_or_damaged(
    path: Path, content: bytes, encoding: str, error: type[AudioError]
) -> None:
    path.write_bytes(content)
    with pytest.raises(error):
        unpack(path, encoding, LIMIT_BYTES)
    written = [one.stat().st_size for one in path.parent.iterdir() if one != path]
    assert max(written) <= LIMIT_BYTES + packed.CHUNK_BYTES


def test_file_of_many_empty_parts_does_not_take_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "PARTS", 10)
    path.write_bytes(gzip.compress(b"", mtime=0) * 11)
    with pytest.raises(AudioUnavailable, match="more than 10 parts"):
        unpack(path, "gzip", LIMIT_BYTES)


async def test_file_that_comes_packed_is_fetched_as_it_is() -> None:
    handler = sends(PACKED, 200, {"Content-Encoding": "gzip"})
    async with serving(handler) as url:
        assert await fetched(url) == WAV
