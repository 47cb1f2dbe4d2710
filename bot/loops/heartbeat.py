"""The heartbeat: keeps claims alive and the clock right, and shares the poll rate with others."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bot.background import running
from bot.errors import DatabaseTrouble
from bot.loops.rate_limiter import RateLimiter
from bot.loops.shared_clock import SharedClock
from bot.said_once import SaidOnce
from bot.store.process_store import ALIVE_S, ProcessStore

LEAVE_WITHIN_S = 1.0
BEAT_S = ALIVE_S / 4

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Heartbeat:
    """Beats until told to stop. One missed beat does no harm; four in a row cost the claims."""

    processes: ProcessStore
    rate_limiter: RateLimiter
    polls_per_s: float
    clock: SharedClock
    _said: SaidOnce = field(init=False, default_factory=lambda: SaidOnce(log))

    async def beat(self) -> None:
        """One beat, and a look at the clock that all processes share.

        The provider sees `polls_per_s` over all of them together.
        """
        async with self.processes.database_clock() as ask:
            if ask is not None:
                await self.clock.set_by(ask)
        alive = await self.processes.beat(self.clock())
        self.rate_limiter.set_rate(self.polls_per_s / max(alive, 1))

    @contextlib.asynccontextmanager
    async def beating(self, *, alone: bool) -> AsyncIterator[None]:
        """Beat from now on, and leave in good order at the end.

        `alone` says that no other process works on this database (SQLite): whatever the last one
        had claimed is free at once.
        """
        await self.beat()
        if alone:
            await self.processes.outlive_others()
        try:
            async with running(self._run()):
                yield
        finally:
            await self._leave()

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self.processes.leave()
        except (DatabaseTrouble, TimeoutError) as error:
            log.warning("the database could not be told of the end: %s", error)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            with self._said.watching(
                "beat", "a heartbeat could not be stored: %s", over="heartbeats are stored again"
            ):
                await self.beat()
