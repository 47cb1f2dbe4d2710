"""The stand-ins' time: real time plus what a test has moved it by."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Gives aware UTC datetimes that follow real time and can be moved forwards.

    Whatever depends on time (interaction tokens, nonce windows, link expiry, generations) asks
    this object when it is looked at, so that a moved clock takes effect at once.
    """

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The current moment, aware and in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds. Raises ValueError for a negative number: time only passes."""
        if seconds < 0:
            raise ValueError(f"the clock can't go back (by {seconds} s)")
        self._ahead += timedelta(seconds=seconds)
