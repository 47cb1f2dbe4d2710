"""All queries on members' styles. Each sees their own, and no others."""

from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.studio import LastUsed
from bot.domain.styles import STYLES_LIMIT, Style, key_of
from bot.store.database.advisory_locks import advisory_lock
from bot.store.database.inserts import dialect_insert
from bot.store.database.queries import Queries
from bot.store.database.tables import jobs, styles
from bot.store.database.transactions import Transactions

_COLUMNS = tuple(field.name for field in fields(Style))


class Saving(Enum):
    """What became of a style that was to be saved."""

    SAVED = "saved"
    TAKEN = "taken"  # there is one of this name
    FULL = "full"


class StyleStore(Queries):
    """Owns the queries. Names are those of `Style.name`, in any case. All of them may be repeated.

    `now` is aware UTC.
    """

    def __init__(self, engine: AsyncEngine, transactions: Transactions) -> None:
        super().__init__(engine)
        self._transactions = transactions

    async def save(
        self, style: Style, member_id: int, now: datetime, *, replace: bool = False
    ) -> Saving:
        """Store a checked style; one of the same name only gives way with `replace`."""

        async def save(connection: AsyncConnection) -> Saving:
            # Two of the same member must not both see the last free place.
            await advisory_lock(connection, member_id)
            others = (await connection.execute(_keys(member_id))).scalars().all()
            if key_of(style.name) not in others and len(others) >= STYLES_LIMIT:
                return Saving.FULL
            if key_of(style.name) in others and not replace:
                return Saving.TAKEN
            await connection.execute(_upsert(connection, style, member_id, now))
            return Saving.SAVED

        return await self._transactions.run(save)

    async def of(self, member_id: int) -> list[Style]:
        """All of a member's, by name."""
        mine = sa.select(styles).where(styles.c.member_id == member_id)
        return [_style(row) for row in await self._rows(mine.order_by(styles.c.name_key))]

    async def get(self, member_id: int, name: str) -> Style | None:
        """A member's own, or `None`."""
        row = await self._first(sa.select(styles).where(*_one(member_id, name)))
        return _style(row) if row else None

    async def delete(self, member_id: int, name: str) -> bool:
        """Whether it was there."""
        return await self._change(sa.delete(styles).where(*_one(member_id, name))) > 0

    async def used(self, member_id: int, name: str, job_id: str) -> None:
        """Remember for which job a style was used last."""
        mark = sa.update(styles).where(*_one(member_id, name))
        await self._change(mark.values(last_job_id=job_id))

    async def last_used(self, member_id: int) -> LastUsed | None:
        """What a member's newest request was made with, covers left out."""
        used = sa.and_(styles.c.member_id == jobs.c.member_id, styles.c.last_job_id == jobs.c.id)
        newest = (
            sa.select(jobs.c.model, jobs.c.seconds, styles.c.name)
            .select_from(jobs.outerjoin(styles, used))
            .where(jobs.c.member_id == member_id, jobs.c.reference_file_name.is_(None))
            .order_by(jobs.c.created_at.desc(), jobs.c.take)
            .limit(1)
        )
        row = await self._first(newest)
        return LastUsed(model=row.model, seconds=row.seconds, style=row.name) if row else None


def _one(member_id: int, name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return styles.c.member_id == member_id, styles.c.name_key == key_of(name)


def _keys(member_id: int) -> sa.Select[Any]:
    return sa.select(styles.c.name_key).where(styles.c.member_id == member_id)


def _upsert(connection: AsyncConnection, style: Style, member_id: int, now: datetime) -> Any:
    row = {name: getattr(style, name) for name in _COLUMNS} | {"saved_at": now}
    key = {"member_id": member_id, "name_key": key_of(style.name)}
    statement = dialect_insert(connection, styles).values(**key, **row)
    return statement.on_conflict_do_update(index_elements=list(key), set_=row)


def _style(row: Any) -> Style:
    return Style(**{name: getattr(row, name) for name in _COLUMNS})
