"""Submissions whose outcome nobody knows, and jobs that come back.

Whoever submitted them has died, or its connection broke. The provider's logs may tell what became
of them (`bot.generate.lookups`); until then they stay `submitting`, in doubt. A process that has
lost the database for a while is dead to the others, but may learn the answer itself yet.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import FailureKind, JobState, NoticeKind, check_move
from bot.store.card_edits import mark_card
from bot.store.database.claims import RELEASED, seen_by, unclaimed
from bot.store.database.row_mapping import select_job
from bot.store.database.tables import jobs, notices
from bot.store.job_updates import CONDITIONAL_UPDATE, where
from bot.store.spend_days import forget_day

# After these failures the provider's logs can bring a job back.
GIVEN_UP = (FailureKind.INTERRUPTED, FailureKind.RESTORED)

# The ids of jobs that nobody alive submits any more, as it looks to `seen_by`.
ABANDONED = sa.select(jobs.c.id).where(
    jobs.c.state == JobState.SUBMITTING, jobs.c.unsure_since.is_(None), unclaimed(jobs)
)
_SUBMITTED_AT = sa.select(jobs.c.submitted_at).where(jobs.c.id == sa.bindparam("which_job"))
_LOCKED = ABANDONED.with_for_update(skip_locked=True)


async def doubt_abandoned(connection: AsyncConnection, now: datetime, worker_id: str) -> list[str]:
    """Submissions that are abandoned are in doubt from now on; their ids."""
    # Looked at again under lock: by now a job may be with somebody who lives.
    locked = await connection.execute(_LOCKED, seen_by(worker_id, now))
    ids = [str(job_id) for job_id in locked.scalars()]
    for job_id in ids:
        await doubt(connection, job_id, now, now)
    return ids


async def doubt(
    connection: AsyncConnection,
    job_id: str,
    now: datetime,
    lookup_due_at: datetime,
    *,
    submission: int | None = None,
) -> bool:
    """Nobody knows what became of its submission; whether it was being submitted."""
    columns = where(job_id, JobState.SUBMITTING, submission) | RELEASED
    columns |= {"unsure_since": now, "lookup_due_at": lookup_due_at}
    if not (await connection.execute(CONDITIONAL_UPDATE, columns)).rowcount:
        return False
    await mark_card(connection, job_id, now)
    return True


async def revive(
    connection: AsyncConnection, job_id: str, *, draw_at: datetime | None, **generation: Any
) -> bool:
    """failed (interrupted, restored) → generating, with the columns of its generation; whether it
    was so. One that its member has asked for again comes back quietly."""
    given_up = sa.and_(jobs.c.failure_kind.in_(GIVEN_UP), jobs.c.generation_id.is_(None))
    # Whoever is asking for it again at this moment comes first, or finds that it goes on.
    await connection.execute(select_job(job_id).with_for_update())
    quiet = (await connection.execute(sa.select(_asked_again(job_id)))).scalar_one()
    generation |= {"quiet": quiet, "unsure_since": None, "lookup_due_at": None}
    if not await _go_on(connection, job_id, given_up, generation):
        return False
    if draw_at:
        await mark_card(connection, job_id, draw_at)
    # Last, as wherever costs change: whoever has that lock waits for nobody.
    if moment := await connection.scalar(_SUBMITTED_AT, {"which_job": job_id}):
        await forget_day(connection, moment)
    return True


def _asked_again(job_id: str) -> sa.Exists:
    """Whether another try, or a try of that one, is under way or has worked."""
    again, other = jobs.alias("again"), jobs.alias("other")
    tries = sa.select(again.c.id).where(again.c.retry_of == job_id).cte("tries", recursive=True)
    tries = tries.union(sa.select(other.c.id).where(other.c.retry_of == tries.c.id))
    return sa.exists().where(
        again.c.id == tries.c.id, again.c.state.not_in((JobState.FAILED, JobState.CANCELLED))
    )


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
        # SQLite's driver counts no rows of a statement that begins with a common table expression.
        .returning(jobs.c.id)
    )
    if not (await connection.execute(running)).first():
        return False
    untold = sa.update(notices).where(
        notices.c.job_id == job_id,
        notices.c.kind == NoticeKind.FAILURE,
        notices.c.told_at.is_(None),
    )
    # Whoever is about to tell it keeps the claim: nobody else is to tell it at the same time.
    await connection.execute(untold.values(due_at=None, rung=None))
    return True
