"""What a file seems to be by its first bytes, where no decoder can be asked."""

from pathlib import Path

from bot.audio import announced
from bot.audio.kinds import Extension

HEAD_BYTES = 16
# Of the many brands of MP4 files, those for music and for books; videos have others. Source: the
# registry of brands at mp4ra.org.
AUDIO_BRANDS = {b"M4A ", b"M4B "}


def recognise(path: Path) -> Extension | None:
    """The extension that fits the first bytes, behind tags; `None` where they do not tell."""
    with path.open("rb") as file:
        tag_bytes = announced.skip_id3(file)
        head = file.read(HEAD_BYTES)
    return _by_pattern(head) or _by_mpeg_frame(head) or (Extension.MP3 if tag_bytes else None)


def _by_pattern(head: bytes) -> Extension | None:
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return Extension.WAV
    if head[:4] == b"OggS":
        return Extension.OGG
    if head[:4] == b"fLaC":
        return Extension.FLAC
    if head[4:8] == b"ftyp" and head[8:12] in AUDIO_BRANDS:
        return Extension.M4A
    return None


def _by_mpeg_frame(head: bytes) -> Extension | None:
    """MPEG audio frames begin with eleven set bits; ADTS (AAC) has zero layer bits after them.

    All layer bits set would be Layer I, which nobody sends; it also begins UTF-16 text.
    """
    if len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0 or head[1] & 0x06 == 0x06:
        return None
    return Extension.MP3 if head[1] & 0x06 else Extension.AAC
