"""What is spent of the budgets: sums of rows, never counters, which would drift.

A job counts in the period in which it was submitted: with its cost, or with its hold while that
is unknown. What isn't submitted yet has no `submitted_at`, and its hold counts as if it were
submitted now.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budgets import Budgets, BudgetUsedUp, Left, Period
from bot.domain.jobs import JobState
from bot.store.database.queries import Queries
from bot.store.database.tables import UtcDateTime, jobs

HOLD = sa.func.coalesce(jobs.c.held_credits, 0)
WAITS = jobs.c.state.in_((JobState.RECEIVED, JobState.QUEUED))
# Credits held for what is not submitted yet.
HELD = sa.func.coalesce(sa.func.sum(sa.case((WAITS, HOLD), else_=0)), 0).label("held")


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
    if not budgets.limits:
        return []
    used = (await connection.execute(_SUBMITTED, beginnings(budgets, now))).one()
    return left_of(used, budgets, now)


def beginnings(budgets: Budgets, now: datetime) -> Mapping[str, datetime]:
    """The parameters of `submitted`."""
    limits = dict(budgets.limits)
    # Nothing need be added up for a period that has no budget: it begins once it is over.
    began = {str(p): p.began_at(now) if p in limits else p.ends_at(now) for p in Period}
    return began | {"since": min(began.values())}


def left_of(used: sa.Row[Any], budgets: Budgets, now: datetime, *, held: int = 0) -> Sequence[Left]:
    """What is left by a row of `submitted`, and if so much is held besides."""
    spent = used._mapping
    return [
        Left(
            period=period,
            credits=limit - int(spent[period]) - held,
            ends_at=period.ends_at(now),
        )
        for period, limit in budgets.limits
    ]


def check_budgets(budgets: Budgets, price: int, used: sa.Row[Any], now: datetime) -> None:
    """Raise `BudgetUsedUp` unless all that is spent or held fits, by a row of `submitted` and
    `HELD`. Of that, `price` credits are what this transaction has just put down."""
    for period, limit in budgets.limits:
        if price > limit:
            raise BudgetUsedUp(period, None)
    for one in left_of(used, budgets, now, held=int(used.held)):
        if one.credits < 0:
            raise BudgetUsedUp(one.period, one.ends_at)


def submitted(*which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Credits of what was submitted since each period began. `which` jobs are all, or a server's.

    A single statement, with what is held if that's wanted: a job that is just being submitted must
    be in one of the sums.
    """
    cost = sa.func.coalesce(jobs.c.cost_credits, HOLD)
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((_submitted_since(period), cost), else_=0)), 0)
        for period in Period
    ]
    named = [total.label(period) for total, period in zip(sums, Period, strict=True)]
    return sa.select(*named).where(_submitted_since("since"), *which)


def _submitted_since(name: str) -> sa.ColumnElement[bool]:
    return jobs.c.submitted_at >= sa.bindparam(name, type_=UtcDateTime)


# Built once: that takes longer than running it.
_SUBMITTED = submitted()
