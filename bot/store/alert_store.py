"""What the host is to be told, or was: a row for as long as its cause lasts.

Whoever claims a row tells the host; the others leave it alone. When the cause is over, the row
goes, so that the next time is another row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.causes import DELAYING
from bot.store.database.inserts import insert_missing
from bot.store.database.tables import alerts, processes
from bot.store.database.transactions import Transactions


@dataclass(frozen=True, kw_only=True)
class Alert:
    """`place` tells apart what one cause can have several of (machines, days); else it's empty."""

    cause: str
    place: str
    began_at: datetime
    told_at: datetime | None


class AlertStore:
    """Owns the queries on alerts. All may be repeated."""

    def __init__(self, engine: AsyncEngine, transactions: Transactions, worker_id: str) -> None:
        self._engine = engine
        self._transactions = transactions
        self._worker_id = worker_id

    async def standing(self) -> dict[tuple[str, str], Alert]:
        """All whose cause lasts, told or not, by cause and place."""
        columns = (alerts.c.cause, alerts.c.place, alerts.c.began_at, alerts.c.told_at)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(sa.select(*columns))).all()
        return {(row.cause, row.place): Alert(**row._mapping) for row in rows}

    async def host_knows(self) -> bool:
        """Whether the host was told of what delays requests, and it lasts."""
        delays = alerts.c.cause.in_(DELAYING)
        told = sa.select(sa.exists().where(alerts.c.told_at.is_not(None), delays))
        async with self._engine.connect() as connection:
            return bool((await connection.execute(told)).scalar())

    async def claim(
        self, cause: str, place: str, now: datetime, *, lease_s: float
    ) -> datetime | None:
        """Take it to tell the host of it: since when it lasts; `None` if that is not for us."""
        mine = sa.and_(alerts.c.cause == cause, alerts.c.place == place)
        is_free = sa.or_(alerts.c.claimed_until.is_(None), alerts.c.claimed_until <= now)

        async def claim(connection: AsyncConnection) -> datetime | None:
            new = {"cause": cause, "place": place, "began_at": now}
            await connection.execute(insert_missing(connection, alerts).values(**new))
            taken = (
                sa.update(alerts)
                .where(mine, alerts.c.told_at.is_(None), is_free)
                .values(claimed_until=now + timedelta(seconds=lease_s))
                .returning(alerts.c.began_at)
            )
            began_at: datetime | None = (await connection.execute(taken)).scalar()
            return began_at

        return await self._transactions.run(claim)

    async def told(self, cause: str, place: str, now: datetime) -> None:
        """The host knows; nobody else tells it while the cause lasts."""
        which = sa.and_(alerts.c.cause == cause, alerts.c.place == place)
        async with self._engine.begin() as connection:
            await connection.execute(sa.update(alerts).where(which).values(told_at=now))

    async def over(self, cause: str, place: str) -> None:
        """The cause is over. When it comes back, it is another one."""
        which = sa.and_(alerts.c.cause == cause, alerts.c.place == place)
        async with self._engine.begin() as connection:
            await connection.execute(sa.delete(alerts).where(which))

    async def is_first(self, now: datetime) -> bool:
        """Whether, of all living processes, ours is the one that does what only one should."""
        first = sa.select(sa.func.min(processes.c.id)).where(processes.c.alive_until > now)
        async with self._engine.connect() as connection:
            return bool((await connection.execute(first)).scalar() == self._worker_id)
