"""Finished tracks with everything that members do to them, put straight into the tables."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.jobs import Job, JobState, NoticeKind, Rung
from bot.store.database.tables import jobs, likes, notices, shares
from tests.factories import CHANNEL_ID, MEMBER_ID, Stored, a_new_job, a_request

GUILD_ID = 400
OTHER_ID = MEMBER_ID + 1
MESSAGE_ID = 600_000_000_000_000_001


class Shelf:
    """Puts tracks on it, each a second newer than the one before."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        self.store = stored.stores.tracks

    async def put(
        self,
        prompt: str = "lo-fi rain",
        *,
        rung: Rung = Rung.CHANNEL,
        message_id: int | None = MESSAGE_ID,
        channel_id: int = CHANNEL_ID,
        liked_by: int = 0,
        liked_ago: timedelta = timedelta(),
        request: dict[str, Any] | None = None,
        **columns: Any,
    ) -> Job:
        """A finished track that its member was told of; further columns of `jobs` as they are."""
        now = self.stored.clock.advance(1)
        new = a_new_job()
        asked = vars(a_request(prompt=prompt, **(request or {})))
        row = {name: value for name, value in vars(new).items() if name in jobs.c}
        row |= {name: value for name, value in asked.items() if name in jobs.c}
        row |= {"state": JobState.SUCCEEDED, "channel_id": channel_id, "created_at": now}
        submitted_at = now - timedelta(seconds=3)
        row |= {"due_at": now, "submitted_at": submitted_at, "finished_at": now} | columns
        notice = {"job_id": new.id, "kind": NoticeKind.RESULT, "created_at": now, "rung": rung}
        if rung is not Rung.HELD:
            notice |= {"message_channel_id": channel_id, "message_id": message_id}
        async with self.stored.engine.begin() as connection:
            await connection.execute(sa.insert(jobs).values(**row))
            await connection.execute(sa.insert(notices).values(**notice))
            for number in range(liked_by):
                like = {"job_id": new.id, "member_id": number, "liked_at": now - liked_ago}
                await connection.execute(sa.insert(likes).values(**like))
        return await self.stored.job(new.id)

    async def share(
        self,
        job: Job,
        channel_id: int,
        *,
        guild_id: int = GUILD_ID,
        message_id: int | None = MESSAGE_ID + 1,
    ) -> None:
        """Post it in another channel; without a message it is not there yet."""
        row = {"job_id": job.id, "channel_id": channel_id, "guild_id": guild_id}
        row |= {"message_id": message_id, "shared_at": self.stored.clock()}
        async with self.stored.engine.begin() as connection:
            await connection.execute(sa.insert(shares).values(**row))
