"""All queries on shares: where a track stands besides its own announcement."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.rows import insert_missing
from bot.store.tables import shares


@dataclass(frozen=True, kw_only=True)
class Share:
    """A track in another place. Without `message_id` it may be there or not.

    `shared_at` (UTC) is when it was last begun; `guild_id` is `None` in direct messages.
    """

    job_id: str
    channel_id: int
    guild_id: int | None
    message_id: int | None
    shared_at: datetime

    @property
    def nonce(self) -> str:
        """25 characters, the same for each try, so that Discord drops a repeated message."""
        named = f"{self.job_id}:{self.channel_id}:{self.shared_at.timestamp()}"
        return hashlib.sha256(named.encode()).hexdigest()[:25]


class ShareStore:
    """Each track is shared at most once to each channel. `now` is aware UTC."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def begin(
        self, job_id: str, channel_id: int, guild_id: int | None, now: datetime
    ) -> Share:
        """Store that it will be posted there; an earlier beginning is returned as it is."""
        row = {"job_id": job_id, "channel_id": channel_id, "guild_id": guild_id, "shared_at": now}
        async with self._engine.begin() as connection:
            await connection.execute(insert_missing(connection, shares).values(row))
            return await _one(connection, job_id, channel_id)

    async def begin_again(self, share: Share, now: datetime) -> Share:
        """The earlier message is surely not there (any more): post anew, with another nonce.

        If somebody else began again in the meantime, theirs is returned.
        """
        same = sa.and_(_where(share), shares.c.shared_at == share.shared_at)
        async with self._engine.begin() as connection:
            anew = sa.update(shares).where(same).values(shared_at=now, message_id=None)
            await connection.execute(anew)
            return await _one(connection, share.job_id, share.channel_id)

    async def posted(self, share: Share, message_id: int) -> None:
        """It stands there now."""
        row = vars(share) | {"message_id": message_id}
        async with self._engine.begin() as connection:
            await connection.execute(insert_missing(connection, shares).values(row))
            told = sa.update(shares).where(_where(share)).values(message_id=message_id)
            await connection.execute(told)

    async def remove(self, job_id: str, channel_id: int, message_id: int | None) -> None:
        """This message surely is not there (any more). Another one's row stays."""
        same = shares.c.message_id.is_not_distinct_from(message_id)
        gone = sa.delete(shares).where(_place(job_id, channel_id), same)
        async with self._engine.begin() as connection:
            await connection.execute(gone)

    async def of_job(self, job_id: str) -> list[Share]:
        """All places, oldest first."""
        wanted = sa.select(shares).where(shares.c.job_id == job_id).order_by(shares.c.shared_at)
        async with self._engine.connect() as connection:
            return [_from_row(row) for row in (await connection.execute(wanted)).all()]


def _where(share: Share) -> sa.ColumnElement[bool]:
    return _place(share.job_id, share.channel_id)


def _place(job_id: str, channel_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(shares.c.job_id == job_id, shares.c.channel_id == channel_id)


async def _one(connection: AsyncConnection, job_id: str, channel_id: int) -> Share:
    wanted = sa.select(shares).where(_place(job_id, channel_id))
    return _from_row((await connection.execute(wanted)).one())


def _from_row(row: Any) -> Share:
    return Share(
        job_id=row.job_id,
        channel_id=row.channel_id,
        guild_id=row.guild_id,
        message_id=row.message_id,
        shared_at=row.shared_at,
    )
