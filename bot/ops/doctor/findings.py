"""What checks find, and how it is shown."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.settings import Settings


class Level(StrEnum):
    """How bad it is. Only `WRONG` keeps the bot from working."""

    OK = "ok"
    WARN = "WARN"
    WRONG = "WRONG"


@dataclass(frozen=True)
class Finding:
    """One line: what is so, and how to fix it where it is not well."""

    level: Level
    text: str


Check = Callable[[Settings], Awaitable[Sequence[Finding]]]


class Ill(Exception):
    """A check failed as a whole; the text says what is wrong and how to fix it."""


def ok(text: str) -> Finding:
    """All is well, or worth knowing."""
    return Finding(Level.OK, text)


def warn(text: str) -> Finding:
    """The bot works, but the host should look into this."""
    return Finding(Level.WARN, text)


def plain(text: str) -> str:
    """Foreign text without whatever could steer a terminal or begin a line of its own."""
    return "".join(char if char.isprintable() else " " for char in text)
