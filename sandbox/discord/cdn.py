"""Signed links to attachments, as Discord's CDN hands them out: they expire after a day.

Discord docs: Reference > CDN Formatting > Signed Attachment CDN URLs (`ex`, `is`, `hm`).
"""

from __future__ import annotations

import hashlib
import hmac
import mimetypes
import secrets
import struct
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from urllib.parse import quote

from sandbox.clock import Clock
from sandbox.discord.model import Attachment

LINK_LIFETIME = timedelta(hours=24)

_AUDIO_TYPES = {
    ".wav": "audio/x-wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/x-flac",
    ".m4a": "audio/mp4",
}


_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Cdn:
    """Makes and checks links. `base_url` is set once the server knows its port."""

    def __init__(self, clock: Clock) -> None:
        self.base_url = "http://127.0.0.1"
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._files: dict[int, Attachment] = {}

    def publish(self, attachment: Attachment) -> None:
        self._files[attachment.id] = attachment

    def withdraw(self, attachment: Attachment) -> None:
        """The file of a deleted message is gone, whatever links to it are about."""
        self._files.pop(attachment.id, None)

    def url(self, attachment: Attachment) -> str:
        """A link that works from now for `LINK_LIFETIME`."""
        now = self._clock.now()
        issued, expires = int(now.timestamp()), int((now + LINK_LIFETIME).timestamp())
        path = self._path(attachment)
        signature = self._sign(path, f"{expires:x}", f"{issued:x}")
        return f"{self.base_url}{quote(path)}?ex={expires:x}&is={issued:x}&hm={signature}&"

    def find(self, path: str, query: Mapping[str, str]) -> Attachment | None:
        """The file behind a link; None if the link was forged or altered, or has expired."""
        expires, issued = query.get("ex", ""), query.get("is", "")
        signature = self._sign(path, expires, issued)
        if not hmac.compare_digest(signature.encode(), query.get("hm", "").encode()):
            return None
        if self._clock.now().timestamp() >= int(expires, 16):
            return None
        return self._files.get(int(path.split("/")[3]))

    def _sign(self, path: str, expires: str, issued: str) -> str:
        signed = f"{path}?{expires}&{issued}".encode("utf-8", "replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()

    @staticmethod
    def _path(attachment: Attachment) -> str:
        root = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        return f"/{root}/{attachment.channel_id}/{attachment.id}/{attachment.filename}"


def content_type_of(filename: str) -> str | None:
    """The type the file name speaks of; what the client claimed does not count."""
    suffix = PurePosixPath(filename.lower()).suffix
    guessed = _AUDIO_TYPES.get(suffix) or mimetypes.guess_type(filename)[0]
    if guessed is not None and guessed.startswith("text/"):
        return f"{guessed}; charset=utf-8"
    return guessed


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF or JPEG, read from its header."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg_size(data) if data[:2] == b"\xff\xd8" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """From the first frame header among the segments. ITU-T T.81, B.2.2."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
