"""Telling what is meant to be read, such as a page or JSON, from files that aren't audio."""

import re
from pathlib import Path

LOOKED_AT_BYTES = 512
_TYPES = re.compile(r"text/.*|application/((xhtml\+|.*\+)?xml|(.*\+)?json|javascript)")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # all but white space and escapes


def says_page(path: Path, media_type: str) -> bool:
    """Whether a file is something to read, by its type or by its first bytes."""
    if _TYPES.fullmatch(media_type.lower()):
        return True
    with path.open("rb") as file:
        head = file.read(LOOKED_AT_BYTES)
    return _is_text(head)


def _is_text(head: bytes) -> bool:
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8"
    # The last letter may be cut in two.
    text = head.decode(encoding, "replace").rstrip("\ufffd")
    return bool(text.strip()) and "\ufffd" not in text and not _CONTROLS.search(text)
