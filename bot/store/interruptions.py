"""Jobs that are given up since whoever submitted them has died, and jobs that come back.

A process that has lost the database for a while is dead to the others. The submission that it had
under way is given up, for nobody can know its outcome; but the process itself may learn it yet.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import FailureKind, JobState, NoticeKind, check_move
from bot.store.database.claims import RELEASED, seen_by, unclaimed
from bot.store.database.inserts import new_notice
from bot.store.database.tables import jobs, notices
from bot.store.job_updates import CONDITIONAL_UPDATE, where

WHY = "the bot stopped while it was submitting"


# The ids of jobs that nobody alive submits any more, as it looks to `seen_by`.
ABANDONED = sa.select(jobs.c.id).where(jobs.c.state == JobState.SUBMITTING, unclaimed(jobs))
_LOCKED = ABANDONED.with_for_update(skip_locked=True)


async def interrupt(connection: AsyncConnection, now: datetime, worker_id: str) -> list[str]:
    """submitting → failed (interrupted), for those that are abandoned; their ids."""
    check_move(JobState.SUBMITTING, JobState.FAILED)
    failure = {
        "finished_at": now,
        "failure_kind": FailureKind.INTERRUPTED,
        "failure_reason": WHY,
        "state": JobState.FAILED,
    }
    # Looked at again under lock: by now a job may be with somebody who lives.
    locked = await connection.execute(_LOCKED, seen_by(worker_id, now))
    ids = [str(job_id) for job_id in locked.scalars()]
    for job_id in ids:
        columns = where(job_id, JobState.SUBMITTING) | RELEASED | failure
        await connection.execute(CONDITIONAL_UPDATE, columns)
        await connection.execute(new_notice(connection, job_id, NoticeKind.FAILURE, now))
    return ids


async def revive(connection: AsyncConnection, job_id: str, **generation: Any) -> bool:
    """failed (interrupted) → generating, with the columns of its generation; whether it was so."""
    given_up = sa.and_(
        jobs.c.failure_kind == FailureKind.INTERRUPTED, jobs.c.generation_id.is_(None)
    )
    return await _go_on(connection, job_id, given_up, generation)


async def find_again(connection: AsyncConnection, job_id: str, due_at: datetime) -> bool:
    """failed (lost) → generating, to be polled at `due_at`; whether it was so."""
    lost = sa.and_(jobs.c.failure_kind == FailureKind.LOST, jobs.c.generation_id.is_not(None))
    return await _go_on(connection, job_id, lost, {"due_at": due_at})


async def _go_on(
    connection: AsyncConnection,
    job_id: str,
    given_up: sa.ColumnElement[bool],
    generation: dict[str, Any],
) -> bool:
    """Its failure, if nobody was told of it yet, is not told any more."""
    check_move(JobState.FAILED, JobState.GENERATING)
    running = (
        sa.update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == JobState.FAILED, given_up)
        .values(
            **generation,
            state=JobState.GENERATING,
            attempts=0,
            finished_at=None,
            failure_kind=None,
            failure_reason=None,
        )
    )
    if not (await connection.execute(running)).rowcount:
        return False
    untold = sa.update(notices).where(
        notices.c.job_id == job_id,
        notices.c.kind == NoticeKind.FAILURE,
        notices.c.told_at.is_(None),
    )
    # Whoever is about to tell it keeps the claim: nobody else is to tell it at the same time.
    await connection.execute(untold.values(due_at=None, rung=None))
    return True
