"""What the host has given: the environment, `.env`, and the files that hold secrets."""

import io
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from bot.errors import SettingsError
from bot.settings.values import bare

ENV_FILE: Final = Path(".env")
ENCODING: Final = "utf-8-sig"  # Windows' editor puts a mark in front
# What may come from a file instead, whose path is in the variable with `_FILE` at its end.
MAY_BE_IN_FILES: Final = ("DISCORD_TOKEN", "AIMLAPI_KEY", "DATABASE_URL", "ALERT_WEBHOOK_URL")
SECRET_LIMIT_BYTES: Final = 1 << 16


@dataclass(frozen=True)
class Line:
    """A line of `.env`. `name` is empty where it can't be read as `NAME=value`."""

    number: int
    name: str


@dataclass(frozen=True)
class Given:
    """Names are in capitals."""

    environment: Mapping[str, str]
    file: Mapping[str, str]
    lines: Sequence[Line]

    @classmethod
    def read(cls) -> Self:
        """Raises `SettingsError` where `.env` can't be read."""
        # That a line can't be read is said by us.
        logging.getLogger("dotenv.main").setLevel(logging.ERROR)
        text = _text()
        values = dotenv_values(stream=io.StringIO(text))
        return cls(
            environment={name.upper(): value for name, value in os.environ.items()},
            file={name.upper(): value or "" for name, value in values.items()},
            lines=[
                Line(_number(binding), _name(binding))
                for binding in parse_stream(io.StringIO(text))
                if binding.key or binding.error
            ],
        )

    def value(self, name: str) -> str:
        """What counts: the environment wins, and what is empty is not set."""
        return bare(self.environment.get(name, "")) or bare(self.file.get(name, ""))


def _text() -> str:
    try:
        return ENV_FILE.read_text(ENCODING) if ENV_FILE.is_file() else ""
    except UnicodeDecodeError:
        raise SettingsError([".env is not UTF-8 text; save it again as such"]) from None
    except OSError as error:
        raise SettingsError([f".env can't be read ({error.strerror})"]) from None


def _name(binding: Binding) -> str:
    """Nothing where there is no equals sign: what stands there may be a value alone."""
    return "" if binding.value is None else (binding.key or "").upper()


def _number(binding: Binding) -> int:
    """The line that it begins in; the parser counts the empty ones before it in."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def secrets_in_files(given: Given) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What the files hold that `NAME_FILE` names, and what is wrong with them, both by `NAME`."""
    found, wrong = {}, {}
    for name in MAY_BE_IN_FILES:
        path = given.value(f"{name}_FILE")
        if not path:
            continue
        try:
            found[name] = _secret_in(Path(path), beside=given.value(name))
        except ValueError as error:
            wrong[name] = f"{name}_FILE {error} (for example: /run/secrets/{name.lower()})"
    return found, wrong


def _secret_in(path: Path, *, beside: str) -> str:
    """Raises `ValueError` with the end of a sentence that names no content."""
    if beside:
        raise ValueError("is set, and so is the variable without _FILE: keep one of the two")
    try:
        with path.open("rb") as file:
            text = bare(file.read(SECRET_LIMIT_BYTES).decode(ENCODING))
    except UnicodeDecodeError:
        raise ValueError("names a file that is not UTF-8 text") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such path"
        raise ValueError(f"names a file that can't be read: {reason}") from None
    if not text:
        raise ValueError("names a file with nothing in it")
    return text
