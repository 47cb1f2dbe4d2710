"""All queries on lists that members look at: what they had asked for, for the buttons below."""

from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.jobs import new_job_id
from bot.store.database.tables import drafts
from bot.store.draft_store import IS_VIEW, VIEW, drop_older
from bot.store.track_store import Wanted

_ADAPTER = TypeAdapter(Wanted)


class ViewStore:
    """Keeps what a list shows. `now` is aware UTC.

    Views share a table with drafts, and live as long; neither can be read as the other.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, wanted: Wanted, now: datetime) -> str:
        """Store it, in place of the viewer's oldest if need be; its id, 16 hexadecimal digits."""
        view_id = new_job_id()
        content = VIEW + _ADAPTER.dump_json(wanted).decode()
        row = {"id": view_id, "member_id": wanted.viewer_id, "content": content}
        async with self._engine.begin() as connection:
            await connection.execute(sa.insert(drafts).values(**row, created_at=now))
            await drop_older(connection, wanted.viewer_id, IS_VIEW)
        return view_id

    async def get(self, view_id: str, viewer_id: int) -> Wanted | None:
        """A member's own view, or `None` if it is gone, or somebody else's."""
        query = sa.select(drafts.c.content).where(
            drafts.c.id == view_id, drafts.c.member_id == viewer_id
        )
        async with self._engine.connect() as connection:
            content = (await connection.execute(query)).scalar()
        if content is None or not content.startswith(VIEW):
            return None
        return _ADAPTER.validate_json(content.removeprefix(VIEW))
