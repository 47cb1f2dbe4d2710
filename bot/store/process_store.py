"""Which processes are alive. What a dead one had claimed is free for the others."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.tables import processes

ALIVE_S = 20.0


class ProcessStore:
    """Owns the queries on processes."""

    def __init__(self, engine: AsyncEngine, worker_id: str) -> None:
        self._engine = engine
        self._worker_id = worker_id

    async def beat(self, now: datetime) -> int:
        """Say that this process is alive for another `ALIVE_S`; how many are, with it."""
        until = now + timedelta(seconds=ALIVE_S)
        mine = processes.c.id == self._worker_id
        async with self._engine.begin() as connection:
            known = await connection.execute(
                sa.update(processes).where(mine).values(alive_until=until)
            )
            if not known.rowcount:
                new = sa.insert(processes).values(id=self._worker_id, alive_until=until)
                await connection.execute(new)
                # The long dead are of no use to anybody.
                gone = now - timedelta(days=1)
                await connection.execute(sa.delete(processes).where(processes.c.alive_until < gone))
            alive = sa.select(sa.func.count()).where(processes.c.alive_until > now)
            return int((await connection.execute(alive)).scalar_one())

    async def leave(self, now: datetime) -> None:
        """This process ends: what it still has claimed is free at once."""
        async with self._engine.begin() as connection:
            await connection.execute(
                sa.update(processes)
                .where(processes.c.id == self._worker_id)
                .values(alive_until=now)
            )

    async def outlive_others(self, now: datetime) -> None:
        """For a process that knows it is the only one: all others are dead."""
        async with self._engine.begin() as connection:
            await connection.execute(
                sa.update(processes)
                .where(processes.c.id != self._worker_id)
                .values(alive_until=now)
            )
