"""All that was ever spent, for those who look every minute: the past is added up seldom."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.domain.budgets import Budgets, Period
from bot.domain.money import CostSource
from bot.store.spend_days import ONE_DAY, WAITS_FOR_COSTS
from bot.store.spend_store import By, SpendStore, Spent

PAST_FRESH: Final = timedelta(hours=1)
BEGIN: Final = date(2026, 1, 1)  # no track is older


@dataclass(frozen=True, kw_only=True)
class Spending:
    """Credits: known costs of all time by model, what is held while a cost isn't known, and what
    counts towards the budgets of today and this month."""

    known: Mapping[str, int]
    held: int
    used: Mapping[Period, int]
    budgets: Budgets


class Accounts:
    """What was submitted more than three days ago is added up once an hour."""

    def __init__(self, spend: SpendStore, budgets: Budgets) -> None:
        self._spend = spend
        self._budgets = budgets
        self._past: Sequence[Spent] = ()
        self._past_until = BEGIN
        self._past_at: datetime | None = None

    async def read(self, now: datetime) -> Spending:
        """As it is at `now` (aware UTC). Raises `DatabaseTrouble`."""
        today = now.astimezone(UTC).date()
        first = today - WAITS_FOR_COSTS
        if self._past_at is None or now - self._past_at >= PAST_FRESH or first != self._past_until:
            self._past = await self._spend.spent(BEGIN, first - ONE_DAY, By.MODEL)
            self._past_until, self._past_at = first, now
        spent = [*self._past, *await self._spend.spent(first, today, By.MODEL)]
        known: Counter[str] = Counter()
        for one in spent:
            if one.source is not CostSource.ESTIMATE:
                known[str(one.of)] += one.credits
        held = sum(one.credits for one in spent if one.source is CostSource.ESTIMATE)
        return Spending(
            known=known,
            held=held + (await self._spend.waiting()).credits,
            used={
                period: await self._spend.used(period.began_at(now).date(), today)
                for period in Period
            },
            budgets=self._budgets,
        )
