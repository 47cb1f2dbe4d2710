"""All queries on jobs that have waited too long to be submitted: topping up an account must not pay
for requests of days ago."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.jobs import FailureKind, JobState, NoticeKind, check_move
from bot.domain.money import CostSource
from bot.store.database.claims import RELEASED
from bot.store.database.inserts import new_notice
from bot.store.database.queries import Queries
from bot.store.database.tables import UtcDateTime, jobs
from bot.store.database.transactions import Transactions

AT_ONCE = 200
WHY = "it waited too long"

_STALE = sa.and_(
    jobs.c.state == JobState.QUEUED,
    jobs.c.created_at <= sa.bindparam("asked_by", type_=UtcDateTime),
)
_ANY_STALE = sa.select(sa.exists().where(_STALE))
_SOME_STALE = (
    sa.select(jobs.c.id)
    .where(_STALE)
    .order_by(jobs.c.created_at, jobs.c.id)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)


class LapsingStore(Queries):
    """Owns these queries."""

    def __init__(self, engine: AsyncEngine, transactions: Transactions) -> None:
        super().__init__(engine)
        self._transactions = transactions

    async def lapse(self, asked_by: datetime, now: datetime) -> int:
        """queued → failed (lapsed), each with its notice, for what was asked for until then; how
        many. May be repeated, and run in several processes at once."""
        lapsed = 0
        while await self._value(_ANY_STALE, {"asked_by": asked_by}):
            some = await self._transactions.run(
                lambda connection: _lapse_some(connection, asked_by, now)
            )
            if not some:  # another process is at it
                break
            lapsed += some
        return lapsed


async def _lapse_some(connection: AsyncConnection, asked_by: datetime, now: datetime) -> int:
    """A few, so that nobody waits for this."""
    check_move(JobState.QUEUED, JobState.FAILED)
    ids = list((await connection.execute(_SOME_STALE, {"asked_by": asked_by})).scalars())
    failed = (
        sa.update(jobs)
        .where(jobs.c.id.in_(ids))
        .values(
            state=JobState.FAILED,
            finished_at=now,
            failure_kind=FailureKind.LAPSED,
            failure_reason=WHY,
            cost_credits=0,
            cost_source=CostSource.FREE,
            **RELEASED,
        )
    )
    await connection.execute(failed)
    for job_id in ids:
        await connection.execute(new_notice(connection, job_id, NoticeKind.FAILURE, now))
    return len(ids)
