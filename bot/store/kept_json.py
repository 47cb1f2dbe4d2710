"""What members typed or look at, kept as JSON for some days for the buttons that name it."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.jobs import new_job_id
from bot.store.database.advisory_locks import advisory_lock
from bot.store.database.queries import Queries
from bot.store.database.tables import drafts

KEPT_LIMIT = 20  # of one member, of each kind
# Begins what is no draft, but a list that somebody looks at, or a style that is to be saved.
VIEW, STYLE = "view:", "style:"
IS_VIEW, IS_STYLE = (drafts.c.content.startswith(kind) for kind in (VIEW, STYLE))
IS_DRAFT = ~IS_VIEW & ~IS_STYLE

T = TypeVar("T")


class KeptJson(Queries, Generic[T]):
    """Keeps what is of one kind, by a condition on its row. `now` is aware UTC.

    All kinds share a table, and live as long; none can be read as another.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        kind: sa.ColumnElement[bool],
        *,
        dump: Callable[[T], str],
        load: Callable[[str], T],
    ) -> None:
        super().__init__(engine)
        self._kind = kind
        self._dump = dump
        self._load = load

    async def keep(self, kept: T, member_id: int, now: datetime) -> str:
        """Store it, in place of the member's oldest if need be; its id, 16 hexadecimal digits."""
        new_id = new_job_id()
        row = {"id": new_id, "member_id": member_id, "content": self._dump(kept)}
        async with self._engine.begin() as connection:
            await connection.execute(sa.insert(drafts).values(**row, created_at=now))
            await self._drop_older(connection, member_id)
        return new_id

    async def get(self, kept_id: str, member_id: int) -> T | None:
        """A member's own, or `None` if it is gone, or somebody else's."""
        wanted = sa.select(drafts.c.content).where(
            drafts.c.id == kept_id, drafts.c.member_id == member_id, self._kind
        )
        content = await self._value(wanted)
        return self._load(content) if content is not None else None

    async def forget_before(self, moment: datetime) -> int:
        """Remove older ones of all kinds; how many those were."""
        old = sa.delete(drafts).where(drafts.c.created_at < moment)
        return await self._change(old)

    async def _drop_older(self, connection: AsyncConnection, member_id: int) -> None:
        """Leave a member the newest, `KEPT_LIMIT`."""
        await advisory_lock(connection, member_id)
        mine = sa.select(drafts.c.id).where(drafts.c.member_id == member_id, self._kind)
        newest = mine.order_by(drafts.c.created_at.desc(), drafts.c.id)
        older = newest.offset(KEPT_LIMIT).limit(KEPT_LIMIT)
        await connection.execute(sa.delete(drafts).where(drafts.c.id.in_(older)))
