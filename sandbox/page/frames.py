"""What a tab sends: read with care, since anything can be in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 8000
_SNOWFLAKE_DIGITS = 20


class BadFrame(Exception):
    """A frame that the page itself would never send; its text says what is wrong."""


@dataclass(frozen=True)
class Frame:
    """One request: its number, the operation and the fields."""

    id: int
    op: str
    fields: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> Frame:
        """Raises BadFrame."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise BadFrame("no JSON") from None
        if not isinstance(value, dict):
            raise BadFrame("no object")
        number, op = value.get("id"), value.get("op")
        if not isinstance(number, int) or not isinstance(op, str):
            raise BadFrame("no id or op")
        return cls(number, op, value)

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise BadFrame(f"{name} must be a text")
        return value

    def snowflake(self, name: str) -> int:
        value = self.text(name)
        if not (value.isascii() and value.isdigit() and len(value) <= _SNOWFLAKE_DIGITS):
            raise BadFrame(f"{name} must be an id")
        return int(value)

    def optional_snowflake(self, name: str) -> int | None:
        return None if self.fields.get(name) is None else self.snowflake(name)

    def texts(self, name: str) -> list[str]:
        value = self.fields.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadFrame(f"{name} must be a list of texts")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.fields.get(name, {})
        if not isinstance(value, dict):
            raise BadFrame(f"{name} must be an object")
        return value
