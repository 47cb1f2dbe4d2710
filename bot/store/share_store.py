"""All queries on shares: where a track stands besides its own announcement."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database.claims import RELEASED, lease, seen_by, unclaimed
from bot.store.database.inserts import insert_missing
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import from_row
from bot.store.database.tables import shares


@dataclass(frozen=True, kw_only=True)
class Share:
    """A track in another place. Without `message_id` it may be there or not.

    `shared_at` (UTC) is when it was last sent, `None` if it surely was not; `guild_id` is `None` in
    direct messages.
    """

    job_id: str
    channel_id: int
    guild_id: int | None
    message_id: int | None
    shared_at: datetime | None

    @property
    def nonce(self) -> str:
        """25 characters, the same for each try, so that Discord drops a repeated message."""
        if self.shared_at is None:
            raise AssertionError("not sent yet")
        named = f"{self.job_id}:{self.channel_id}:{self.shared_at.timestamp()}"
        return hashlib.sha256(named.encode()).hexdigest()[:25]


class ShareStore(Queries):
    """Each track is shared at most once to each channel. `now` is aware UTC."""

    def __init__(self, engine: AsyncEngine, worker_id: str) -> None:
        super().__init__(engine)
        self._worker_id = worker_id

    async def begin(
        self, job_id: str, channel_id: int, guild_id: int | None, now: datetime, *, lease_s: float
    ) -> Share | None:
        """Claim this place, to post the track there; `None` while somebody else has it claimed.

        Of an earlier share it tells how far that has come.
        """
        row = {"job_id": job_id, "channel_id": channel_id, "guild_id": guild_id}
        mine = lease(self._worker_id, now, lease_s)
        claimed = sa.update(shares).where(_place(job_id, channel_id), unclaimed(shares))
        claimed_by_me = claimed.values(mine).returning(shares)
        async with self._engine.begin() as connection:
            await connection.execute(insert_missing(connection, shares).values(row))
            seen = seen_by(self._worker_id, now)
            found = (await connection.execute(claimed_by_me, seen)).first()
        return from_row(Share, found) if found else None

    async def release(self, share: Share) -> None:
        """Nobody works on it any more. If nothing was ever sent, there is no share."""
        unsent = sa.and_(shares.c.shared_at.is_(None), shares.c.message_id.is_(None))
        async with self._engine.begin() as connection:
            await connection.execute(sa.delete(shares).where(_where(share), unsent))
            await connection.execute(sa.update(shares).where(_where(share)).values(RELEASED))

    async def sending(self, share: Share, now: datetime) -> Share:
        """To be stored right before a message with a nonce of its own is sent: from here on it may
        be there. Any earlier one surely is not (any more)."""
        again = sa.update(shares).where(_where(share)).values(shared_at=now, message_id=None)
        await self._change(again)
        return replace(share, shared_at=now, message_id=None)

    async def posted(self, share: Share, message_id: int) -> None:
        """Store that the track stands there now."""
        row = vars(share) | {"message_id": message_id}
        async with self._engine.begin() as connection:
            await connection.execute(insert_missing(connection, shares).values(row))
            told = sa.update(shares).where(_where(share)).values(message_id=message_id)
            await connection.execute(told)

    async def remove(self, job_id: str, channel_id: int, message_id: int | None) -> None:
        """This message surely is not there (any more). Another one's row stays."""
        same = shares.c.message_id.is_not_distinct_from(message_id)
        gone = sa.delete(shares).where(_place(job_id, channel_id), same)
        await self._change(gone)

    async def of_job(self, job_id: str) -> list[Share]:
        """All places, oldest first."""
        wanted = sa.select(shares).where(shares.c.job_id == job_id).order_by(shares.c.shared_at)
        return [from_row(Share, row) for row in await self._rows(wanted)]


def _where(share: Share) -> sa.ColumnElement[bool]:
    return _place(share.job_id, share.channel_id)


def _place(job_id: str, channel_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(shares.c.job_id == job_id, shares.c.channel_id == channel_id)
