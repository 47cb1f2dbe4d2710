"""All queries on what the cards of waiting jobs show."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.jobs import Job
from bot.store.queue_order import AT_THE_PROVIDER, in_order
from bot.store.rows import job_from_row
from bot.store.tables import jobs

# Looked for every few seconds, and large: building them anew would cost more than running them.
_AT_MOST = sa.bindparam("at_most", type_=sa.Integer)
_LEFT = (
    sa.select(jobs, sa.null().label("place"))
    .where(jobs.c.state.in_(AT_THE_PROVIDER), jobs.c.shown_place.is_not(None))
    .limit(_AT_MOST)
)
_PLACES = in_order().subquery()
_MOVED = (
    sa.select(jobs, _PLACES.c.place)
    .join(_PLACES, _PLACES.c.id == jobs.c.id)
    .where(
        sa.func.coalesce(jobs.c.shown_place, 0) != _PLACES.c.place,
        sa.or_(
            jobs.c.shown_at <= sa.bindparam("shown_by"),
            sa.and_(jobs.c.shown_at.is_(None), jobs.c.created_at <= sa.bindparam("requested_by")),
        ),
    )
    .order_by(_PLACES.c.place)
    .limit(_AT_MOST)
)


class CardStore:
    """Owns the queries on the places in the queue that cards show."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(
        self, limit: int, now: datetime, *, first_s: float, every_s: float
    ) -> list[tuple[Job, int | None]]:
        """Jobs whose card shows an old place in the queue, each with its place now.

        `None` for those that left the queue. A card is due `first_s` after the request, and then
        at most every `every_s`. It counts as shown from here on, also for other processes.
        """
        due = {
            "requested_by": now - timedelta(seconds=first_s),
            "shown_by": now - timedelta(seconds=every_s),
            "at_most": limit,
        }
        async with self._engine.begin() as connection:
            left = (await connection.execute(_LEFT, {"at_most": limit})).all()
            moved = (await connection.execute(_MOVED, due)).all()
            return [
                (job_from_row(row), row.place)
                for row in [*left, *moved][:limit]
                if await self._shows(connection, row, now)
            ]

    async def _shows(self, connection: AsyncConnection, row: Any, now: datetime) -> bool:
        """Note what the card will show; `False` when another process was faster."""
        unchanged = (
            jobs.c.shown_at.is_(None) if row.shown_at is None else jobs.c.shown_at == row.shown_at
        )
        statement = sa.update(jobs).where(jobs.c.id == row.id, unchanged)
        result = await connection.execute(statement.values(shown_place=row.place, shown_at=now))
        return result.rowcount == 1
