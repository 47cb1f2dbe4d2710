"""A limit on requests per second."""

import time
from collections.abc import Callable


class RateLimiter:
    """How many requests may go out now, at so many per second, without bursts after a rest."""

    def __init__(self, per_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock_s = clock_s
        self._allowance = 1.0
        self._at_s = clock_s()

    def set_rate(self, per_s: float) -> None:
        """From now on so many per second: the rate is shared with other processes."""
        self.available()
        self._per_s = per_s

    def available(self) -> int:
        """Requests that may go out right now."""
        now_s = self._clock_s()
        grown = self._allowance + (now_s - self._at_s) * self._per_s
        self._allowance = min(grown, max(self._per_s / 4, 1.0))
        self._at_s = now_s
        return int(self._allowance)

    def within(self, seconds: float) -> int:
        """Requests that may go out in so many seconds from now, with those that may right now."""
        self.available()
        return int(self._allowance + seconds * self._per_s)

    def spend(self, requests: int) -> None:
        """Count requests that went out."""
        self._allowance -= requests

    def seconds_to_next(self) -> float:
        """Until `available` is at least one."""
        self.available()
        return max(0.0, (1.0 - self._allowance) / self._per_s)
