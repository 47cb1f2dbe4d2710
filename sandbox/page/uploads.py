"""Files that members picked in the page, kept until what they belong to is sent."""

from __future__ import annotations

import secrets

from sandbox.discord.member_files import MemberFile
from sandbox.discord.uploads import REQUEST_LIMIT_BYTES

MAX_FILE_BYTES = REQUEST_LIMIT_BYTES
MAX_NAME = 260
_MAX_KEPT_BYTES = 8 * MAX_FILE_BYTES


class Uploads:
    """Hands out a token for each file. The oldest files go when there are too many bytes."""

    def __init__(self) -> None:
        self._files: dict[str, MemberFile] = {}

    def put(self, file: MemberFile) -> str:
        token = secrets.token_urlsafe(16)
        self._files[token] = file
        while sum(len(one.data) for one in self._files.values()) > _MAX_KEPT_BYTES:
            del self._files[next(iter(self._files))]
        return token

    def get(self, token: object) -> MemberFile:
        """Raises LookupError. The file stays: what refused it might be fixed and sent again."""
        if not isinstance(token, str) or token not in self._files:
            raise LookupError("that file is no longer here; choose it again")
        return self._files[token]
