"""All queries on jobs. Frozen objects go in and come out; every move is one conditional update."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budgets import NO_BUDGETS, Budgets
from bot.domain.jobs import (
    FREE_OF_CHARGE,
    FailureKind,
    Job,
    JobState,
    NewJob,
    NoticeKind,
    check_move,
)
from bot.store.budgets import HOLD, left
from bot.store.card_edits import DRAWN_BY_PRESS
from bot.store.database.advisory_locks import AdvisoryLock, advisory_lock
from bot.store.database.claims import RELEASED, lease, seen_by
from bot.store.database.row_mapping import job_from_row, select_job
from bot.store.database.tables import jobs
from bot.store.interruptions import ABANDONED, doubt_abandoned, find_again, revive
from bot.store.job_updates import FREE, Cost, JobUpdates, oldest_first
from bot.store.pause_store import PROBE_AT
from bot.store.queue_order import AT_THE_PROVIDER, in_order
from bot.store.receiving import DailyLimits, Received, insert_received

# For so long, a job in doubt counts as one that runs at the provider.
DOUBT_TAKES_A_PLACE = timedelta(minutes=1)
# The provider's logs know of a request some time after it ended.
COST_LOOKED_UP_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Upcoming:
    """When there may be something to submit: `None` for no queued job, and for no pause."""

    due_at: datetime | None
    probe_at: datetime | None


class JobStore(JobUpdates):
    """Owns the queries on jobs.

    Methods that move a job return whether they did: `False` means that it was no longer in the
    state it had to be in (a member cancelled it, say), and nothing was changed. All of them may be
    repeated. `now` is aware UTC. What is learned of a `submission` moves no job that has been
    submitted once more since: whoever learned it was slow, or seemed dead.
    """

    # --- received ---------------------------------------------------------------------------

    async def receive(
        self, new: NewJob, limits: DailyLimits, now: datetime, *, lease_s: float
    ) -> Received:
        """Store a job as `received`, claimed by this process until Discord took the answer.

        Raises `RequestsClosed`, `DailyLimitReached`, `BudgetUsedUp`, `AttemptsUsedUp`,
        `AlreadyReceived` when this interaction has a job already, `AlreadyRetried` when the job it
        repeats has another repetition that did not fail, and `FoundAfterAll` when that job itself
        has not.
        """
        claimed = lease(self._worker_id, now, lease_s)
        return await self._transactions.run(
            lambda connection: insert_received(connection, new, limits, now, claimed=claimed)
        )

    async def accept(self, job_id: str, card_message_id: int | None, now: datetime) -> bool:
        """received → queued: Discord took the first answer."""
        return await self._move(
            job_id, JobState.RECEIVED, JobState.QUEUED, due_at=now, card_message_id=card_message_id
        )

    async def leave_unanswered(self, job_id: str, due_at: datetime) -> bool:
        """Still received: whether Discord took the answer is to be asked at `due_at`."""
        return await self._update(job_id, JobState.RECEIVED, due_at=due_at, **RELEASED)

    async def cancel(
        self, job_id: str, now: datetime, *, source: JobState, notice: NoticeKind | None = None
    ) -> bool:
        """To `cancelled`, from a state that allows it, with a notice if the member must be told."""
        more: dict[str, Any] = {"draw_at": now + DRAWN_BY_PRESS}
        if source is JobState.RECEIVED:  # no card is known
            more = {"interaction_token": None}
        if source is JobState.GENERATING:  # the provider goes on, and it may be billed
            more["lookup_due_at"] = now + COST_LOOKED_UP_AFTER
        return await self._end(job_id, source, JobState.CANCELLED, now, notice=notice, **more)

    # --- submitting -------------------------------------------------------------------------

    async def claim_submissions(
        self,
        limit: int,
        now: datetime,
        *,
        at_most_running: int,
        overdue_s: float,
        lease_s: float,
        key_mark: str | None = None,
        budgets: Budgets = NO_BUDGETS,
    ) -> list[Job]:
        """queued → submitting, as many as the provider may see at the same time.

        Overdue generations no longer take up one of the `at_most_running` places, nor do those that
        have been in doubt for as long as a generation takes. During a pause it is a single one, as
        a probe, and only while no other submission is under way, but for those in doubt. What does
        not fit the budgets waits, and lets cheaper ones by. Each counts one more `submission`, made
        with the key of that mark.
        """
        check_move(JobState.QUEUED, JobState.SUBMITTING)
        due = {"due_by": now}
        async with self._engine.begin() as connection:
            if not (await connection.execute(_ANY_DUE, due)).scalar():
                return []  # by far the most looks end here
            await advisory_lock(connection, AdvisoryLock.SUBMITTING)
            running = {
                "overdue_since": now - timedelta(seconds=overdue_s),
                "doubted_since": now - DOUBT_TAKES_A_PLACE,
            }
            seen = (await connection.execute(_AT_WORK, running)).one()
            free = min(limit, at_most_running - seen.running)
            if seen.probe_at is not None:
                free = min(free, 0 if seen.submitting or now < seen.probe_at else 1)
            if free <= 0:
                return []
            taken = due | {"at_most": free, "state": JobState.SUBMITTING, "submitted_at": now}
            taken |= lease(self._worker_id, now, lease_s) | {"submitted_with": key_mark}
            may_spend = [one.credits for one in await left(connection, budgets, now)]
            if not may_spend:
                return oldest_first((await connection.execute(_CLAIM_QUEUED, taken)).all())
            return oldest_first(await _claim_within(connection, min(may_spend), taken))

    async def start_generation(
        self,
        job_id: str,
        generation_id: str,
        due_at: datetime,
        *,
        inference_id: str | None = None,
        draw_at: datetime | None = None,
    ) -> bool:
        """submitting → generating: it is paid for, and polled from `due_at` on until it ends.

        `inference_id` is the name of the charge in the account's ledger, as far as it is known.
        At `draw_at` its card is out of date if the track isn't there by then.
        """
        return await self._move(
            job_id,
            JobState.SUBMITTING,
            JobState.GENERATING,
            generation_id=generation_id,
            inference_id=inference_id,
            due_at=due_at,
            attempts=0,
            draw_at=draw_at,
            unsure_since=None,
            lookup_due_at=None,
        )

    async def revive(
        self,
        job_id: str,
        generation_id: str,
        due_at: datetime,
        *,
        inference_id: str | None = None,
        submitted_at: datetime | None = None,
        draw_at: datetime | None = None,
    ) -> bool:
        """failed (interrupted, restored) → generating: its generation was accepted after all.

        `submitted_at` is when, as far as the provider knows, for one that does not know itself. If
        its member has asked for it again meanwhile, it is `quiet` from now on. At `draw_at` its
        card, which says that it failed, is out of date.
        """
        paid: dict[str, Any] = {"generation_id": generation_id, "inference_id": inference_id}
        paid |= {"due_at": due_at, "submitted_at": _known_or(submitted_at)}
        return await self._transactions.run(
            lambda connection: revive(connection, job_id, draw_at=draw_at, **paid)
        )

    async def find_again(self, job_id: str, due_at: datetime) -> bool:
        """failed (lost) → generating: the provider has the generation after all."""
        return await self._transactions.run(
            lambda connection: find_again(connection, job_id, due_at)
        )

    async def requeue(
        self, job_id: str, due_at: datetime, *, submission: int | None = None
    ) -> bool:
        """submitting → queued: the provider surely did not take it; again from `due_at` on."""
        return await self._move(
            job_id,
            JobState.SUBMITTING,
            JobState.QUEUED,
            submission=submission,
            due_at=due_at,
            submitted_at=None,
            unsure_since=None,
            lookup_due_at=None,
        )

    async def doubt_abandoned(self, now: datetime) -> list[str]:
        """Jobs whose submitter has died stay `submitting`, but are in doubt now; their ids."""
        if not await self._first(ABANDONED, seen_by(self._worker_id, now)):
            return []
        return await self._transactions.run(
            lambda connection: doubt_abandoned(connection, now, self._worker_id)
        )

    # --- generating -------------------------------------------------------------------------

    async def poll_again(self, job_id: str, due_at: datetime, *, patience_s: float = 0.0) -> bool:
        """Still generating: the next poll is at `due_at`. May wait for others to be stored with."""
        return await self._update(
            job_id, JobState.GENERATING, patience_s=patience_s, due_at=due_at, **RELEASED
        )

    async def succeed(
        self, job_id: str, audio_url: str, now: datetime, *, cost: Cost | None = None
    ) -> bool:
        """generating → succeeded, with the notice that tells the member.

        A cost that is not known is looked up a little later.
        """
        source, told = JobState.GENERATING, NoticeKind.RESULT
        looked_up: dict[str, Any] = {"lookup_due_at": now + COST_LOOKED_UP_AFTER}
        more = {"audio_url": audio_url} | ({} if cost else looked_up)
        return await self._end(
            job_id, source, JobState.SUCCEEDED, now, notice=told, cost=cost, **more
        )

    async def refresh_audio(self, job_id: str, audio_url: str) -> bool:
        """Remember where the finished file is now; the provider's links expire."""
        return await self._update(job_id, JobState.SUCCEEDED, audio_url=audio_url)

    async def measured(self, job_id: str, *, duration_s: float, tempo_bpm: float | None) -> bool:
        """Remember what was heard in the finished file."""
        return await self._update(
            job_id, JobState.SUCCEEDED, duration_s=duration_s, tempo_bpm=tempo_bpm
        )

    async def fail(
        self,
        job_id: str,
        kind: FailureKind,
        reason: str,
        now: datetime,
        *,
        source: JobState,
        submission: int | None = None,
    ) -> bool:
        """To `failed`, from a state that allows it, with the notice that tells the member."""
        why: dict[str, Any] = {"failure_kind": kind, "failure_reason": reason, "unsure_since": None}
        if kind is FailureKind.LOST:
            why["lookup_due_at"] = now + COST_LOOKED_UP_AFTER
        cost = FREE if kind in FREE_OF_CHARGE else None
        told = NoticeKind.FAILURE
        why["submission"] = submission
        return await self._end(job_id, source, JobState.FAILED, now, notice=told, cost=cost, **why)

    async def _end(
        self,
        job_id: str,
        source: JobState,
        target: JobState,
        now: datetime,
        *,
        notice: NoticeKind | None,
        cost: Cost | None = None,
        **values: Any,
    ) -> bool:
        return await self._move(
            job_id, source, target, notice=notice, now=now, cost=cost, finished_at=now, **values
        )

    # --- reading ----------------------------------------------------------------------------

    async def get(self, job_id: str) -> Job | None:
        """One job, or `None`."""
        row = await self._first(select_job(job_id))
        return job_from_row(row) if row else None

    async def next_submission(self) -> Upcoming:
        """When the next queued job is due, and when the pause lets one out."""
        [(due_at, probe_at)] = await self._transactions.rows(_UPCOMING, {})
        return Upcoming(due_at=due_at, probe_at=probe_at)

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
        rows = await self._rows(finished)
        late = timedelta(seconds=late_s)
        return [
            (row.finished_at - row.submitted_at).total_seconds()
            for row in rows
            if row.finished_at - row.due_at <= late
        ]


def _known_or(submitted_at: datetime | None) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(
        jobs.c.submitted_at, sa.literal(submitted_at, type_=jobs.c.submitted_at.type)
    )


# Run every few seconds at least, and large: building them again would cost more than running them.
_DUE = jobs.c.due_at <= sa.bindparam("due_by")
_QUEUED = jobs.c.state == JobState.QUEUED
_SUBMITTING = jobs.c.state == JobState.SUBMITTING
_IN_DOUBT = jobs.c.unsure_since.is_not(None)
_ANY_DUE = sa.select(sa.exists().where(_QUEUED, _DUE))
_UPCOMING = sa.select(sa.func.min(jobs.c.due_at, type_=jobs.c.due_at.type), PROBE_AT).where(_QUEUED)
# How many jobs take up a place, how many of these are submissions, and the pause.
_AT_WORK = sa.select(
    sa.func.count()
    .filter(
        sa.or_(
            sa.and_(_SUBMITTING, ~_IN_DOUBT),
            sa.and_(~_IN_DOUBT, jobs.c.submitted_at > sa.bindparam("overdue_since")),
            jobs.c.unsure_since > sa.bindparam("doubted_since"),
        )
    )
    .label("running"),
    sa.func.count().filter(_SUBMITTING, ~_IN_DOUBT).label("submitting"),
    PROBE_AT,
).where(jobs.c.state.in_(AT_THE_PROVIDER))
_AT_MOST = sa.bindparam("at_most", type_=sa.Integer)
_MAY_SPEND = sa.bindparam("may_spend", type_=sa.BigInteger)


def _claim(ids: sa.Select[Any]) -> sa.Update:
    """The update that claims these queued jobs.

    What somebody holds at this moment (a cancellation, say) is left for the next look: a
    transaction that never waits can't be one of two that wait for each other.
    """
    free = (
        sa.select(jobs.c.id)
        .where(jobs.c.id.in_(ids), _QUEUED)
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    claimed = sa.update(jobs).where(jobs.c.id.in_(sa.select(free.c.id)))
    counted = claimed.values(
        attempts=jobs.c.attempts + 1,
        submission=jobs.c.submission + 1,
        first_submitted_at=sa.func.coalesce(
            jobs.c.first_submitted_at, sa.bindparam("due_by", type_=jobs.c.due_at.type)
        ),
    )
    return counted.returning(jobs)


def _first_that_fit() -> sa.Select[Any]:
    """The next ones that fit what may be spent, up to the first that no longer fits with them."""
    turns = in_order(_DUE, HOLD <= _MAY_SPEND).limit(_AT_MOST).subquery()
    together = sa.func.sum(HOLD).over(order_by=turns.c.place).label("together")
    summed = sa.select(jobs.c.id, together).join(turns, turns.c.id == jobs.c.id).subquery()
    return sa.select(summed.c.id).where(summed.c.together <= _MAY_SPEND)


async def _claim_within(
    connection: AsyncConnection, may_spend: int, taken: dict[str, Any]
) -> list[Any]:
    """The rows of all that fit, in their order; the next look at those that are left follows."""
    claimed: list[Any] = []
    most = taken["at_most"]
    while len(claimed) < most:
        now_taken = {"at_most": most - len(claimed), "may_spend": max(may_spend, 0)}
        rows = (await connection.execute(_CLAIM_AFFORDABLE, taken | now_taken)).all()
        if not rows:
            break
        may_spend -= sum(row.held_credits or 0 for row in rows)
        claimed += rows
    return claimed


_CLAIM_QUEUED = _claim(sa.select(in_order(_DUE).limit(_AT_MOST).subquery().c.id))
_CLAIM_AFFORDABLE = _claim(_first_that_fit())
