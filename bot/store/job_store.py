"""All queries on jobs. Frozen objects go in and come out; every move is one conditional update."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import AlreadyReceived, AlreadyRetried, DailyLimitReached
from bot.jobs import Audio, FailureKind, Job, JobState, NewJob, NoticeKind, check_move
from bot.store.queue_order import AT_THE_PROVIDER, in_order
from bot.store.rows import RELEASED, claim, job_from_row, lease, new_notice, select_job, unclaimed
from bot.store.tables import jobs
from bot.store.transactions import Transactions
from bot.store.turns import Turn, take_turns

DAY = timedelta(hours=24)
ON_THEIR_WAY = (JobState.RECEIVED, JobState.QUEUED)
# Failed jobs do not count, nor do those that were cancelled before they went to the provider.
COUNTED = sa.and_(
    jobs.c.state != JobState.FAILED,
    sa.or_(jobs.c.state != JobState.CANCELLED, jobs.c.generation_id.is_not(None)),
)


@dataclass(frozen=True, kw_only=True)
class DailyLimits:
    """Tracks within 24 hours, for one member and for all; 0 means no limit."""

    per_member: int
    whole_bot: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A stored job, and how many others were waiting or running when it came."""

    job: Job
    jobs_ahead: int


class JobStore:
    """Owns the queries on jobs.

    Methods that move a job return whether they did: `False` means that it was no longer in the
    state it had to be in (a member cancelled it, say), and nothing was changed. All of them may be
    repeated. `now` is aware UTC.
    """

    def __init__(self, engine: AsyncEngine, worker_id: str) -> None:
        self._engine = engine
        self._transactions = Transactions(engine)
        self._worker_id = worker_id

    # --- received ---------------------------------------------------------------------------

    async def receive(
        self, new: NewJob, limits: DailyLimits, now: datetime, *, lease_s: float
    ) -> Receipt:
        """Store a job as `received`, claimed by this process until Discord took the answer.

        Raises `DailyLimitReached`, `AlreadyReceived` when this interaction has a job already, and
        `AlreadyRetried` when the job it repeats has another repetition that did not fail.
        """
        columns = {
            **_columns(new),
            **lease(self._worker_id, now, lease_s),
            "due_at": now,
            "created_at": now,
            "state": JobState.RECEIVED,
        }

        async def store(connection: AsyncConnection) -> Receipt:
            await self._check_not_retried(connection, new.retry_of)
            try:
                row = (await connection.execute(_INSERT, columns)).one()
            except sa.exc.IntegrityError as error:
                raise AlreadyReceived(f"interaction {new.interaction_id}") from error
            await self._check_limits(connection, new.member_id, limits, now)
            present = int((await connection.execute(_COUNT_PRESENT)).scalar_one())
            return Receipt(job=job_from_row(row), jobs_ahead=present - 1)

        return await self._transactions.run(store)

    async def _check_not_retried(self, connection: AsyncConnection, retry_of: str | None) -> None:
        if retry_of is None:
            return
        # Locks the row, so that two presses at the same moment follow each other.
        await connection.execute(select_job(retry_of).with_for_update())
        other = sa.select(jobs.c.id).where(
            jobs.c.retry_of == retry_of,
            jobs.c.state.not_in((JobState.FAILED, JobState.CANCELLED)),
        )
        if (await connection.execute(other)).first():
            raise AlreadyRetried(retry_of)

    async def _check_limits(
        self, connection: AsyncConnection, member_id: int, limits: DailyLimits, now: datetime
    ) -> None:
        for limit, whole_bot in ((limits.per_member, False), (limits.whole_bot, True)):
            if not limit:
                continue
            # Two requests at the same moment must not both see the last free place.
            await take_turns(connection, Turn.WHOLE_BOT if whole_bot else member_id)
            counted = [jobs.c.created_at > now - DAY, COUNTED]
            if not whole_bot:
                counted.append(jobs.c.member_id == member_id)
            # The new job is among them; this one has to leave the window before it fits.
            newest = sa.select(jobs.c.created_at).where(*counted).order_by(jobs.c.created_at.desc())
            blocking = (await connection.execute(newest.offset(limit).limit(1))).scalar()
            if blocking is not None:
                raise DailyLimitReached(limit=limit, whole_bot=whole_bot, free_at=blocking + DAY)

    async def accept(self, job_id: str, card_message_id: int | None, now: datetime) -> bool:
        """received → queued: Discord took the first answer."""
        return await self._move(
            job_id, JobState.RECEIVED, JobState.QUEUED, due_at=now, card_message_id=card_message_id
        )

    async def leave_unanswered(self, job_id: str, due_at: datetime) -> bool:
        """Still received: whether Discord took the answer is to be asked at `due_at`."""
        return await self._update(job_id, JobState.RECEIVED, due_at=due_at, **RELEASED)

    async def claim_unanswered(self, limit: int, now: datetime, *, lease_s: float) -> list[Job]:
        """Received jobs whose process did not get to know whether Discord took the answer."""
        return await self._claim(
            jobs.c.state == JobState.RECEIVED,
            jobs.c.due_at <= now,
            limit=limit,
            now=now,
            values=lease(self._worker_id, now, lease_s),
        )

    async def cancel(
        self, job_id: str, now: datetime, *, source: JobState, notice: NoticeKind | None = None
    ) -> bool:
        """To `cancelled`, from a state that allows it, with a notice if the member must be told."""
        return await self._move(
            job_id,
            source,
            JobState.CANCELLED,
            notice=notice,
            now=now,
            finished_at=now,
            interaction_token=None,
        )

    # --- submitting -------------------------------------------------------------------------

    async def claim_submissions(
        self, limit: int, now: datetime, *, at_most_running: int, overdue_s: float, lease_s: float
    ) -> list[Job]:
        """queued → submitting, as many as the provider may see at the same time.

        Overdue generations no longer take up one of the `at_most_running` places.
        """
        running = sa.or_(
            jobs.c.state == JobState.SUBMITTING,
            sa.and_(
                jobs.c.state == JobState.GENERATING,
                jobs.c.submitted_at > now - timedelta(seconds=overdue_s),
            ),
        )
        check_move(JobState.QUEUED, JobState.SUBMITTING)
        async with self._engine.begin() as connection:
            await take_turns(connection, Turn.SUBMITTING)
            count = sa.select(sa.func.count()).select_from(jobs).where(running)
            free = at_most_running - int((await connection.execute(count)).scalar_one())
            if free <= 0:
                return []
            fairly = in_order(jobs.c.due_at <= now).limit(min(limit, free)).subquery()
            statement = (
                sa.update(jobs)
                .where(jobs.c.id.in_(sa.select(fairly.c.id)), jobs.c.state == JobState.QUEUED)
                .values(
                    **lease(self._worker_id, now, lease_s),
                    state=JobState.SUBMITTING,
                    submitted_at=now,
                    attempts=jobs.c.attempts + 1,
                )
                .returning(jobs)
            )
            return _oldest_first((await connection.execute(statement)).all())

    async def start_generation(
        self, job_id: str, generation_id: str, due_at: datetime, *, inference_id: str | None = None
    ) -> bool:
        """submitting → generating: it is paid for, and polled from `due_at` on until it ends.

        `inference_id` is the name of the charge in the account's ledger, as far as it is known.
        """
        return await self._move(
            job_id,
            JobState.SUBMITTING,
            JobState.GENERATING,
            generation_id=generation_id,
            inference_id=inference_id,
            due_at=due_at,
            attempts=0,
        )

    async def requeue(self, job_id: str, due_at: datetime) -> bool:
        """submitting → queued: the provider surely did not take it; again from `due_at` on."""
        return await self._move(
            job_id, JobState.SUBMITTING, JobState.QUEUED, due_at=due_at, submitted_at=None
        )

    async def interrupt_abandoned(self, now: datetime) -> list[str]:
        """submitting → failed (interrupted), where whoever was submitting has died; their ids."""
        check_move(JobState.SUBMITTING, JobState.FAILED)
        abandoned = sa.select(jobs.c.id).where(
            jobs.c.state == JobState.SUBMITTING, unclaimed(jobs, now, self._worker_id)
        )
        async with self._engine.connect() as connection:
            if not (await connection.execute(abandoned)).first():
                return []
        failure = {
            "finished_at": now,
            "failure_kind": FailureKind.INTERRUPTED,
            "failure_reason": "the bot stopped while it was submitting",
            "state": JobState.FAILED,
        }

        async def interrupt(connection: AsyncConnection) -> list[str]:
            # Looked at again under lock: by now a job may be with somebody who lives.
            locked = abandoned.with_for_update(skip_locked=True)
            ids = [str(job_id) for job_id in (await connection.execute(locked)).scalars()]
            for job_id in ids:
                columns = _where(job_id, JobState.SUBMITTING) | RELEASED | failure
                await connection.execute(_CONDITIONAL_UPDATE, columns)
                await connection.execute(new_notice(job_id, NoticeKind.FAILURE, now))
            return ids

        return await self._transactions.run(interrupt)

    # --- generating -------------------------------------------------------------------------

    async def claim_polls(self, limit: int, now: datetime, *, lease_s: float) -> list[Job]:
        """Generations whose next poll is due."""
        return await self._claim(
            jobs.c.state == JobState.GENERATING,
            jobs.c.due_at <= now,
            limit=limit,
            now=now,
            values={**lease(self._worker_id, now, lease_s), "attempts": jobs.c.attempts + 1},
        )

    async def poll_again(self, job_id: str, due_at: datetime) -> bool:
        """Still generating: the next poll is at `due_at`."""
        return await self._update(job_id, JobState.GENERATING, due_at=due_at, **RELEASED)

    async def succeed(self, job_id: str, audio: Audio, now: datetime) -> bool:
        """generating → succeeded, with the notice that tells the member."""
        return await self._move(
            job_id,
            JobState.GENERATING,
            JobState.SUCCEEDED,
            notice=NoticeKind.RESULT,
            now=now,
            finished_at=now,
            audio_url=audio.url,
            audio_content_type=audio.content_type,
            audio_file_name=audio.file_name,
            audio_size_bytes=audio.size_bytes,
        )

    async def refresh_audio(self, job_id: str, audio: Audio) -> bool:
        """Remember where the finished file is now; the provider's links do not live for ever."""
        return await self._update(job_id, JobState.SUCCEEDED, audio_url=audio.url)

    async def fail(
        self, job_id: str, kind: FailureKind, reason: str, now: datetime, *, source: JobState
    ) -> bool:
        """To `failed`, from a state that allows it, with the notice that tells the member."""
        return await self._move(
            job_id,
            source,
            JobState.FAILED,
            notice=NoticeKind.FAILURE,
            now=now,
            finished_at=now,
            failure_kind=kind,
            failure_reason=reason,
        )

    # --- reading ----------------------------------------------------------------------------

    async def get(self, job_id: str) -> Job | None:
        """One job, or `None`."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select_job(job_id))).first()
        return job_from_row(row) if row else None

    async def next_due_at(self, state: JobState) -> datetime | None:
        """When the next unclaimed job in this state wants something."""
        earliest = sa.select(sa.func.min(jobs.c.due_at, type_=jobs.c.due_at.type)).where(
            jobs.c.state == state, jobs.c.claimed_until.is_(None)
        )

        async def look(connection: AsyncConnection) -> datetime | None:
            moment: datetime | None = (await connection.execute(earliest)).scalar()
            return moment

        return await self._transactions.run(look)

    async def durations_s(self, model: str, *, limit: int, late_s: float) -> list[float]:
        """Seconds from submission to the finished track, newest first, of the `limit` last ones.

        Leaves out those that were noticed more than `late_s` after they were to be polled.
        """
        finished = (
            sa.select(jobs.c.submitted_at, jobs.c.due_at, jobs.c.finished_at)
            .where(jobs.c.model == model, jobs.c.state == JobState.SUCCEEDED)
            .order_by(jobs.c.finished_at.desc())
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(finished)).all()
        late = timedelta(seconds=late_s)
        return [
            (row.finished_at - row.submitted_at).total_seconds()
            for row in rows
            if row.finished_at - row.due_at <= late
        ]

    async def count(self, state: JobState) -> int:
        """How many jobs are in this state."""
        async with self._engine.connect() as connection:
            return await self._count(connection, (state,))

    # --- the pieces -------------------------------------------------------------------------

    async def _count(self, connection: AsyncConnection, states: Sequence[JobState]) -> int:
        counted = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.state.in_(states))
        return int((await connection.execute(counted)).scalar_one())

    async def _claim(
        self,
        *conditions: sa.ColumnElement[bool],
        limit: int,
        now: datetime,
        values: dict[str, Any],
    ) -> list[Job]:
        statement = claim(
            jobs,
            *conditions,
            unclaimed(jobs, now, self._worker_id),
            order_by=(jobs.c.due_at,),
            limit=limit,
            values=values,
        )

        async def take(connection: AsyncConnection) -> list[Job]:
            return _oldest_first((await connection.execute(statement)).all())

        return await self._transactions.run(take)

    async def _move(
        self,
        job_id: str,
        source: JobState,
        target: JobState,
        *,
        notice: NoticeKind | None = None,
        now: datetime | None = None,
        **values: Any,
    ) -> bool:
        check_move(source, target)
        columns = _where(job_id, source) | RELEASED | values | {"state": target}

        async def move(connection: AsyncConnection) -> bool:
            moved = (await connection.execute(_CONDITIONAL_UPDATE, columns)).rowcount == 1
            if moved and notice and now:
                await connection.execute(new_notice(job_id, notice, now))
            return moved

        return await self._transactions.run(move)

    async def _update(self, job_id: str, state: JobState, **values: Any) -> bool:
        columns = _where(job_id, state) | values

        async def update(connection: AsyncConnection) -> bool:
            return (await connection.execute(_CONDITIONAL_UPDATE, columns)).rowcount == 1

        return await self._transactions.run(update)


# Statements that run many times per job: building them anew would cost as much as running them.
# The columns to set are named by the parameters.
_INSERT = sa.insert(jobs).returning(jobs)
_CONDITIONAL_UPDATE = sa.update(jobs).where(
    jobs.c.id == sa.bindparam("which_job"), jobs.c.state == sa.bindparam("in_state")
)
_COUNT_PRESENT = (
    sa.select(sa.func.count())
    .select_from(jobs)
    .where(jobs.c.state.in_(ON_THEIR_WAY + AT_THE_PROVIDER))
)


def _where(job_id: str, state: JobState) -> dict[str, Any]:
    return {"which_job": job_id, "in_state": state}


def _columns(new: NewJob) -> dict[str, Any]:
    columns = dict(vars(new))
    brief = columns.pop("brief")
    return {**columns, **vars(brief)}


def _oldest_first(rows: Sequence[Any]) -> list[Job]:
    return sorted((job_from_row(row) for row in rows), key=lambda job: (job.created_at, job.id))
