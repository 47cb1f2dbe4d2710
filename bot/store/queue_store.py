"""All queries on what waits and runs, as members ask for it, and on what they have left today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.domain.jobs import Job, JobState
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import job_from_row
from bot.store.database.tables import jobs
from bot.store.queue_order import AT_THE_PROVIDER, in_order
from bot.store.receiving import COUNTED, DAY

_UNDER_WAY = (JobState.QUEUED, *AT_THE_PROVIDER)
_PLACES = in_order().subquery()
# What runs comes before what waits, each in the order of its turn.
_IN_ORDER = (
    sa.func.coalesce(_PLACES.c.place, 0),
    jobs.c.submitted_at,
    jobs.c.created_at,
    jobs.c.take,
    jobs.c.id,
)


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """A job that waits, at this place in the queue, or runs (`None`)."""

    job: Job
    place: int | None


@dataclass(frozen=True, kw_only=True)
class Excerpt:
    """The first to be ready of the jobs under way that were asked for, and how many there are in
    all."""

    first: Sequence[UnderWay]
    total: int


class QueueStore(Queries):
    """Owns the queries on jobs under way. Nothing here changes anything."""

    async def of_member(self, member_id: int, *, limit: int) -> Excerpt:
        """A member's jobs on all servers, in their order."""
        return await self._under_way(jobs.c.member_id == member_id, limit=limit)

    async def of_server(
        self, guild_id: int, channel_ids: Collection[int], *, limit: int
    ) -> Excerpt:
        """All members' public jobs in these channels of a server, in their order."""
        here = sa.and_(
            jobs.c.guild_id == guild_id, jobs.c.channel_id.in_(channel_ids), ~jobs.c.private
        )
        return await self._under_way(here, limit=limit)

    async def channels_of_server(self, guild_id: int) -> set[int]:
        """The channels of a server in which public jobs are under way."""
        wanted = sa.select(jobs.c.channel_id).where(
            jobs.c.state.in_(_UNDER_WAY), jobs.c.guild_id == guild_id, ~jobs.c.private
        )
        return set(await self._values(wanted.distinct()))

    async def _under_way(self, which: sa.ColumnElement[bool], *, limit: int) -> Excerpt:
        statement = (
            sa.select(jobs, _PLACES.c.place, sa.func.count().over().label("total"))
            .select_from(jobs.outerjoin(_PLACES, _PLACES.c.id == jobs.c.id))
            .where(jobs.c.state.in_(_UNDER_WAY), which)
            .order_by(*_IN_ORDER)
            .limit(limit)
        )
        rows = await self._rows(statement)
        first = [UnderWay(job=job_from_row(row), place=row.place) for row in rows]
        return Excerpt(first=first, total=rows[0].total if rows else 0)

    async def counted_today(self, member_id: int | None, now: datetime) -> int:
        """The tracks of the last 24 hours that count towards a limit; `None` for all members'."""
        counted = sa.select(sa.func.coalesce(sa.func.sum(jobs.c.counts_as), 0))
        counted = counted.where(jobs.c.created_at > now - DAY, COUNTED)
        if member_id is not None:
            counted = counted.where(jobs.c.member_id == member_id)
        return int(await self._value(counted))
