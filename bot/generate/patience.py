"""How long jobs wait: what waits too long lapses, and whoever waits for a budget is told."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.budgets import Budgets
from bot.domain.jobs import FailureKind, NoticeKind
from bot.loops.wakeups import Wakeup, Wakeups
from bot.metrics import Metrics
from bot.store.budgets import BudgetStore
from bot.store.lapsing import LapsingStore
from bot.store.notice_store import NoticeStore

TELL_AGAIN_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What waiting jobs wait for, and for how long."""

    budgets: Budgets
    lapse_after: timedelta


@dataclass(eq=False)
class Patience:
    """Looks at waiting jobs before each claim. Methods may be repeated, in all processes."""

    terms: Terms
    lapsing: LapsingStore
    budgets: BudgetStore
    notices: NoticeStore
    wakeups: Wakeups
    clock: Clock
    metrics: Metrics
    _tell_again_at: datetime | None = field(init=False, default=None)

    async def look(self) -> None:
        """Give up what was asked for too long ago, and tell members who wait for a budget."""
        await self._lapse()
        if self.terms.budgets.limits:
            await self._tell()

    async def _lapse(self) -> None:
        now = self.clock()
        if lapsed := await self.lapsing.lapse(now - self.terms.lapse_after, now):
            log.warning(
                "%d requests waited too long to be submitted and were given up, free of charge",
                lapsed,
            )
            self.metrics.failed(FailureKind.LAPSED, lapsed)
            self.wakeups.wake(Wakeup.DELIVER)

    async def _tell(self) -> None:
        """Each member once in each channel; repeated now and then, as others start to wait."""
        now = self.clock()
        if self._tell_again_at and now < self._tell_again_at:
            return
        self._tell_again_at = now + timedelta(seconds=TELL_AGAIN_S)
        least = min(one.credits for one in await self.budgets.left(self.terms.budgets, now))
        if await self.notices.add_to_waiting(NoticeKind.DELAYED, now, since=now, dearer_than=least):
            self.wakeups.wake(Wakeup.DELIVER)
