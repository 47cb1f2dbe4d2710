"""Forgetting in time: kept files, dead links, old drafts, and what came to nothing."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta

from bot.background import running
from bot.clock import Clock
from bot.machine.scratch import sweep_abandoned
from bot.said_once import SaidOnce
from bot.store.stores import Stores

EVERY_S = 600.0
SPEND_DAYS = "spend days"  # the turn of those who add them up
LINK_LIFE = timedelta(days=2)  # Discord's live for about one, and none is newer than its job
DRAFT_LIFE = timedelta(days=7)  # the private answers that lead to them live for hours
CANCELLED_LIFE = timedelta(days=7)  # of requests that were never paid for

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Janitor:
    """Tidies up now and then."""

    stores: Stores
    held_days: float
    clock: Clock
    _said: SaidOnce = field(init=False, default_factory=lambda: SaidOnce(log))

    async def run_once(self) -> None:
        """Tidy up now."""
        if swept := await asyncio.to_thread(sweep_abandoned):
            log.info("deleted %d temporary folders of processes that are dead", swept)
        now, stores = self.clock(), self.stores
        await stores.references.forget_links(now - LINK_LIFE)
        await stores.drafts.forget_before(now - DRAFT_LIFE)
        if forgotten := await stores.cancelled.forget_before(now - CANCELLED_LIFE):
            log.info("deleted %d requests that were cancelled before they cost anything", forgotten)
        dropped = await stores.held.forget(now, held_for=timedelta(days=self.held_days))
        if dropped:
            log.info("dropped %d files that were kept for their members long enough", dropped)
        if await stores.turns.take(SPEND_DAYS, now, lease_s=EVERY_S):
            await stores.spend_days.add_up(now)
            await stores.turns.done(SPEND_DAYS, now + timedelta(seconds=EVERY_S))

    def tidying(self) -> AbstractAsyncContextManager[None]:
        """Tidy up until the block ends."""
        return running(self._run())

    async def _run(self) -> None:
        while True:
            with self._said.watching(
                "tidy", "could not tidy up, and goes on trying: %s", over="tidied up again"
            ):
                await self.run_once()
            await asyncio.sleep(EVERY_S)
