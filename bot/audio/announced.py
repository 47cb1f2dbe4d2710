"""What a file's own bytes say of its length, where FFmpeg keeps silent or only estimates."""

import os
import struct
from pathlib import Path
from typing import BinaryIO

PAGE_LIMIT_BYTES = 27 + 255 + 255 * 255  # the largest page of Ogg, RFC 3533
ID3_HEADER_BYTES = 10
FIRST_FRAME_BYTES = 256
END_OF_STREAM = 0x04
XING_FRAMES_AND_BYTES = 0x03  # both are told, and follow the flags
# Writers that do not know the length beforehand put nothing, or what is far more than any file
# here: 2 and 4 GiB and a little less, 2 000 000 000 bytes of sound, and others.
KNOWN_RIFF_BYTES = range(1, 1 << 30)
# Beyond all sense; a file of 64 bit lengths that says more does not know its length either.
KNOWN_RF64_BYTES = range(1, 1 << 50)


def riff_is_short(path: Path) -> bool:
    """Whether a WAV file has fewer bytes than its header says. FFmpeg believes the file's end."""
    with path.open("rb") as file:
        head = file.read(28)
        size_bytes = file.seek(0, os.SEEK_END)
    riff_bytes = int.from_bytes(head[4:8], "little")
    known = riff_bytes in KNOWN_RIFF_BYTES
    if head[:4] == b"RF64" and head[12:16] == b"ds64":  # EBU Tech 3306: the 64 bit size is inside
        riff_bytes = int.from_bytes(head[20:28], "little")
        known = riff_bytes in KNOWN_RF64_BYTES
    # The header may count a padding byte at the end that was left out, and by mistake the eight
    # bytes before the count.
    return known and size_bytes + 1 < riff_bytes


def ogg_is_ended(path: Path) -> bool:
    """Whether the last page is whole and marked as the stream's end, as RFC 3533 demands."""
    with path.open("rb") as file:
        size_bytes = file.seek(0, os.SEEK_END)
        file.seek(max(0, size_bytes - PAGE_LIMIT_BYTES))
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :] if b"OggS" in tail else b""
    if len(page) < 27 or not page[5] & END_OF_STREAM:
        return False
    segments = page[27 : 27 + page[26]]
    return len(page) >= 27 + len(segments) + sum(segments)


def mp3_counts_its_frames(path: Path) -> bool:
    """Whether the first frame is a table of contents (Xing, LAME, VBRI) of the whole file.

    Where several files were put one after the other, the table is of the first one alone.
    """
    with path.open("rb") as file:
        begin = skip_id3(file)
        first = file.read(FIRST_FRAME_BYTES)
        size_bytes = file.seek(0, os.SEEK_END) - begin
    if b"VBRI" in first:
        return True
    table = max(first.find(b"Xing"), first.find(b"Info"))
    if table < 0:
        return False
    flags, _, told_bytes = struct.unpack(">III", first[table + 4 : table + 16].ljust(12, b"\0"))
    # Tags at the end are not counted; FFmpeg takes as much for another file.
    tells_bytes = flags & XING_FRAMES_AND_BYTES == XING_FRAMES_AND_BYTES
    return not tells_bytes or size_bytes <= told_bytes + told_bytes // 16


def skip_id3(file: BinaryIO) -> int:
    """Past the ID3v2 tag, to where it ends; its size is written in four bytes of 7 bits each."""
    head = file.read(ID3_HEADER_BYTES)
    size_bytes = 0
    for byte in head[6:10]:
        size_bytes = size_bytes << 7 | byte & 0x7F
    return file.seek(ID3_HEADER_BYTES + size_bytes if head[:3] == b"ID3" else 0)
