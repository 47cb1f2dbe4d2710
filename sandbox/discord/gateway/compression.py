"""How frames travel: as text, or compressed in one of the documented ways.

Discord docs: Events > Gateway > Encoding and Compression.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import zstandard

Encoder = Callable[[str], str | bytes]


def plain(frame: str) -> str | bytes:
    return frame


def payload_compressed(frame: str) -> str | bytes:
    """`"compress": true` in IDENTIFY: each payload is a zlib stream of its own."""
    return zlib.compress(frame.encode())


def zlib_stream() -> Encoder:
    """One zlib context for the whole connection, flushed after each payload."""
    context = zlib.compressobj()

    def encode(frame: str) -> str | bytes:
        return context.compress(frame.encode()) + context.flush(zlib.Z_SYNC_FLUSH)

    return encode


def zstd_stream() -> Encoder:
    """One zstd frame for the whole connection, flushed after each payload."""
    context = zstandard.ZstdCompressor().compressobj()

    def encode(frame: str) -> str | bytes:
        body = context.compress(frame.encode())
        return body + context.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    return encode


def encoder_for(compress: str) -> Encoder | None:
    """For the `compress` query parameter; None if Discord does not know it."""
    match compress:
        case "":
            return plain
        case "zlib-stream":
            return zlib_stream()
        case "zstd-stream":
            return zstd_stream()
    return None
