"""What may be spent in a day and in a month, both in UTC, and what's said when it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.errors import ComposeError


class Period(StrEnum):
    """How long a budget is for."""

    DAY = "day"
    MONTH = "month"

    def began_at(self, now: datetime) -> datetime:
        """The beginning of the one that `now` (aware) is in."""
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight if self is Period.DAY else midnight.replace(day=1)

    def ends_at(self, now: datetime) -> datetime:
        """The beginning of the next one."""
        began_at = self.began_at(now)
        if self is Period.DAY:
            return began_at + timedelta(days=1)
        return (began_at + timedelta(days=32)).replace(day=1)  # no month is longer


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """Credits that may be spent in a day and in a month; 0 means no limit."""

    per_day: int = 0
    per_month: int = 0

    @property
    def limits(self) -> Sequence[tuple[Period, int]]:
        """Those that are set; the month comes first, since it stays used up for longer."""
        both = ((Period.MONTH, self.per_month), (Period.DAY, self.per_day))
        return [(period, limit) for period, limit in both if limit]


NO_BUDGETS = Budgets()


@dataclass(frozen=True, kw_only=True)
class Left:
    """Credits that are left in this period, below 0 if too many are used, until it ends."""

    period: Period
    credits: int
    ends_at: datetime


class BudgetUsedUp(ComposeError):
    """A request costs more than what's left. `free_at` (UTC) is when the budget starts again;
    `None` where the request costs more than all of it, and never fits."""

    def __init__(self, period: Period, free_at: datetime | None) -> None:
        super().__init__(f"the budget for a {period} is used up")
        self.period = period
        self.free_at = free_at
