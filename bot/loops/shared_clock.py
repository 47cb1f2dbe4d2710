"""One clock for all processes on one database.

Leases, heartbeats and due times are written by one host and compared by another, whose own clock
may be minutes off. PostgreSQL's clock is the one that all can ask; a SQLite file has one process.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.clock import Clock, utc_now
from bot.said_once import SaidOnce

# A host's clock that is so far off is worth a line in the log.
WORTH_TELLING = timedelta(seconds=5)
# An answer that took longer tells less than what is known already: half of it may be the error.
SLOW = timedelta(seconds=2)

log = logging.getLogger(__name__)


class SharedClock:
    """This host's clock, corrected by how far it was off the database's at the last heartbeat."""

    def __init__(self, own: Clock = utc_now) -> None:
        self._own = own
        self._offset = timedelta(0)
        self._is_set = False
        self._said = SaidOnce(log)

    def __call__(self) -> datetime:
        """Aware UTC. May step back by what the last correction was off, usually milliseconds."""
        return self._own() + self._offset

    async def set_by(self, ask: Callable[[], Awaitable[datetime]]) -> None:
        """Correct it by the database's clock."""
        asked_at = self._own()
        told = await ask()
        took = self._own() - asked_at
        # Less than nothing if this host's own clock was set back meanwhile.
        if self._is_set and not timedelta(0) <= took <= SLOW:
            took_s = f"{took.total_seconds():.1f} s"
            self._said.say(
                "slow", "the database took %s to tell the time", took_s, level=logging.INFO
            )
            return
        self._said.over("slow", "the database tells the time in time again")
        # Half of the way there and back, which is all that can be known of it.
        offset = told - (asked_at + took / 2)
        if abs(offset - self._offset) > WORTH_TELLING:
            log.warning(
                "this host's clock is %+.0f s off the database's, which is the one that counts",
                -offset.total_seconds(),
            )
        self._offset = offset
        self._is_set = True
