"""Keeps prices up to date: one process reads the list for all, and each reads what is stored.

Reading it costs nothing, and nothing waits for it: without it, prices are as they were.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.background import running
from bot.clock import Clock
from bot.domain.models import MODELS
from bot.errors import Trouble
from bot.money.prices import Prices
from bot.provider.client import Provider
from bot.said_once import SaidOnce
from bot.store.stores import Stores
from bot.store.turn_store import Turn

TURN: Final = "prices"
LOOK_EVERY_S: Final = 60.0
READ_EVERY: Final = timedelta(hours=6)
TRY_AGAIN_AFTER: Final = timedelta(minutes=5)
LEASE_S: Final = 120.0  # longer than the provider may take to answer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PriceKeeper:
    """Reads the list every six hours, after a failure every five minutes."""

    prices: Prices
    stores: Stores
    provider: Provider
    clock: Clock
    _said: SaidOnce = field(init=False, default_factory=lambda: SaidOnce(log))

    async def run_once(self) -> None:
        """Read the list if it is time and nobody else does, then what is stored."""
        turn = await self.stores.turns.take(TURN, self.clock(), lease_s=LEASE_S)
        if turn:
            await self._read(turn)
        await self.prices.reload()

    @contextlib.asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Know at once what is stored, and keep up to date within the block."""
        await self.prices.reload()
        async with running(self._run()):
            yield

    async def _run(self) -> None:
        while True:
            with self._said.watching(
                "look", "prices can't be updated: %s", over="prices can be updated again"
            ):
                await self.run_once()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _read(self, turn: Turn) -> None:
        # An ETag speaks of the models that were asked for, which another version can have changed.
        is_whole = (await self.stores.prices.listed()).keys() == MODELS.keys()
        try:
            found = await self.provider.prices(MODELS, turn.memo if is_whole else None)
        except Trouble as error:
            self._said.say("read", "the provider's prices can't be read: %s", error)
            again_at = self.clock() + TRY_AGAIN_AFTER
            await self.stores.turns.done(TURN, again_at, memo=turn.memo)
            return
        self._said.over("read", "the provider's prices can be read again")
        if found:
            await self.stores.prices.replace(MODELS, found.pricing)
        etag = found.etag if found else turn.memo
        await self.stores.turns.done(TURN, self.clock() + READ_EVERY, memo=etag)
