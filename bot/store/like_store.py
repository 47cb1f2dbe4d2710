"""All queries on likes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.card_edits import mark_card
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import select_job
from bot.store.database.tables import likes
from bot.store.database.transactions import Transactions

DRAWN_AFTER = timedelta(seconds=3)


@dataclass(frozen=True, kw_only=True)
class Likes:
    """How many members like a track now, and whether the one who just pressed is among them."""

    count: int
    liked: bool


class LikeStore(Queries):
    """Who likes which track: each member once."""

    def __init__(self, engine: AsyncEngine, transactions: Transactions) -> None:
        super().__init__(engine)
        self._transactions = transactions

    async def toggle(self, job_id: str, member_id: int, now: datetime) -> Likes:
        """Like it, or take the like back. The card of variations, which shows the favourite, is
        drawn with all that is liked within some seconds."""
        own = sa.and_(likes.c.job_id == job_id, likes.c.member_id == member_id)
        new = {"job_id": job_id, "member_id": member_id, "liked_at": now}

        async def toggle(connection: AsyncConnection) -> Likes:
            # Locks the job, so that presses at the same moment follow each other.
            job = (await connection.execute(select_job(job_id).with_for_update())).one()
            taken_back = (await connection.execute(sa.delete(likes).where(own))).rowcount
            if not taken_back:
                await connection.execute(sa.insert(likes).values(new))
            if job.batch_id is not None:
                await mark_card(connection, job_id, now + DRAWN_AFTER)
            count = (await connection.execute(_count(job_id))).scalar_one()
            return Likes(count=count, liked=not taken_back)

        return await self._transactions.run(toggle)

    async def count(self, job_id: str) -> int:
        """How many members like a track."""
        return int(await self._value(_count(job_id)))


def _count(job_id: str) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(likes).where(likes.c.job_id == job_id)
