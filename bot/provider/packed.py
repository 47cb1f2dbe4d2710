"""Unpacking files that came compressed, though the server was asked for the bytes as they are."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot.errors import AudioTooLarge, AudioUnavailable

CHUNK_BYTES = 1 << 16
LAYERS = 2  # one of the server's, one of whoever stored it
PARTS = 10_000  # a gzip file may consist of many, and each costs time even if nothing is in it
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
_ZLIB_WINDOW = 15
_RAW_WINDOW = -15


def unpack(path: Path, encoding: str, limit_bytes: int) -> int:
    """Replace a file by what is in it, at most so many bytes; how many there are now.

    `encoding` is what `Content-Encoding` said. gzip is recognised by its bytes alone, since no
    audio begins like that; what only claims to be packed stays as it is. Blocks: for a thread.
    Raises `AudioTooLarge`, and `AudioUnavailable` for what ends early or is damaged.
    """
    for _ in range(LAYERS):
        window = _window(path, encoding)
        if window is None:
            break
        unpacked, encoding = path.with_name("unpacked"), ""
        try:
            with path.open("rb") as packed, unpacked.open("wb") as file:
                _write(file, _chunks(packed, window), limit_bytes)
        except zlib.error as error:
            if window != _GZIP_WINDOW:
                break  # it was no such thing
            raise AudioUnavailable(f"the audio file came packed, and damaged: {error}") from None
        unpacked.replace(path)
    return path.stat().st_size


def _window(path: Path, encoding: str) -> int | None:
    with path.open("rb") as file:
        head = file.read(2)
    if head == _GZIP:
        return _GZIP_WINDOW
    if encoding.strip().lower() != "deflate":
        return None
    # RFC 1950 in RFC 9110, but some send RFC 1951 without the two bytes before it.
    has_header = len(head) > 1 and head[0] & 0x0F == 8 and int.from_bytes(head) % 31 == 0
    return _ZLIB_WINDOW if has_header else _RAW_WINDOW


def _write(file: BinaryIO, chunks: Iterator[bytes], limit_bytes: int) -> None:
    size_bytes = 0
    for chunk in chunks:
        size_bytes += file.write(chunk)
        if size_bytes > limit_bytes:
            raise AudioTooLarge(f"more than {limit_bytes} bytes once it is unpacked")


def _chunks(packed: BinaryIO, window: int) -> Iterator[bytes]:
    """Each of bounded size, however much a few bytes unpack to."""
    rest = b""
    for _ in range(PARTS):
        unpacker = zlib.decompressobj(window)
        while not unpacker.eof:
            rest = rest or packed.read(CHUNK_BYTES)
            chunk = unpacker.decompress(rest, CHUNK_BYTES)
            if not rest and not chunk:
                raise AudioUnavailable("the audio file came packed, and ends early")
            rest = unpacker.unconsumed_tail
            yield chunk
        rest = unpacker.unused_data or packed.read(CHUNK_BYTES)
        if window != _GZIP_WINDOW or not rest.startswith(_GZIP):
            return
    raise AudioUnavailable(f"the audio file came packed in more than {PARTS} parts")
