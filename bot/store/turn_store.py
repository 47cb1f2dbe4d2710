"""What one process does for all: a row for each such task, which says when it is due again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database.claims import RELEASED, lease, seen_by, unclaimed
from bot.store.database.inserts import insert_missing
from bot.store.database.queries import Claims
from bot.store.database.row_mapping import from_row
from bot.store.database.tables import turns

# No turn is further off, unless the clock was set back: then it would not come for as long.
LONGEST: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A task that this process has to itself. `memo` is what was to be remembered of it last."""

    name: str
    due_at: datetime
    memo: str | None


class TurnStore(Claims):
    """Owns the queries on turns. All may be repeated."""

    async def take(self, name: str, now: datetime, *, lease_s: float) -> Turn | None:
        """Take the task if it is due and nobody has it. One that was never done is due at once."""
        is_due = sa.or_(turns.c.due_at <= now, turns.c.due_at > now + LONGEST)
        free = sa.and_(turns.c.name == name, is_due, unclaimed(turns))
        taken = sa.update(turns).where(free).values(**lease(self._worker_id, now, lease_s))

        async def take(connection: AsyncConnection) -> Turn | None:
            await connection.execute(
                insert_missing(connection, turns).values(name=name, due_at=now)
            )
            seen = seen_by(self._worker_id, now)
            row = (await connection.execute(taken.returning(turns), seen)).first()
            return from_row(Turn, row) if row else None

        return await self._transactions.run(take)

    async def done(self, name: str, due_at: datetime, *, memo: str | None = None) -> bool:
        """Give the task back until it is due again; `False` if another process has it by now."""
        mine = sa.and_(turns.c.name == name, turns.c.claimed_by == self._worker_id)
        values = RELEASED | {"due_at": due_at, "memo": memo}
        return await self._transactions.change(sa.update(turns).where(mine).values(values)) > 0

    async def next_due_at(self, name: str) -> datetime | None:
        """When it is due; `None` if it was never done."""
        due_at: datetime | None = await self._value(
            sa.select(turns.c.due_at).where(turns.c.name == name)
        )
        return due_at
