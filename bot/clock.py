"""The time, as everything that needs it is given it: so that tests can move it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the time, aware and UTC."""


def utc_now() -> datetime:
    """This host's own clock."""
    return datetime.now(UTC)
