"""Files that come with a request: `multipart/form-data` with `payload_json` and `files[n]`.

Discord docs: Reference > Uploading Files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Headers
from email.parser import BytesHeaderParser

from sandbox.discord.errors import ApiError, entity_too_large
from sandbox.discord.model import MIB_BYTES

REQUEST_LIMIT_BYTES = 25 * MIB_BYTES
# The limit counts files; the form around them and the message itself come on top.
REQUEST_OVERHEAD_BYTES = 256 * 1024
_MAX_FILENAME = 260
_FILE_FIELD = re.compile(r"files?\[?(\d{1,2})?\]?")


@dataclass(frozen=True)
class Upload:
    """One file as it was sent. `key` is the n of `files[n]`."""

    key: int
    filename: str
    data: bytes


def check_request_size(size_bytes: int) -> None:
    """Raises 40005 for a request above what the API takes at all."""
    if size_bytes > REQUEST_LIMIT_BYTES + REQUEST_OVERHEAD_BYTES:
        raise entity_too_large()


def parse_multipart(content_type: str, body: bytes) -> tuple[bytes, list[Upload]]:
    """The JSON of `payload_json` (empty without one) and the files, in the order they came.

    Raises the API's form error (50035) for a body that is no multipart form.
    """
    payload = b""
    uploads: list[Upload] = []
    for name, filename, content in _parts(content_type, body):
        field = _FILE_FIELD.fullmatch(name)
        if filename is not None and field is not None:
            key = int(field[1]) if field[1] else len(uploads)
            uploads.append(Upload(key, filename[:_MAX_FILENAME], content))
        elif name == "payload_json":
            payload = content
    return payload, uploads


def _parts(content_type: str, body: bytes) -> Iterator[tuple[str, str | None, bytes]]:
    boundary = re.search(r'boundary="?([^";,]{1,200})', content_type)
    if boundary is None:
        raise _not_a_form()
    delimiter = b"\r\n--" + boundary[1].encode("utf-8", "replace")
    sections = (b"\r\n" + body).split(delimiter)
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise _not_a_form()
    for section in sections[1:-1]:
        head, separator, content = section.partition(b"\r\n\r\n")
        if not separator:
            raise _not_a_form()
        headers = BytesHeaderParser().parsebytes(head.lstrip())
        name = headers.get_param("name", "", header="content-disposition")
        yield str(name), _filename(headers), content


def _filename(headers: Headers) -> str | None:
    """Browsers and HTTP libraries send UTF-8 bytes here, which the parser keeps as surrogates."""
    name = headers.get_filename()
    if name is None:
        return None
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _not_a_form() -> ApiError:
    wording = "The body is not a well formed multipart/form-data."
    inner = {"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": wording}]}
    return ApiError(400, 50035, "Invalid Form Body", inner)


def safe_filename(filename: str) -> str:
    """The name as the CDN stores it: ASCII letters, digits, dot, dash and underscore."""
    cleaned = re.sub(r"[^A-Za-z0-9._-]", "", re.sub(r"\s+", "_", filename.strip()))
    return cleaned.lstrip(".") or "unknown"
