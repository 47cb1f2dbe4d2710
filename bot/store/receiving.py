"""Taking a request in: what must hold in the transaction that stores it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budgets import NO_BUDGETS, Budgets
from bot.domain.drafts import SEED_LIMIT
from bot.domain.jobs import Job, JobState, NewJob, new_job_id
from bot.errors import (
    AlreadyReceived,
    AlreadyRetried,
    AttemptsUsedUp,
    DailyLimitReached,
    FoundAfterAll,
    RequestsClosed,
)
from bot.store.budgets import HELD, beginnings, check_budgets, submitted
from bot.store.database.advisory_locks import AdvisoryLock, advisory_lock
from bot.store.database.row_mapping import columns_of, job_from_row, select_job
from bot.store.database.tables import jobs
from bot.store.pause_store import CLOSED_SINCE, REFUSED_AFTER
from bot.store.queue_order import AT_THE_PROVIDER

DAY = timedelta(hours=24)
# What comes to nothing costs the host, too: rows, messages, and his good name at the provider.
ATTEMPTS_A_DAY = 60
ON_THEIR_WAY = (JobState.RECEIVED, JobState.QUEUED)
FRUITLESS = (JobState.FAILED, JobState.CANCELLED)
# Failed jobs do not count, nor do those that were cancelled before they went to the provider.
COUNTED = sa.and_(
    jobs.c.state != JobState.FAILED,
    sa.or_(jobs.c.state != JobState.CANCELLED, jobs.c.generation_id.is_not(None)),
)


@dataclass(frozen=True, kw_only=True)
class DailyLimits:
    """Tracks within 24 hours, for one member and for all; 0 means no limit. And what they cost."""

    per_member: int
    whole_bot: int
    budgets: Budgets = NO_BUDGETS


@dataclass(frozen=True, kw_only=True)
class Received:
    """What was stored of a request, and how many others were waiting or running when it came."""

    jobs: tuple[Job, ...]
    jobs_ahead: int


async def insert_received(
    connection: AsyncConnection,
    new: NewJob,
    limits: DailyLimits,
    now: datetime,
    *,
    claimed: dict[str, Any],
) -> Received:
    """Insert the job, or each variation, as `received`, with the columns that say who `claimed` it.

    Raises `RequestsClosed`, `DailyLimitReached`, `BudgetUsedUp`, `AttemptsUsedUp`,
    `AlreadyReceived`, `AlreadyRetried` or `FoundAfterAll`: the transaction is then to be rolled
    back.
    """
    await _check_not_retried(connection, new.retry_of)
    fresh = {"due_at": now, "created_at": now, "state": JobState.RECEIVED}
    try:
        rows = [
            (await connection.execute(_INSERT, columns | claimed | fresh)).one()
            for columns in _takes(new)
        ]
    except sa.exc.IntegrityError as error:
        raise AlreadyReceived(f"interaction {new.interaction_id}") from error
    price = (new.held_credits or 0) * new.variations
    budgets = limits.budgets if price else NO_BUDGETS
    there = await _there(connection, budgets, now)
    if there.closed_since and now - there.closed_since >= REFUSED_AFTER:
        raise RequestsClosed
    await _check_limits(connection, new, limits, now)
    if budgets.limits:
        check_budgets(budgets, price, there, now)
    received = tuple(job_from_row(row) for row in rows)
    return Received(jobs=received, jobs_ahead=there.present - len(received))


async def _there(connection: AsyncConnection, budgets: Budgets, now: datetime) -> Any:
    """What is there, the new one included; with budgets, what is spent of them and held, too."""
    if not budgets.limits:
        return (await connection.execute(_THERE)).one()
    # Two requests at the same moment must not both see the last of the money.
    await advisory_lock(connection, AdvisoryLock.BUDGET)
    return (await connection.execute(_THERE_AND_USED, beginnings(budgets, now))).one()


async def _check_not_retried(connection: AsyncConnection, retry_of: str | None) -> None:
    if retry_of is None:
        return
    # Locks the row, so that two presses at the same moment follow each other, and so do a press and
    # what the provider's logs bring back.
    tried = (await connection.execute(select_job(retry_of).with_for_update())).one_or_none()
    if tried is not None and tried.state not in FRUITLESS:
        raise FoundAfterAll(f"job {retry_of} is {tried.state}")
    other = sa.select(jobs.c.id).where(
        jobs.c.retry_of == retry_of,
        jobs.c.state.not_in((JobState.FAILED, JobState.CANCELLED)),
    )
    if other_id := (await connection.execute(other.limit(1))).scalar():
        raise AlreadyRetried(other_id)


async def _check_limits(
    connection: AsyncConnection, new: NewJob, limits: DailyLimits, now: datetime
) -> None:
    # Two requests at the same moment must not both see the last free place.
    await advisory_lock(connection, new.member_id)
    today = (jobs.c.created_at > now - DAY,)
    mine = (*today, jobs.c.member_id == new.member_id)
    await _check_limit(connection, new, limits.per_member, *mine)
    # Where more tracks than that are allowed, only what came to nothing counts.
    fruitless = sa.or_(jobs.c.state.in_(FRUITLESS), jobs.c.interaction_id == new.interaction_id)
    tried = mine if 0 < limits.per_member <= ATTEMPTS_A_DAY else (*mine, fruitless)
    if free_at := await _attempt_free_at(connection, *tried):
        raise AttemptsUsedUp(limit=ATTEMPTS_A_DAY, free_at=free_at)
    if limits.whole_bot:
        await advisory_lock(connection, AdvisoryLock.WHOLE_BOT)
    await _check_limit(connection, new, limits.whole_bot, *today, whole_bot=True)


async def _check_limit(
    connection: AsyncConnection,
    new: NewJob,
    limit: int,
    *which: sa.ColumnElement[bool],
    whole_bot: bool = False,
) -> None:
    """Raise `DailyLimitReached` if these jobs, the new one among them, count as more."""
    free_at = await _free_at(connection, limit, *which)
    if free_at is None:
        return
    asked = new.counts_as * new.variations
    total = sa.select(sa.func.sum(jobs.c.counts_as)).where(*which, COUNTED)
    others = int((await connection.execute(total)).scalar_one()) - asked
    raise DailyLimitReached(
        limit=limit,
        whole_bot=whole_bot,
        free_at=free_at,
        counts_as=asked,
        left=max(0, limit - others),
    )


async def _free_at(
    connection: AsyncConnection, limit: int, *which: sa.ColumnElement[bool]
) -> datetime | None:
    """When there is a free place again, if these jobs count as more tracks than the limit."""
    if not limit:
        return None
    newest = jobs.c.created_at.desc()
    total = sa.func.sum(jobs.c.counts_as).over(order_by=newest)
    summed = sa.select(jobs.c.created_at, total.label("total")).where(*which, COUNTED).subquery()
    beyond = sa.select(summed.c.created_at).where(summed.c.total > limit)
    return await _leaves_at(connection, beyond.order_by(summed.c.created_at.desc()).limit(1))


async def _attempt_free_at(
    connection: AsyncConnection, *which: sa.ColumnElement[bool]
) -> datetime | None:
    """The same for attempts, each of which counts once."""
    newest = sa.select(jobs.c.created_at).where(*which).order_by(jobs.c.created_at.desc())
    return await _leaves_at(connection, newest.offset(ATTEMPTS_A_DAY).limit(1))


async def _leaves_at(connection: AsyncConnection, blocking: sa.Select[Any]) -> datetime | None:
    """When the job that has to leave the window does; the new one, which has to fit, is in it."""
    created_at = (await connection.execute(blocking)).scalar()
    return None if created_at is None else created_at + DAY


# Building the statements again for each job would cost as much as running them.
_INSERT = sa.insert(jobs).returning(jobs)
_PRESENT = sa.func.count(jobs.c.id).label("present")
_UNDER_WAY = jobs.c.state.in_(ON_THEIR_WAY + AT_THE_PROVIDER)
_THERE = sa.select(_PRESENT, CLOSED_SINCE).where(_UNDER_WAY)
_COUNTS = sa.select(_PRESENT, HELD).where(_UNDER_WAY).subquery()
_USED = submitted().subquery()
_THERE_AND_USED = sa.select(_COUNTS, _USED, CLOSED_SINCE).select_from(
    _COUNTS.join(_USED, sa.true())
)


def _takes(new: NewJob) -> Iterator[dict[str, Any]]:
    """The columns of each variation; the first has the request's own id and seed."""
    columns = columns_of(new) | {"batch_id": new.id if new.variations > 1 else None}
    first = new.request.seed
    for take in range(1, new.variations + 1):
        # After the largest comes the smallest, so that each can be asked for again.
        seed = None if first is None else (first + take - 1) % (SEED_LIMIT + 1)
        job_id = new.id if take == 1 else new_job_id()
        yield columns | {"id": job_id, "take": take, "seed": seed}
