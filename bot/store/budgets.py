"""What is spent of the budgets: sums of rows, never counters, which would drift.

A job counts in the period in which it was submitted: with its cost, or with its hold while that
is unknown. What isn't submitted yet has no `submitted_at`, and its hold counts as if it were
submitted now.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budgets import Budgets, BudgetUsedUp, Left, Period
from bot.domain.jobs import JobState
from bot.store.database.advisory_locks import AdvisoryLock, advisory_lock
from bot.store.database.queries import Queries
from bot.store.database.tables import UtcDateTime, jobs

HOLD = sa.func.coalesce(jobs.c.held_credits, 0)


class BudgetStore(Queries):
    """Owns these queries."""

    async def left(self, budgets: Budgets, now: datetime) -> Sequence[Left]:
        """What may still be submitted in each period."""
        if not budgets.limits:
            return []
        async with self._engine.connect() as connection:
            return await left(connection, budgets, now)


async def left(connection: AsyncConnection, budgets: Budgets, now: datetime) -> Sequence[Left]:
    """What may still be submitted in each period that has a budget, the longest first."""
    return await _left(connection, _SUBMITTED, budgets, now)


async def check_budgets(
    connection: AsyncConnection, budgets: Budgets, price: int, now: datetime
) -> None:
    """Raise `BudgetUsedUp` unless all that is spent or held fits, with the `price` in credits that
    this transaction has just stored. Waits for other transactions that do the same."""
    if not price:
        return
    for period, limit in budgets.limits:
        if price > limit:
            raise BudgetUsedUp(period, None)
    if budgets.limits:
        await advisory_lock(connection, AdvisoryLock.BUDGET)
    for one in await _left(connection, _SUBMITTED_AND_HELD, budgets, now):
        if one.credits < 0:
            raise BudgetUsedUp(one.period, one.ends_at)


async def _left(
    connection: AsyncConnection, used: sa.Select[Any], budgets: Budgets, now: datetime
) -> Sequence[Left]:
    limits = dict(budgets.limits)
    if not limits:
        return []
    # A period without a budget is said to begin when it ends: nothing is added up for it.
    began = {str(p): p.began_at(now) if p in limits else p.ends_at(now) for p in Period}
    [row] = (await connection.execute(used, began)).all()
    spent = row._mapping
    return [
        Left(
            period=period,
            credits=limit - int(spent[period]) - int(spent["held"]),
            ends_at=period.ends_at(now),
        )
        for period, limit in limits.items()
    ]


def _submitted_in(period: Period, *which: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """Credits of what was submitted since the period began."""
    cost = sa.func.coalesce(jobs.c.cost_credits, HOLD)
    since = jobs.c.submitted_at >= sa.bindparam(period, type_=UtcDateTime)
    return sa.select(sa.func.coalesce(sa.func.sum(cost), 0)).where(since, *which).scalar_subquery()


def _used(held: sa.ColumnElement[Any], *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The sums of both periods, and what is `held` besides. `which` jobs are all, or a server's.

    A single statement, so that a job that is just being submitted is in one of the sums.
    """
    spent = [_submitted_in(period, *which).label(period) for period in Period]
    return sa.select(*spent, held.label("held"))


def _held(*which: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    """Credits held for what is not submitted yet."""
    waits = jobs.c.state.in_((JobState.RECEIVED, JobState.QUEUED))
    return sa.select(sa.func.coalesce(sa.func.sum(HOLD), 0)).where(waits, *which).scalar_subquery()


# Built once: that takes longer than running them.
_SUBMITTED = _used(sa.literal(0))
_SUBMITTED_AND_HELD = _used(_held())
