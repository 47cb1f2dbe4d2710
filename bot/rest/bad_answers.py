"""Answers that Discord counts against the IP address that asked.

10,000 answers of 401, 403 and 429 within ten minutes ban an address for a while (Discord docs:
Topics > Rate Limits > Invalid Request Limit). A firewall in between may give as many by itself.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp

COUNTED = frozenset({401, 403, 429})
WITHIN_S = 600.0
# Less than half: other processes may share the address, and members' answers go on.
ANSWERS_LIMIT = 4000

log = logging.getLogger(__name__)


class BadAnswers:
    """Counts them, so that what can wait does."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._came_at_s: deque[float] = deque(maxlen=ANSWERS_LIMIT)
        self._waits = False

    def watch(self, trace: aiohttp.TraceConfig) -> None:
        """Count what comes in the session that this is given to."""

        async def ended(
            _session: aiohttp.ClientSession,
            _context: SimpleNamespace,
            request: aiohttp.TraceRequestEndParams,
        ) -> None:
            self.count(request.response.status)

        trace.on_request_end.append(ended)

    def count(self, status: int) -> None:
        """Count one answer, if it is a bad one."""
        if status in COUNTED:
            self._came_at_s.append(self._clock_s())

    def few(self) -> bool:
        """Whether there is room for more; if not, what can wait has to."""
        full = len(self._came_at_s) == ANSWERS_LIMIT
        waits = full and self._clock_s() - self._came_at_s[0] < WITHIN_S
        if waits and not self._waits:
            log.warning(
                "Discord refused %d requests within ten minutes; deliveries wait", ANSWERS_LIMIT
            )
        self._waits = waits
        return not waits
