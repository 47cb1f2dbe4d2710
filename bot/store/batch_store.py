"""All queries on variations: the jobs that were asked for together, and how they are liked."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import FINAL_KINDS, Job, Rung
from bot.store.queue_order import in_order
from bot.store.rows import job_from_row
from bot.store.tables import jobs, likes, notices

_PLACES = in_order().subquery()
_LIKES = (
    sa.select(sa.func.count()).where(likes.c.job_id == jobs.c.id).correlate(jobs).scalar_subquery()
)


@dataclass(frozen=True, kw_only=True)
class Take:
    """One variation, where its member was told of its end, and what others think of it.

    `place` is the one in the queue, while it waits there.
    """

    job: Job
    place: int | None = None
    rung: Rung | None = None
    channel_id: int | None = None
    message_id: int | None = None
    likes: int = 0


class BatchStore:
    """Owns the queries on variations."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def takes(self, batch_id: str) -> Sequence[Take]:
        """The variations of one request, in the order in which they are counted."""
        told = sa.and_(
            notices.c.job_id == jobs.c.id,
            notices.c.kind.in_(FINAL_KINDS),
            notices.c.rung.is_not(None),
        )
        statement = (
            sa.select(
                jobs,
                _PLACES.c.place,
                notices.c.rung,
                notices.c.message_channel_id,
                notices.c.message_id,
                _LIKES.label("likes"),
            )
            .select_from(
                jobs.outerjoin(notices, told).outerjoin(_PLACES, _PLACES.c.id == jobs.c.id)
            )
            .where(jobs.c.batch_id == batch_id)
            .order_by(jobs.c.take)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Take(
                job=job_from_row(row),
                place=row.place,
                rung=Rung(row.rung) if row.rung else None,
                channel_id=row.message_channel_id,
                message_id=row.message_id,
                likes=row.likes,
            )
            for row in rows
        ]
