"""Forgetting in time: kept files, dead links, old drafts, and what the killed left."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.said_once import SaidOnce
from bot.scratch import sweep_abandoned
from bot.store.draft_store import DraftStore
from bot.store.held_store import HeldStore
from bot.store.reference_store import ReferenceStore
from bot.workers.worker import Clock

EVERY_S = 600.0
LINK_LIFE = timedelta(days=2)  # Discord's live for about one, and none is newer than its job
DRAFT_LIFE = timedelta(days=7)  # the private answers that lead to them live for hours

log = logging.getLogger(__name__)


class Janitor:
    """Tidies up now and then."""

    def __init__(
        self,
        held: HeldStore,
        references: ReferenceStore,
        drafts: DraftStore,
        *,
        held_days: float,
        clock: Clock,
    ) -> None:
        self._held = held
        self._references = references
        self._drafts = drafts
        self._held_for = timedelta(days=held_days)
        self._clock = clock
        self._said = SaidOnce(log)

    async def run_once(self) -> None:
        """Tidy up now."""
        if swept := await asyncio.to_thread(sweep_abandoned):
            log.info("deleted %d temporary folders of processes that are dead", swept)
        await self._references.forget_links(self._clock() - LINK_LIFE)
        await self._drafts.forget_before(self._clock() - DRAFT_LIFE)
        dropped = await self._held.forget(self._clock(), held_for=self._held_for)
        if dropped:
            log.info("dropped %d files that were kept for their members long enough", dropped)

    @contextlib.asynccontextmanager
    async def tidying(self) -> AsyncIterator[None]:
        """Tidy up until the block ends."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            with self._said.watching(
                "tidy", "could not tidy up, and goes on trying: %s", over="tidied up again"
            ):
                await self.run_once()
            await asyncio.sleep(EVERY_S)
