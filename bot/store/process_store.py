"""Which processes are alive. What a dead one had claimed is free for the others."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.database.queries import Queries
from bot.store.database.tables import UtcDateTime, processes

ALIVE_S = 20.0
_SERVERS_CLOCK = sa.select(sa.func.clock_timestamp(type_=UtcDateTime))


class ProcessStore(Queries):
    """Owns the queries on processes."""

    def __init__(self, engine: AsyncEngine, worker_id: str) -> None:
        super().__init__(engine)
        self._worker_id = worker_id

    @contextlib.asynccontextmanager
    async def database_clock(self) -> AsyncIterator[Callable[[], Awaitable[datetime]] | None]:
        """What asks for the server's time (aware UTC), on a connection that it need not wait for.

        All processes can ask for it; `None` for SQLite, which has no server.
        """
        if self._engine.dialect.name != "postgresql":
            yield None
            return
        async with self._engine.connect() as connection:

            async def ask() -> datetime:
                moment: datetime = (await connection.execute(_SERVERS_CLOCK)).scalar_one()
                return moment

            yield ask

    async def beat(self, now: datetime) -> int:
        """Say that this process is alive for another `ALIVE_S`; how many are, with it."""
        until = now + timedelta(seconds=ALIVE_S)
        mine = processes.c.id == self._worker_id
        async with self._engine.begin() as connection:
            last = sa.select(processes.c.alive_until).where(mine)
            last_until = (await connection.execute(last)).scalar()
            if last_until is None:
                await self._enter(connection, until, now)
            else:
                beats = mine if last_until > now else _alive_with(last_until)
                await connection.execute(
                    sa.update(processes).where(sa.or_(mine, beats)).values(alive_until=until)
                )
            alive = sa.select(sa.func.count()).where(processes.c.alive_until > now)
            return int((await connection.execute(alive)).scalar_one())

    async def _enter(self, connection: AsyncConnection, until: datetime, now: datetime) -> None:
        # The long dead are of no use to anybody.
        gone = now - timedelta(days=1)
        await connection.execute(sa.delete(processes).where(processes.c.alive_until < gone))
        new = sa.insert(processes).values(id=self._worker_id, alive_until=until)
        await connection.execute(new)

    async def leave(self) -> None:
        """This process ends: what it still has claimed is free at once."""
        await self._change(sa.delete(processes).where(processes.c.id == self._worker_id))

    async def outlive_others(self) -> None:
        """For a process that knows it is the only one: all others are dead."""
        await self._change(sa.delete(processes).where(processes.c.id != self._worker_id))


def _alive_with(last_until: datetime) -> sa.ColumnElement[bool]:
    """Those that were alive when this process last was, which nobody could say since then.

    It was the database that was away, or this process stood still. The others get the time to
    beat before anybody takes over what they work on.
    """
    return processes.c.alive_until > last_until - timedelta(seconds=ALIVE_S)
