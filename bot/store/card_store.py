"""All queries on what the cards of waiting jobs show."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.jobs import Job
from bot.store.queue_order import AT_THE_PROVIDER, in_order
from bot.store.rows import job_from_row
from bot.store.tables import jobs


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
        places = in_order().subquery()
        moved = (
            sa.select(jobs, places.c.place)
            .join(places, places.c.id == jobs.c.id)
            .where(
                sa.func.coalesce(jobs.c.shown_place, 0) != places.c.place,
                sa.or_(
                    jobs.c.shown_at <= now - timedelta(seconds=every_s),
                    sa.and_(
                        jobs.c.shown_at.is_(None),
                        jobs.c.created_at <= now - timedelta(seconds=first_s),
                    ),
                ),
            )
            .order_by(places.c.place)
            .limit(limit)
        )
        left = (
            sa.select(jobs, sa.null().label("place"))
            .where(jobs.c.state.in_(AT_THE_PROVIDER), jobs.c.shown_place.is_not(None))
            .limit(limit)
        )
        async with self._engine.begin() as connection:
            rows = [*(await connection.execute(left)), *(await connection.execute(moved))][:limit]
            return [
                (job_from_row(row), row.place)
                for row in rows
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
