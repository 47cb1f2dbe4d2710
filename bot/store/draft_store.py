"""All queries on drafts: what members typed and could not be taken."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.drafts import Draft
from bot.domain.jobs import new_job_id
from bot.store.database.advisory_locks import advisory_lock
from bot.store.database.tables import drafts

AT_MOST = 20  # of one member
# Begins what is no draft, but a list that somebody looks at (`bot.store.view_store`).
VIEW = "view:"
IS_VIEW = drafts.c.content.startswith(VIEW)


class DraftStore:
    """Keeps drafts for the buttons that name them. `now` is aware UTC."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, draft: Draft, member_id: int, now: datetime) -> str:
        """Store it, in place of the member's oldest if need be; its id, 16 hexadecimal digits."""
        draft_id = new_job_id()
        row = {"id": draft_id, "member_id": member_id, "content": draft.to_json()}
        async with self._engine.begin() as connection:
            await connection.execute(sa.insert(drafts).values(**row, created_at=now))
            await drop_older(connection, member_id, ~IS_VIEW)
        return draft_id

    async def get(self, draft_id: str, member_id: int) -> Draft | None:
        """A member's own draft, or `None` if it is gone, or somebody else's."""
        wanted = sa.select(drafts.c.content).where(
            drafts.c.id == draft_id, drafts.c.member_id == member_id
        )
        async with self._engine.connect() as connection:
            content = (await connection.execute(wanted)).scalar()
        return Draft.from_json(content) if content is not None else None

    async def forget_before(self, moment: datetime) -> int:
        """Remove older ones; how many those were."""
        old = sa.delete(drafts).where(drafts.c.created_at < moment)
        async with self._engine.begin() as connection:
            return (await connection.execute(old)).rowcount


async def drop_older(
    connection: AsyncConnection, member_id: int, kind: sa.ColumnElement[bool]
) -> None:
    """Leave a member the newest of these, `AT_MOST`."""
    await advisory_lock(connection, member_id)
    mine = (drafts.c.member_id == member_id, kind)
    newest = sa.select(drafts.c.id).where(*mine).order_by(drafts.c.created_at.desc(), drafts.c.id)
    older = newest.offset(AT_MOST).limit(AT_MOST)
    await connection.execute(sa.delete(drafts).where(drafts.c.id.in_(older)))
