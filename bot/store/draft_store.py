"""All queries on drafts: what members typed and could not be taken."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.drafts import Draft
from bot.jobs import new_job_id
from bot.store.tables import drafts


class DraftStore:
    """Keeps drafts for the buttons that name them. `now` is aware UTC."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, draft: Draft, member_id: int, now: datetime) -> str:
        """Store it; its id, 16 hexadecimal digits."""
        draft_id = new_job_id()
        row = {"id": draft_id, "member_id": member_id, "content": draft.to_json()}
        async with self._engine.begin() as connection:
            await connection.execute(sa.insert(drafts).values(**row, created_at=now))
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
