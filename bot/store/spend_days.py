"""What was spent on days that are over, added up once.

A day is made from its jobs, and again when the cost of one of them changes. Until it is made, its
jobs tell what was spent (`bot.store.spend_store`).
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.money import CostSource
from bot.store.database.advisory_locks import AdvisoryLock, advisory_lock
from bot.store.database.engine import reading
from bot.store.database.tables import jobs, spend_days
from bot.store.database.transactions import Transactions

ONE_DAY: Final = timedelta(days=1)
# So long a day waits for the costs of its jobs to be known.
WAITS_FOR_COSTS: Final = timedelta(days=3)
# Older days that aren't added up stay that way: their jobs say the same.
LOOKS_BACK: Final = timedelta(days=100)

# What a submitted job is counted with. What was free has none, nor what is older than costs are.
AMOUNT: Final = sa.func.coalesce(jobs.c.cost_credits, jobs.c.held_credits)
SOURCE: Final = sa.func.coalesce(
    jobs.c.cost_source, sa.literal_column(f"'{CostSource.ESTIMATE}'", sa.String)
)
# No server is 0: no part of a key can be null.
GUILD_ID: Final = sa.func.coalesce(jobs.c.guild_id, sa.literal_column("0", sa.BigInteger))


def start_of(day: date) -> datetime:
    """Its first moment, in UTC."""
    return datetime.combine(day, time(), UTC)


def submitted_on(day: date) -> sa.ColumnElement[bool]:
    """Of jobs: whether they belong to this day, in UTC."""
    return sa.and_(
        jobs.c.submitted_at >= start_of(day), jobs.c.submitted_at < start_of(day + ONE_DAY)
    )


def whole_sum(amount: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """A sum that PostgreSQL counts in whole numbers, too."""
    return sa.cast(sa.func.sum(amount), sa.BigInteger)


async def days_by_jobs(connection: AsyncConnection, first: date, last: date) -> list[date]:
    """Those between them, both included, that aren't added up, from the first job on."""
    since = (jobs.c.submitted_at >= start_of(first), AMOUNT > 0)
    oldest = await connection.scalar(sa.select(sa.func.min(jobs.c.submitted_at)).where(*since))
    if oldest is None:
        return []
    begin = oldest.astimezone(UTC).date()
    made = sa.select(spend_days.c.day).where(spend_days.c.day.between(begin, last)).distinct()
    known = set((await connection.execute(made)).scalars())
    days = (begin + timedelta(days=at) for at in range((last - begin).days + 1))
    return [day for day in days if day not in known]


async def forget_day(connection: AsyncConnection, moment: datetime) -> None:
    """The cost of a job that was submitted at `moment` changes in this transaction."""
    await advisory_lock(connection, AdvisoryLock.SPEND_DAYS, shared=True)
    day = moment.astimezone(UTC).date()
    await connection.execute(sa.delete(spend_days).where(spend_days.c.day == day))


class SpendDays:
    """Adds days up. May be repeated, by any number of processes."""

    def __init__(self, engine: AsyncEngine, transactions: Transactions) -> None:
        self._engine = engine
        self._transactions = transactions

    async def add_up(self, now: datetime) -> int:
        """All that are over and not added up yet, as far as it's time; how many that were."""
        today = now.astimezone(UTC).date()
        async with reading(self._engine).connect() as connection:
            missing = await days_by_jobs(connection, today - LOOKS_BACK, today - ONE_DAY)
        return sum([await self._add_up(day, today) for day in missing])

    async def _add_up(self, day: date, today: date) -> bool:
        of_day = sa.and_(submitted_on(day), AMOUNT > 0)
        unsettled = sa.exists().where(of_day, jobs.c.cost_credits.is_(None))

        async def add_up(connection: AsyncConnection) -> bool:
            # Costs that change meanwhile wait, or it waits for them.
            await advisory_lock(connection, AdvisoryLock.SPEND_DAYS)
            if day > today - WAITS_FOR_COSTS and await connection.scalar(sa.select(unsettled)):
                return False
            await connection.execute(sa.delete(spend_days).where(spend_days.c.day == day))
            return (await connection.execute(_insert(day, of_day))).rowcount > 0

        return await self._transactions.run(add_up)


def _insert(day: date, of_day: sa.ColumnElement[bool]) -> Any:
    by = (GUILD_ID, jobs.c.member_id, jobs.c.model, SOURCE)
    sums = (sa.func.count(), whole_sum(AMOUNT))
    selected = sa.select(sa.literal(day, sa.Date), *by, *sums).where(of_day).group_by(*by)
    return sa.insert(spend_days).from_select(spend_days.c.keys(), selected)
