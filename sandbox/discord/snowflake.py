"""Snowflakes: 64 bit ids that carry the moment they were made.

Discord docs: Reference > Snowflakes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.clock import Clock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_TIMESTAMP_SHIFT = 22


def snowflake_at(moment: datetime) -> int:
    """The smallest snowflake of that millisecond."""
    return (moment - EPOCH) // timedelta(milliseconds=1) << _TIMESTAMP_SHIFT


def created_at(snowflake: int) -> datetime:
    return EPOCH + timedelta(milliseconds=snowflake >> _TIMESTAMP_SHIFT)


class Snowflakes:
    """Hands out ids that always grow, so that sorting by id is sorting by age."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        self._last = max(self._last + 1, snowflake_at(self._clock.now()))
        return self._last
