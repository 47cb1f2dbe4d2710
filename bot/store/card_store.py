"""All queries on what the cards of waiting jobs show."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import Job
from bot.domain.models import VARIATIONS_LIMIT
from bot.store.card_edits import mark_card
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import job_from_row
from bot.store.database.tables import jobs
from bot.store.queue_order import AT_THE_PROVIDER, in_order

# Looked for every few seconds, and large: building them again would cost more than running them.
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


class CardStore(Queries):
    """Owns the queries on the places in the queue that cards show."""

    async def claim(
        self, limit: int, now: datetime, *, first_s: float, every_s: float
    ) -> list[tuple[Job, int | None]]:
        """Jobs whose card shows an old place in the queue, each with its place now.

        `None` for those that left the queue. A card is due `first_s` after the request, and then
        at most every `every_s`. It counts as shown from here on, and is due to be drawn. Of
        variations, which share a card, one stands for all whose place is an old one.
        """
        most = {"at_most": limit * VARIATIONS_LIMIT}
        due = {
            "requested_by": now - timedelta(seconds=first_s),
            "shown_by": now - timedelta(seconds=every_s),
        }
        async with self._engine.begin() as connection:
            left = (await connection.execute(_LEFT, most)).all()
            moved = (await connection.execute(_MOVED, most | due)).all()
            return [
                (job_from_row(rows[0]), rows[0].place)
                for rows in _by_card([*left, *moved])[:limit]
                if await self._shows(connection, rows, now)
            ]

    async def _shows(self, connection: AsyncConnection, rows: Sequence[Any], now: datetime) -> bool:
        """Note what a card will show; `False` when another process was faster."""
        first, *others = rows
        unchanged = jobs.c.shown_at.is_not_distinct_from(first.shown_at)
        if not (await connection.execute(_shown(first, now).where(unchanged))).rowcount:
            return False
        for row in others:
            await connection.execute(_shown(row, now))
        await mark_card(connection, first.id, now)
        return True

    async def shown_place(self, job_id: str) -> int | None:
        """The place in the queue that a job's card is to show."""
        wanted = sa.select(jobs.c.shown_place).where(jobs.c.id == job_id)
        place: int | None = await self._value(wanted)
        return place


def _by_card(rows: Iterable[Any]) -> list[list[Any]]:
    """The rows of each card together, in the order in which the cards come first."""
    cards: dict[str, list[Any]] = {}
    for row in rows:
        cards.setdefault(row.batch_id or row.id, []).append(row)
    return list(cards.values())


def _shown(row: Any, now: datetime) -> sa.Update:
    return sa.update(jobs).where(jobs.c.id == row.id).values(shown_place=row.place, shown_at=now)
