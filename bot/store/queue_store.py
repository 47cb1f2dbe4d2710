"""All queries on what waits and runs, as members ask for it, and on what they have left today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import Job, JobState
from bot.store.queue_order import AT_THE_PROVIDER, in_order
from bot.store.receiving import COUNTED, DAY
from bot.store.rows import job_from_row
from bot.store.tables import jobs

_UNDER_WAY = (JobState.QUEUED, *AT_THE_PROVIDER)
_PLACES = in_order().subquery()


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """A job that waits, at this place in the queue, or runs (`None`)."""

    job: Job
    place: int | None


class QueueStore:
    """Owns the queries on jobs under way. Nothing here changes anything."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of_member(self, member_id: int, *, limit: int) -> list[UnderWay]:
        """A member's jobs on all servers, oldest first."""
        return await self._under_way(jobs.c.member_id == member_id, limit=limit)

    async def of_server(
        self, guild_id: int, channel_ids: Collection[int], *, limit: int
    ) -> list[UnderWay]:
        """All members' public jobs in these channels of a server, oldest first."""
        here = sa.and_(
            jobs.c.guild_id == guild_id, jobs.c.channel_id.in_(channel_ids), ~jobs.c.private
        )
        return await self._under_way(here, limit=limit)

    async def _under_way(self, which: sa.ColumnElement[bool], *, limit: int) -> list[UnderWay]:
        statement = (
            sa.select(jobs, _PLACES.c.place)
            .select_from(jobs.outerjoin(_PLACES, _PLACES.c.id == jobs.c.id))
            .where(jobs.c.state.in_(_UNDER_WAY), which)
            .order_by(jobs.c.created_at, jobs.c.id)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
        return [UnderWay(job=job_from_row(row), place=row.place) for row in rows]

    async def counted_today(self, member_id: int | None, now: datetime) -> int:
        """The tracks of the last 24 hours that count towards a limit; `None` for all members'."""
        counted = sa.select(sa.func.count()).select_from(jobs)
        counted = counted.where(jobs.c.created_at > now - DAY, COUNTED)
        if member_id is not None:
            counted = counted.where(jobs.c.member_id == member_id)
        async with self._engine.connect() as connection:
            return int((await connection.execute(counted)).scalar_one())
