"""Requests that were cancelled before they cost anything: kept for a while, then deleted."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import NamedFromClause

from bot.domain.jobs import JobState
from bot.store.database.queries import Queries
from bot.store.database.tables import held_audio, jobs, likes, notices, shares

AT_ONCE = 200
# What belongs to a job, and goes with it.
BELONGINGS = (notices, held_audio, likes, shares)


class CancelledStore(Queries):
    """Owns these queries."""

    async def forget_before(self, moment: datetime) -> int:
        """Delete those that ended before `moment` (aware UTC); how many there were.

        One that another job names stays, and variations stay or go together: their card shows all
        of them. May be repeated.
        """
        deleted = 0
        while found := await self._forget_some(moment):
            deleted += found
        return deleted

    async def _forget_some(self, moment: datetime) -> int:
        """A few requests, so that nobody waits for this."""
        chosen = sa.select(_REQUEST).distinct().where(_forgettable(jobs, moment), ~_needed(moment))
        async with self._engine.begin() as connection:
            requests = list((await connection.execute(chosen.limit(AT_ONCE))).scalars())
            of_them = sa.select(jobs.c.id).where(_REQUEST.in_(requests))
            job_ids = list((await connection.execute(of_them)).scalars()) if requests else []
            for table in BELONGINGS if job_ids else ():
                await connection.execute(sa.delete(table).where(table.c.job_id.in_(job_ids)))
            await connection.execute(sa.delete(jobs).where(jobs.c.id.in_(job_ids)))
        return len(job_ids)


# What one request made: a job, or the jobs of its variations.
_REQUEST = sa.func.coalesce(jobs.c.batch_id, jobs.c.id)


def _forgettable(table: NamedFromClause, moment: datetime) -> sa.ColumnElement[bool]:
    """Cancelled before the provider took it, and long ago."""
    columns: Any = table.c
    return sa.and_(
        columns.state == JobState.CANCELLED,
        columns.generation_id.is_(None),
        columns.finished_at < moment,
    )


def _needed(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether one of its variations stays, or a job was made from it."""
    take, child = jobs.alias("take"), jobs.alias("child")
    stays = sa.exists().where(take.c.batch_id == jobs.c.batch_id, ~_forgettable(take, moment))
    of_any = sa.select(take.c.id).where(take.c.batch_id == jobs.c.batch_id)
    named = [
        sa.exists().where(sa.or_(column == jobs.c.id, column.in_(of_any)))
        for column in (child.c.parent_id, child.c.retry_of)
    ]
    return sa.or_(stays, *named)
