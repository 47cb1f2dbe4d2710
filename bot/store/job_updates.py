"""The statements that every move of a job is made of: a conditional update, and a claim."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs import Job, JobState, NoticeKind, check_move
from bot.store.rows import RELEASED, claim, job_from_row, new_notice, unclaimed
from bot.store.tables import jobs
from bot.store.transactions import Transactions


class JobUpdates:
    """Changes jobs only while they are in the state that is named."""

    def __init__(self, transactions: Transactions, worker_id: str) -> None:
        self._transactions = transactions
        self._worker_id = worker_id

    async def move(
        self,
        job_id: str,
        source: JobState,
        target: JobState,
        *,
        notice: NoticeKind | None = None,
        now: datetime | None = None,
        **values: Any,
    ) -> bool:
        """To another state, released, with a notice that is due `now`; whether it was in `source`.

        Raises `IllegalMove` unless the table of moves allows it.
        """
        check_move(source, target)
        columns = where(job_id, source) | RELEASED | values | {"state": target}

        async def move(connection: AsyncConnection) -> bool:
            moved = (await connection.execute(CONDITIONAL_UPDATE, columns)).rowcount == 1
            if moved and notice and now:
                await connection.execute(new_notice(connection, job_id, notice, now))
            return moved

        return await self._transactions.run(move)

    async def update(
        self, job_id: str, state: JobState, *, patience_s: float = 0.0, **values: Any
    ) -> bool:
        """Other columns, while it stays in its state; whether it was in `state`."""
        columns = where(job_id, state) | values

        async def update(connection: AsyncConnection) -> bool:
            return (await connection.execute(CONDITIONAL_UPDATE, columns)).rowcount == 1

        return await self._transactions.run(update, patience_s=patience_s)

    async def claim_due(
        self, state: JobState, limit: int, now: datetime, values: dict[str, Any]
    ) -> list[Job]:
        """Set these columns in jobs of this state that are due and that nobody works on."""
        statement = claim(
            jobs,
            jobs.c.state == state,
            jobs.c.due_at <= now,
            unclaimed(jobs, now, self._worker_id),
            order_by=(jobs.c.due_at,),
            limit=limit,
            values=values,
        )

        async def take(connection: AsyncConnection) -> list[Job]:
            return oldest_first((await connection.execute(statement)).all())

        return await self._transactions.run(take)


# Runs many times per job: building it anew would cost as much as running it. The columns to set
# are named by the parameters.
CONDITIONAL_UPDATE = sa.update(jobs).where(
    jobs.c.id == sa.bindparam("which_job"), jobs.c.state == sa.bindparam("in_state")
)


def where(job_id: str, state: JobState) -> dict[str, Any]:
    """The parameters that say which job `CONDITIONAL_UPDATE` changes."""
    return {"which_job": job_id, "in_state": state}


def oldest_first(rows: Sequence[Any]) -> list[Job]:
    """Rows of `jobs`, in the order in which they were asked for."""
    return sorted((job_from_row(row) for row in rows), key=lambda job: (job.created_at, job.id))
