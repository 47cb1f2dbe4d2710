"""All queries that take finished tracks away."""

from datetime import datetime

import sqlalchemy as sa

from bot.domain.jobs import JobState, NoticeKind, Rung
from bot.store.card_edits import mark_card
from bot.store.database.queries import Queries
from bot.store.database.tables import held_audio, jobs, likes, notices


class RemovalStore(Queries):
    """Owns these queries. `now` is aware UTC."""

    async def delete(self, job_id: str, now: datetime, *, by_member: bool | None = None) -> bool:
        """Mark a track as deleted, and forget its likes and its audio; whether it was there.

        Its card is to show that, and whether it was its member or a moderator.

        A result that was not told yet, or is held, is not told any more; one that a try may have
        told stays due, so that its message is looked for. May be repeated.
        """
        there = (
            jobs.c.id == job_id,
            jobs.c.state == JobState.SUCCEEDED,
            jobs.c.deleted_at.is_(None),
        )
        marked = (
            sa.update(jobs)
            .where(*there)
            .values(deleted_at=now, deleted_by_member=by_member, title=None)
        )
        untold = sa.update(notices).where(
            notices.c.job_id == job_id,
            notices.c.kind == NoticeKind.RESULT,
            notices.c.told_at.is_(None),
        )
        async with self._engine.begin() as connection:
            if not (await connection.execute(marked)).rowcount:
                return False
            await connection.execute(sa.delete(likes).where(likes.c.job_id == job_id))
            await connection.execute(sa.delete(held_audio).where(held_audio.c.job_id == job_id))
            still_due = sa.case((notices.c.unsure, notices.c.due_at), else_=None)
            await connection.execute(untold.values(due_at=still_due, rung=None))
            await mark_card(connection, job_id, now)
            return True

    async def is_deleted(self, job_id: str) -> bool:
        """Whether a track has been taken away by now."""
        deleted = sa.select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.deleted_at.is_not(None))
        return await self._first(deleted) is not None

    async def withdraw(self, job_id: str, now: datetime) -> None:
        """The message that announced a track is gone, which goes on where it was shared to."""
        told = sa.update(notices).where(
            notices.c.job_id == job_id,
            notices.c.kind == NoticeKind.RESULT,
            notices.c.told_at.is_not(None),
        )
        gone = told.values(rung=Rung.WITHDRAWN, message_channel_id=None, message_id=None)
        async with self._engine.begin() as connection:
            await connection.execute(gone)
            await mark_card(connection, job_id, now)
