"""Whether an Ogg is several put one after the other: then its last page tells of the last alone."""

import re
from pathlib import Path

from bot.audio.announced import PAGE_LIMIT_BYTES

# RFC 3533, 6: the pattern, version 0, flags, granule position, serial number.
_PAGE = re.compile(rb"OggS\x00(.).{8}(.{4})", re.DOTALL)
BEGIN_OF_STREAM = 0x02


def is_chained(path: Path, known_bytes: int) -> bool:
    """Told from the first bytes, of which so many are there, and from what is at the end.

    All streams of a link begin before the pages of any of them go on, RFC 3533, 4.
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(known_bytes)
        file.seek(max(known_bytes, size_bytes - PAGE_LIMIT_BYTES))
        tail = file.read()
    serials: set[bytes] = set()
    going_on = False
    for page in [*_PAGE.finditer(head), *_PAGE.finditer(tail)]:
        flags, serial = page[1][0], page[2]
        if flags & BEGIN_OF_STREAM:
            if going_on:
                return True
            serials.add(serial)
        else:
            going_on = True
            if serial not in serials:
                return True
    return False
