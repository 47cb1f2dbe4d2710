"""What a database has to learn once it came back from a backup: that time went on without it.

Whatever had not ended when the backup was made may have ended since. What waited may have been
paid for, and what was to be told may have been told. So nothing that waits is submitted any more:
it failed, and its member is told so once the provider's logs know nothing of it
(`bot.generate.lookups`). What they do know of is delivered. What the provider works on is polled as
ever. And whatever is told of any of these jobs from here on is looked for in Discord first (see
`bot.deliver.ladder`).
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.jobs import TERMINAL, FailureKind, JobState, check_move
from bot.store.database.claims import RELEASED
from bot.store.database.tables import jobs, notices, processes

WHY = "a backup was restored"
# What each state that may be paid for next, or was being paid for, has to be taken for.
_FAILURES = {
    JobState.RECEIVED: FailureKind.RESTORED,
    JobState.QUEUED: FailureKind.RESTORED,
    JobState.SUBMITTING: FailureKind.INTERRUPTED,
}
_UNTOLD = sa.and_(notices.c.told_at.is_(None), notices.c.rung.is_(None))


@dataclass(frozen=True, kw_only=True)
class Restored:
    """How many jobs were stopped, are polled on, and are to be told of with care."""

    stopped: int
    running: int
    untold: int


async def after_restoring(engine: AsyncEngine, now: datetime) -> Restored:
    """Take in that the database was restored `now` (aware UTC). May be repeated.

    No bot may be running on it.
    """
    to_be_told = sa.exists().where(notices.c.job_id == jobs.c.id, notices.c.due_at.is_not(None))
    open_jobs = sa.or_(jobs.c.state.not_in(TERMINAL), to_be_told)
    running = sa.select(sa.func.count()).where(jobs.c.state == JobState.GENERATING)
    lost_track = {"unsure": True, "attempted_rung": None, "attempted_at": None}
    lost_track |= {"attempted_channel_id": None, **RELEASED}
    async with engine.begin() as connection:
        await connection.execute(sa.delete(processes))
        await connection.execute(sa.update(jobs).where(open_jobs).values(restored_at=now))
        await connection.execute(sa.update(notices).where(_UNTOLD).values(lost_track))
        stopped = [await _stop(connection, state, now) for state in _FAILURES]
        due = sa.select(sa.func.count()).where(_UNTOLD, notices.c.due_at.is_not(None))
        return Restored(
            stopped=sum(stopped),
            running=int((await connection.execute(running)).scalar_one()),
            untold=int((await connection.execute(due)).scalar_one()),
        )


async def _stop(connection: AsyncConnection, state: JobState, now: datetime) -> int:
    """To failed, and in doubt until the logs were asked; how many there were."""
    check_move(state, JobState.FAILED)
    failed = sa.update(jobs).where(jobs.c.state == state)
    stopped = await connection.execute(
        failed.values(
            state=JobState.FAILED,
            finished_at=now,
            failure_kind=_FAILURES[state],
            failure_reason=WHY,
            unsure_since=now,
            lookup_due_at=now,
            **RELEASED,
        )
    )
    return stopped.rowcount
