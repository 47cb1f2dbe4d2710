"""All queries on jobs that the provider's logs are asked about: what became of them, or their cost.

A job is asked about as long as it has `lookup_due_at`. Until the logs have spoken, a job in doubt
has `unsure_since`, too: it is `submitting`, or it failed because a backup was restored.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind
from bot.domain.money import CostSource
from bot.store.card_edits import mark_card
from bot.store.database.inserts import new_notice
from bot.store.database.row_mapping import job_from_row
from bot.store.database.tables import jobs
from bot.store.interruptions import doubt
from bot.store.job_updates import Cost, JobUpdates, settle

# One look at the logs serves those that would ask soon, too; more of them wait for the next.
SOON = timedelta(seconds=30)
AT_ONCE = 500
# Generations that are looked through for one whose id has a suffix.
LOOKED_AT = 200

_WAITING = jobs.c.lookup_due_at.is_not(None)


class LookUpStore(JobUpdates):
    """Owns these queries. All may be repeated; `now` is aware UTC."""

    async def due_at(self) -> datetime | None:
        """When the next job is to be asked about."""
        moment: datetime | None = await self._value(
            sa.select(sa.func.min(jobs.c.lookup_due_at, type_=jobs.c.due_at.type)).where(_WAITING)
        )
        return moment

    async def waiting(self, now: datetime) -> list[Job]:
        """Those that are due, and those that soon will be."""
        due = sa.select(jobs).where(jobs.c.lookup_due_at <= now + SOON)
        rows = await self._rows(due.order_by(jobs.c.lookup_due_at).limit(AT_ONCE))
        return [job_from_row(row) for row in rows]

    async def doubt(
        self, job_id: str, now: datetime, due_at: datetime, *, submission: int | None = None
    ) -> bool:
        """Still submitting, but nobody knows with what outcome: its card says so."""
        return await self._transactions.run(
            lambda connection: doubt(connection, job_id, now, due_at, submission=submission)
        )

    async def later(self, job_id: str, due_at: datetime | None) -> None:
        """Ask about it again, or never."""
        again = sa.update(jobs).where(jobs.c.id == job_id, _WAITING)
        await self._transactions.change(again.values(lookup_due_at=due_at))

    async def settle(
        self, job_id: str, credits_: int, source: CostSource, *, is_over: bool = True
    ) -> bool:
        """What it cost; `False` if that was known. Unless it `is_over`, its look-up goes on."""
        columns = Cost(credits_, source).columns
        del columns["lookup_due_at"]

        async def change(connection: AsyncConnection) -> bool:
            if is_over:
                over = sa.update(jobs).where(jobs.c.id == job_id)
                await connection.execute(over.values(lookup_due_at=None))
            return await settle(connection, job_id, columns)

        return await self._transactions.run(change)

    async def queue_again(self, job: Job, now: datetime) -> bool:
        """submitting → queued: it failed at the provider, which cost nothing."""
        return await self._move(
            job.id,
            JobState.SUBMITTING,
            JobState.QUEUED,
            submission=job.submission,
            draw_at=now,
            due_at=now,
            submitted_at=None,
            unsure_since=None,
            lookup_due_at=None,
            failed_at_provider=job.failed_at_provider + 1,
        )

    async def interrupt(
        self,
        job_id: str,
        reason: str,
        now: datetime,
        due_at: datetime,
        *,
        submission: int | None = None,
    ) -> bool:
        """submitting → failed (interrupted), with its notice; the logs are asked at `due_at`."""
        return await self._move(
            job_id,
            JobState.SUBMITTING,
            JobState.FAILED,
            submission=submission,
            notice=NoticeKind.FAILURE,
            now=now,
            finished_at=now,
            unsure_since=None,
            failure_kind=FailureKind.INTERRUPTED,
            failure_reason=reason,
            lookup_due_at=due_at,
        )

    async def tell_restored(self, job_id: str, now: datetime, due_at: datetime) -> bool:
        """The logs know nothing of a job that waited in a backup: its member is told."""
        unsure = sa.and_(
            jobs.c.id == job_id,
            jobs.c.state == JobState.FAILED,
            jobs.c.unsure_since.is_not(None),
        )
        given_up = sa.update(jobs).where(unsure).values(unsure_since=None, lookup_due_at=due_at)

        async def tell(connection: AsyncConnection) -> bool:
            if not (await connection.execute(given_up)).rowcount:
                return False
            await connection.execute(new_notice(connection, job_id, NoticeKind.FAILURE, now))
            await mark_card(connection, job_id, now)
            return True

        return await self._transactions.run(tell)

    async def known_suffix(self, model: str) -> str | None:
        """How the ids of this model's generations end, from the colon on, if any does."""
        newest = (
            sa.select(jobs.c.generation_id)
            .where(jobs.c.model == model, jobs.c.finished_at.is_not(None))
            .order_by(jobs.c.finished_at.desc())
            .limit(LOOKED_AT)
        )
        names = [name for name in await self._values(newest) if name and ":" in name]
        return f":{names[0].rpartition(':')[2]}" if names else None
