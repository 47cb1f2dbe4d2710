"""Audio that stands in no message, kept for its member to ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.domain.jobs import Rung
from bot.store.database.advisory_locks import AdvisoryLock, advisory_lock
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import from_row, select_job
from bot.store.database.tables import held_audio, jobs, notices
from bot.store.kept_room import USUAL_ROOM, Room, in_use, make_room

TOKEN_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class KeptAudio:
    """A whole file, with its name."""

    file_name: str
    content: bytes


class HeldStore(Queries):
    """Owns the queries on held audio, and on what must not be kept forever."""

    async def room_left_bytes(self, member_id: int, room: Room) -> int:
        """How large a file of this member may be without taking up more than the room."""
        async with self._engine.connect() as connection:
            return (await in_use(connection, member_id)).left_bytes(room)

    async def keep(
        self,
        job_id: str,
        audio: KeptAudio,
        now: datetime,
        *,
        room: Room = USUAL_ROOM,
        received: bool = False,
    ) -> bool:
        """Keep a job's file, unless the track was deleted meanwhile; whether it is kept.

        Older copies make room for it. A track that its member has `received` is not kept where
        that is not enough. May be repeated.
        """
        # Locked, so that a deletion comes either before or after.
        there = select_job(job_id).where(jobs.c.deleted_at.is_(None)).with_for_update()
        async with self._engine.begin() as connection:
            # First of all: two that each wait for a file of the other's would wait forever.
            await advisory_lock(connection, AdvisoryLock.KEEPING)
            row = (await connection.execute(there)).first()
            if row is None:
                return False
            await connection.execute(sa.delete(held_audio).where(held_audio.c.job_id == job_id))
            size_bytes = len(audio.content)
            if not await make_room(
                connection, row.member_id, size_bytes, room, lasting=not received
            ):
                return False
            await connection.execute(
                sa.insert(held_audio).values(
                    job_id=job_id, file_name=audio.file_name, content=audio.content, held_at=now
                )
            )
        return True

    async def get(self, job_id: str) -> KeptAudio | None:
        """A job's file, if it is kept."""
        wanted = sa.select(held_audio).where(held_audio.c.job_id == job_id)
        row = await self._first(wanted)
        return from_row(KeptAudio, row) if row else None

    async def size_bytes(self, job_id: str) -> int:
        """How large a job's file is; 0 if there is none."""
        wanted = sa.select(sa.func.length(held_audio.c.content)).where(
            held_audio.c.job_id == job_id
        )
        return int(await self._value(wanted) or 0)

    async def hand_out(self, notice_id: int, now: datetime) -> bool:
        """Count a held notice as told, before it is; whether it was still held.

        So what is asked for twice at the same moment goes out once. The file stays: what the member
        sees of it vanishes with a reload.
        """
        told = {"told_at": now, "unsure": False, "rung": Rung.INTERACTION}
        held = sa.update(notices).where(notices.c.id == notice_id, notices.c.rung == Rung.HELD)
        return await self._change(held.values(told)) == 1

    async def take_back(self, notice_id: int, now: datetime) -> None:
        """It did not go out after all, and is held again, behind what was not tried since."""
        untold = {"told_at": None, "rung": Rung.HELD, "attempted_at": now}
        there = sa.select(jobs.c.id).where(jobs.c.deleted_at.is_(None))
        counted = sa.update(notices).where(
            notices.c.id == notice_id,
            notices.c.rung == Rung.INTERACTION,
            notices.c.job_id.in_(there),
        )
        await self._change(counted.values(untold))

    async def forget(self, now: datetime, *, held_for: timedelta) -> int:
        """Drop files that were kept for so long, and dead interaction tokens; files dropped."""
        dead = (
            sa.select(jobs.c.id)
            .where(jobs.c.interaction_token.is_not(None), jobs.c.created_at < now - TOKEN_LIFE)
            # Whoever works on several jobs at once must not wait for this, nor this for them.
            .with_for_update(skip_locked=True)
            .cte("dead")
        )
        tokens = sa.update(jobs).where(jobs.c.id.in_(sa.select(dead.c.id)))
        files = sa.delete(held_audio).where(held_audio.c.held_at < now - held_for)
        await self._change(tokens.values(interaction_token=None))
        async with self._engine.begin() as connection:
            await advisory_lock(connection, AdvisoryLock.KEEPING)
            return (await connection.execute(files)).rowcount
