"""Reading a request body field by field, gathering the API's nested form errors on the way.

Every reader returns a value of the promised type or None; what was wrong is in `errors`, and
`FormErrors.raise_if_any` turns it into one answer with code 50035.

Discord docs: Reference > Error Messages (the shape); the inner codes are those the API sends.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from sandbox.discord.errors import ApiError

MISSING: Final = object()
_INT53 = 2**53
_SNOWFLAKE_DIGITS = 20
Number = TypeVar("Number", int, float)


@dataclass
class FormErrors:
    """The tree of errors of one form: `{"embeds": {"0": {"title": {"_errors": [...]}}}}`."""

    tree: dict[str, Any] = field(default_factory=dict)

    def add(self, path: tuple[str, ...], code: str, message: str) -> None:
        node = self.tree
        for step in path:
            node = node.setdefault(step, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        if self.tree:
            raise ApiError(400, 50035, "Invalid Form Body", self.tree)


@dataclass(frozen=True)
class Form:
    """One node of a request body: its value, where it sits, and where its errors go."""

    value: Any
    errors: FormErrors = field(default_factory=FormErrors)
    path: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Form:
        value = self.value.get(name, MISSING) if isinstance(self.value, dict) else MISSING
        return Form(value, self.errors, (*self.path, name))

    @property
    def present(self) -> bool:
        """The client sent the field, if only as null."""
        return self.value is not MISSING

    @property
    def given(self) -> bool:
        return self.value is not MISSING and self.value is not None

    def reject(self, code: str, message: str) -> None:
        self.errors.add(self.path, code, message)

    def _absent(self, required: bool) -> bool:
        if not self.given and required:
            self.reject("BASE_TYPE_REQUIRED", "This field is required")
        return not self.given

    def text(self, *, maximum: int, minimum: int = 0, required: bool = False) -> str | None:
        """A string of `minimum` to `maximum` code points; numbers are taken as the API does."""
        if self._absent(required):
            return None
        if isinstance(self.value, dict | list):
            self.reject("STRING_TYPE_CONVERT", "Could not interpret the value as string.")
            return None
        # A lone surrogate is legal JSON, yet cannot be sent on as UTF-8.
        text = str(self.value).encode("utf-8", "replace").decode()
        if len(text) > maximum and minimum == 0:
            self.reject("BASE_TYPE_MAX_LENGTH", f"Must be {maximum} or fewer in length.")
        elif not minimum <= len(text) <= maximum:
            self.reject(
                "BASE_TYPE_BAD_LENGTH", f"Must be between {minimum} and {maximum} in length."
            )
        return text

    def integer(
        self, *, minimum: int = -_INT53, maximum: int = _INT53, required: bool = False
    ) -> int | None:
        if self._absent(required):
            return None
        try:
            number = int(self.value)
        except (TypeError, ValueError, OverflowError):
            self.reject("NUMBER_TYPE_COERCE", f'Value "{_clip(self.value)}" is not int.')
            return None
        return self._in_range(number, minimum, maximum, "int")

    def number(
        self, *, minimum: float = -_INT53, maximum: float = _INT53, required: bool = False
    ) -> float | None:
        if self._absent(required):
            return None
        try:
            number = float(self.value)
        except (TypeError, ValueError, OverflowError):
            self.reject("NUMBER_TYPE_COERCE", f'Value "{_clip(self.value)}" is not float.')
            return None
        return self._in_range(number, minimum, maximum, "float")

    def _in_range(self, number: Number, minimum: Number, maximum: Number, kind: str) -> Number:
        if number < minimum:
            self.reject(
                "NUMBER_TYPE_MIN", f"{kind} value should be greater than or equal to {minimum}."
            )
        elif number > maximum:
            self.reject(
                "NUMBER_TYPE_MAX", f"{kind} value should be less than or equal to {maximum}."
            )
        return number

    def boolean(self, *, default: bool = False) -> bool:
        if not self.given:
            return default
        if not isinstance(self.value, bool):
            self.reject("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return self.value

    def snowflake(self, *, required: bool = False) -> int | None:
        if self._absent(required):
            return None
        text = str(self.value)
        if not (text.isascii() and text.isdigit() and len(text) <= _SNOWFLAKE_DIGITS):
            self.reject("NUMBER_TYPE_COERCE", f'Value "{_clip(self.value)}" is not snowflake.')
            return None
        return int(text)

    def choice(self, allowed: Collection[int], *, required: bool = False) -> int | None:
        number = self.integer(required=required)
        if number is not None and number not in allowed:
            listed = ", ".join(str(int(one)) for one in allowed)
            self.reject("BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
            return None
        return number

    def url(
        self, *, schemes: Collection[str], maximum: int = 2048, required: bool = False
    ) -> str | None:
        text = self.text(maximum=maximum, required=required)
        if text is None:
            return None
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in schemes:
            listed = ", ".join(repr(one) for one in schemes)
            self.reject(
                "URL_TYPE_INVALID_SCHEME",
                f'"{_clip(parts.scheme)}" is not a supported scheme. Scheme must be in ({listed}).',
            )
        elif not parts.netloc or " " in text:
            self.reject("URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return text

    def items(self, *, maximum: int, minimum: int = 0) -> list[Form]:
        """The entries of a list as forms of their own; none when the field is absent."""
        if not self.given:
            if minimum:
                self.reject("BASE_TYPE_REQUIRED", "This field is required")
            return []
        if not isinstance(self.value, list):
            self.reject("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not minimum <= len(self.value) <= maximum:
            code = "BASE_TYPE_BAD_LENGTH" if minimum else "BASE_TYPE_MAX_LENGTH"
            wording = f"between {minimum} and {maximum}" if minimum else f"{maximum} or fewer"
            self.reject(code, f"Must be {wording} in length.")
        entries = self.value[:maximum]
        return [Form(each, self.errors, (*self.path, str(i))) for i, each in enumerate(entries)]

    def mapping(self, *, required: bool = False) -> bool:
        """Whether there is an object to read; anything else that was sent is an error."""
        if self._absent(required):
            return False
        if not isinstance(self.value, dict):
            self.reject("MODEL_TYPE_CONVERT", "Expected an object/dictionary.")
            return False
        return True


def _clip(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode()[:100]
