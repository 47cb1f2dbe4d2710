"""All queries on notices: what members must learn, and how far the telling has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import FINAL_KINDS, TERMINAL, Job, JobState, Notice, NoticeKind, Rung
from bot.store.card_edits import mark_card
from bot.store.database.advisory_locks import advisory_lock
from bot.store.database.claims import (
    RELEASED,
    busy_in,
    claim,
    claiming,
    few_per_channel,
    next_due_at,
)
from bot.store.database.inserts import RESTORED, dialect_insert, insert_missing
from bot.store.database.queries import Claims
from bot.store.database.row_mapping import job_from_row, notice_from_row
from bot.store.database.tables import jobs, notices, refusals
from bot.store.pings import pings, request_of

# Longer than a notice is tried for.
REFUSALS_LIVE = timedelta(days=2)


class NoticeStore(Claims):
    """Owns the queries on notices. A notice with a `due_at` still has something to be done."""

    async def add(
        self, job_id: str, kind: NoticeKind, now: datetime, *, due_at: datetime | None = None
    ) -> bool:
        """Put a notice down, once per job and kind, to be told at `due_at`; whether it is new."""
        return await self._insert(jobs.c.id == job_id, kind=kind, now=now, due_at=due_at) > 0

    async def add_to_waiting(
        self,
        kind: NoticeKind,
        now: datetime,
        *,
        since: datetime,
        dearer_than: int | None = None,
    ) -> int:
        """Put a notice down where members have waited since then, or longer; how many.

        With `dearer_than`, of those alone that hold more credits. A member learns it once in each
        channel, by the first of these jobs that wait there.
        """
        others = jobs.alias("others")
        beside = sa.and_(
            others.c.state == JobState.QUEUED,
            _dearer(others, dearer_than),
            others.c.member_id == jobs.c.member_id,
            others.c.channel_id == jobs.c.channel_id,
        )
        before = sa.tuple_(others.c.created_at, others.c.id) < sa.tuple_(
            jobs.c.created_at, jobs.c.id
        )
        told = sa.exists().where(notices.c.job_id == others.c.id, notices.c.kind == kind, beside)
        first = ~sa.exists().where(beside, before)
        long_enough = jobs.c.created_at <= since
        meant = sa.and_(jobs.c.state == JobState.QUEUED, _dearer(jobs, dearer_than))
        which = sa.and_(meant, long_enough, ~told, first)
        return await self._insert(which, kind=kind, now=now)

    async def _insert(
        self,
        which: sa.ColumnElement[bool],
        *,
        kind: NoticeKind,
        now: datetime,
        due_at: datetime | None = None,
    ) -> int:
        there = sa.exists().where(notices.c.job_id == jobs.c.id, notices.c.kind == kind)
        moment = sa.literal(now, notices.c.created_at.type)
        due = sa.literal(due_at or now, notices.c.due_at.type)
        source = sa.select(jobs.c.id, sa.literal(str(kind)), moment, due, RESTORED)
        source = source.where(which, ~there)
        columns = ["job_id", "kind", "created_at", "due_at", "unsure"]
        async with self._engine.begin() as connection:
            statement = insert_missing(connection, notices).from_select(columns, source)
            return int((await connection.execute(statement)).rowcount)

    async def claim_due(
        self,
        limit: int,
        now: datetime,
        *,
        lease_s: float,
        under_way: Mapping[int, int] | None = None,
    ) -> list[tuple[Notice, Job]]:
        """Notices to work on now, each with its job, oldest first.

        Few of each channel, together with those that are `under_way`: their count by channel id.
        """
        taken = claiming(self._worker_id, limit, now, lease_s) | busy_in(under_way or {})

        async def take(connection: AsyncConnection) -> list[tuple[Notice, Job]]:
            rows = (await connection.execute(_CLAIM, taken)).all()
            claimed = [notice_from_row(row) for row in rows]
            return await _with_jobs(connection, sorted(claimed, key=lambda notice: notice.id))

        return await self._transactions.run(take)

    async def claim_of_job(
        self, job_id: str, kind: NoticeKind, now: datetime, *, lease_s: float
    ) -> Notice | None:
        """A job's notice of this kind, if it is due and nobody works on it."""
        taken = claiming(self._worker_id, 1, now, lease_s) | {"of_job": job_id, "of_kind": kind}
        rows = await self._transactions.rows(_CLAIM_OF_JOB, taken)
        return notice_from_row(rows[0]) if rows else None

    async def record_attempt(
        self, notice_id: int, rung: Rung, now: datetime, *, channel_id: int | None = None
    ) -> Notice | None:
        """To be stored before each message is sent: from here on it may exist.

        Returns the notice as stored, with whether its message `pings`. `None`, and nothing is
        stored, when the track was deleted: then nothing may be sent. While the outcome of a try is
        unknown, `attempted_at` and `pings` stay as they were for that one.
        """
        attempt = _by_id(
            notice_id,
            attempted_at=sa.case((notices.c.unsure, notices.c.attempted_at), else_=now),
            attempted_rung=rung,
            attempted_channel_id=channel_id,
            unsure=True,
            pings=pings(now),
        ).where(_WANTED)

        async def record(connection: AsyncConnection) -> Notice | None:
            await advisory_lock(connection, request_of(notice_id))
            row = (await connection.execute(attempt.returning(notices))).one_or_none()
            return notice_from_row(row) if row else None

        return await self._transactions.run(record)

    async def told(
        self, notice_id: int, rung: Rung, now: datetime, *, channel_id: int, message_id: int
    ) -> None:
        """The member has been told by this message; the card is still to be brought up to date."""
        await self._update(
            notice_id,
            told_at=now,
            unsure=False,
            rung=rung,
            message_channel_id=channel_id,
            message_id=message_id,
        )

    async def put_off(
        self, notice_id: int, due_at: datetime, problem: str, *, unsure: bool | None
    ) -> None:
        """Try again at `due_at`; `unsure` when the last try may have reached Discord, `None` when
        that is as it was stored before the try."""
        await self._update(
            notice_id,
            due_at=due_at,
            unsure=notices.c.unsure if unsure is None else unsure,
            problem=problem,
            attempts=notices.c.attempts + 1,
            **RELEASED,
        )

    async def refused(self, notice_id: int, way: str, code: int, now: datetime) -> int:
        """Remember that Discord answered with a code that is in no list of ours; how often it was
        this one in a row, on this way."""
        values = {"notice_id": notice_id, "way": way}
        again = sa.case((refusals.c.code == code, refusals.c.times + 1), else_=1)
        latest = {"code": code, "refused_at": now}
        old = sa.delete(refusals).where(refusals.c.refused_at < now - REFUSALS_LIVE)
        async with self._engine.begin() as connection:
            await connection.execute(old)
            insert = dialect_insert(connection, refusals).values(times=1, **values, **latest)
            count = insert.on_conflict_do_update(
                index_elements=["notice_id", "way"], set_={"times": again, **latest}
            )
            return int((await connection.execute(count.returning(refusals.c.times))).scalar_one())

    async def hold(self, notice: Notice, problem: str, now: datetime) -> bool:
        """No way to the member is left; it is kept for them to ask for, unless it was deleted.

        What it ends is to be shown on the card, also if it was deleted.
        """
        held = {"due_at": None, "rung": Rung.HELD, "problem": problem, **RELEASED}
        statement = _by_id(notice.id, **held).where(_WANTED)

        async def update(connection: AsyncConnection) -> bool:
            kept = (await connection.execute(statement)).rowcount == 1
            if kept and notice.kind in FINAL_KINDS:
                await mark_card(connection, notice.job_id, now)
            return kept

        return await self._transactions.run(update)

    async def held_for(self, member_id: int, limit: int) -> list[tuple[Notice, Job]]:
        """What is held for a member, each with its job; what was not tried for longest first."""
        wanted = (
            sa.select(notices)
            .join(jobs, jobs.c.id == notices.c.job_id)
            .where(
                jobs.c.member_id == member_id,
                notices.c.rung == Rung.HELD,
                notices.c.kind.in_(FINAL_KINDS),  # that it took longer is no news any more
                jobs.c.state.in_(TERMINAL),
            )
            .order_by(sa.func.coalesce(notices.c.attempted_at, notices.c.created_at), notices.c.id)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            held = [notice_from_row(row) for row in (await connection.execute(wanted)).all()]
            return await _with_jobs(connection, held)

    async def close(self, notice: Notice, now: datetime) -> None:
        """Nothing is left to do. What is final is to be shown on the card."""
        done = _by_id(notice.id, due_at=None, **RELEASED)

        async def finish(connection: AsyncConnection) -> None:
            await connection.execute(done)
            if notice.kind in FINAL_KINDS:
                await mark_card(connection, notice.job_id, now)

        await self._transactions.run(finish)

    async def ask_for_card(self, notice: Notice, now: datetime) -> None:
        """It can't be told for now: the card is to say so."""
        await self._transactions.run(lambda connection: mark_card(connection, notice.job_id, now))

    async def next_due_at(self, under_way: Mapping[int, int] | None = None) -> datetime | None:
        """When the next unclaimed notice, in a channel that has room, wants something."""
        full = {"full_channels": busy_in(under_way or {})["full_channels"]}
        moment: datetime | None = await self._value(_NEXT_DUE_AT, full)
        return moment

    async def of_job(self, job_id: str) -> list[Notice]:
        """All notices of a job, oldest first."""
        wanted = sa.select(notices).where(notices.c.job_id == job_id).order_by(notices.c.id)
        return [notice_from_row(row) for row in await self._rows(wanted)]

    async def _update(
        self, notice_id: int, *conditions: sa.ColumnElement[bool], **values: Any
    ) -> bool:
        statement = _by_id(notice_id, **values).where(*conditions)
        return await self._transactions.change(statement) == 1


# Whether there is still something to be told.
_WANTED = ~sa.exists().where(jobs.c.id == notices.c.job_id, jobs.c.deleted_at.is_not(None))


# Looked for every few seconds: building them again would cost more than running them.
_CLAIM = claim(
    notices,
    few_per_channel(notices, notices.c.job_id),
    order_by=(notices.c.due_at, notices.c.id),
)
_CLAIM_OF_JOB = claim(
    notices,
    notices.c.job_id == sa.bindparam("of_job", type_=sa.String),
    notices.c.kind == sa.bindparam("of_kind", type_=sa.String),
    order_by=(notices.c.id,),
)
_NEXT_DUE_AT = next_due_at(notices, notices.c.job_id)


def _dearer(table: sa.FromClause, credits_: int | None) -> sa.ColumnElement[bool]:
    return sa.true() if credits_ is None else table.c.held_credits > max(credits_, 0)


def _by_id(notice_id: int, **values: Any) -> sa.Update:
    return sa.update(notices).where(notices.c.id == notice_id).values(**values)


async def _with_jobs(
    connection: AsyncConnection, found: Sequence[Notice]
) -> list[tuple[Notice, Job]]:
    if not found:
        return []
    wanted = sa.select(jobs).where(jobs.c.id.in_({notice.job_id for notice in found}))
    by_id = {row.id: job_from_row(row) for row in (await connection.execute(wanted)).all()}
    return [(notice, by_id[notice.job_id]) for notice in found]
