"""The statements that every move of a job is made of: a conditional update, and a claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import Job, JobState, NoticeKind, check_move
from bot.domain.money import CostSource
from bot.store.card_edits import mark_card
from bot.store.database.claims import RELEASED, claim, claiming
from bot.store.database.inserts import new_notice
from bot.store.database.queries import Claims
from bot.store.database.row_mapping import job_from_row
from bot.store.database.tables import jobs
from bot.store.spend_days import forget_day


@dataclass(frozen=True)
class Cost:
    """What a job cost, and where that is known from."""

    whole_credits: int
    source: CostSource

    @property
    def columns(self) -> dict[str, Any]:
        """Of `jobs`. What it cost need not be looked up any more."""
        known = {"cost_credits": self.whole_credits, "cost_source": self.source}
        return known | {"lookup_due_at": None}


FREE = Cost(0, CostSource.FREE)


class JobUpdates(Claims):
    """Changes jobs only while they are in the state that is named."""

    async def _move(
        self,
        job_id: str,
        source: JobState,
        target: JobState,
        *,
        notice: NoticeKind | None = None,
        now: datetime | None = None,
        draw_at: datetime | None = None,
        cost: Cost | None = None,
        submission: int | None = None,
        **values: Any,
    ) -> bool:
        """To another state, released, with a notice that is due `now`, and the card to be drawn at
        `draw_at`; whether it was in `source`, with that `submission` if one is named. The `cost`
        counts unless one is known already.

        Raises `IllegalMove` unless the table of moves allows it.
        """
        check_move(source, target)
        columns = where(job_id, source, submission) | RELEASED | values | {"state": target}

        async def move(connection: AsyncConnection) -> bool:
            moved = (await connection.execute(CONDITIONAL_UPDATE, columns)).rowcount == 1
            if moved and notice and now:
                await connection.execute(new_notice(connection, job_id, notice, now))
            if moved and draw_at:
                await mark_card(connection, job_id, draw_at)
            if moved and cost:
                await settle(connection, job_id, cost.columns)
            return moved

        return await self._transactions.run(move)

    async def _update(
        self, job_id: str, state: JobState, *, patience_s: float = 0.0, **values: Any
    ) -> bool:
        """Other columns, while it stays in its state; whether it was in `state`."""
        columns = where(job_id, state) | values
        changed = self._transactions.change(CONDITIONAL_UPDATE, columns, patience_s=patience_s)
        return await changed == 1

    async def claim_unanswered(self, limit: int, now: datetime, *, lease_s: float) -> list[Job]:
        """Received jobs whose process did not get to know whether Discord took the answer."""
        claimed = claiming(self._worker_id, limit, now, lease_s)
        return await self._claim(_CLAIM, JobState.RECEIVED, claimed)

    async def claim_polls(self, limit: int, now: datetime, *, lease_s: float) -> list[Job]:
        """Generations whose poll is due, each counted as one more attempt."""
        claimed = claiming(self._worker_id, limit, now, lease_s)
        return await self._claim(_CLAIM_POLLS, JobState.GENERATING, claimed)

    async def _claim(
        self, statement: sa.Update, state: JobState, claimed: dict[str, Any]
    ) -> list[Job]:
        return oldest_first(await self._transactions.rows(statement, claimed | {"in_state": state}))

    async def next_due_at(self, state: JobState) -> datetime | None:
        """When the next unclaimed job of this state wants something."""
        [(moment,)] = await self._transactions.rows(_NEXT_DUE_AT, {"in_state": state})
        due_at: datetime | None = moment
        return due_at


# These run many times per job: building them again would cost as much as running them. The columns
# to set are named by the parameters.
_IN_STATE = jobs.c.state == sa.bindparam("in_state")
_OF_SUBMISSION = sa.bindparam("of_submission", type_=sa.Integer)
CONDITIONAL_UPDATE = sa.update(jobs).where(
    jobs.c.id == sa.bindparam("which_job"),
    _IN_STATE,
    jobs.c.submission == sa.func.coalesce(_OF_SUBMISSION, jobs.c.submission),
)
_SETTLE = (
    sa.update(jobs)
    .where(jobs.c.id == sa.bindparam("which_job"), jobs.c.cost_credits.is_(None))
    .returning(jobs.c.submitted_at)
)
_CLAIM = claim(jobs, _IN_STATE, order_by=(jobs.c.due_at,))
_CLAIM_POLLS = _CLAIM.values(attempts=jobs.c.attempts + 1)
_NEXT_DUE_AT = sa.select(sa.func.min(jobs.c.due_at, type_=jobs.c.due_at.type)).where(
    _IN_STATE, jobs.c.claimed_until.is_(None)
)


def where(job_id: str, state: JobState, submission: int | None = None) -> dict[str, Any]:
    """The parameters that say which job `CONDITIONAL_UPDATE` changes, and if that matters, during
    which submission: what is known of one says nothing of those that came after it."""
    return {"which_job": job_id, "in_state": state, "of_submission": submission}


async def settle(connection: AsyncConnection, job_id: str, columns: dict[str, Any]) -> bool:
    """Put down what it cost, unless that is known; whether it was not."""
    row = (await connection.execute(_SETTLE, columns | {"which_job": job_id})).first()
    if row and row.submitted_at:
        await forget_day(connection, row.submitted_at)
    return row is not None


def oldest_first(rows: Sequence[Any]) -> list[Job]:
    """Rows of `jobs`, in the order in which they were asked for."""
    return sorted((job_from_row(row) for row in rows), key=lambda job: (job.created_at, job.id))
