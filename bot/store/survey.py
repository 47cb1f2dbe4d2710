"""Questions of those who look at the bot from outside. Nothing here changes anything."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.jobs import Job, JobState
from bot.errors import DatabaseTrouble
from bot.said_once import SaidOnce
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import job_from_row
from bot.store.database.tables import jobs, notices
from bot.store.interruptions import GIVEN_UP

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Census:
    """Jobs by state, those with none included, and members who should have been told by now."""

    jobs: Mapping[JobState, int]
    notices_due: int


class Survey(Queries):
    """Reads what health checks, metrics and `doctor` tell of the database.

    All may be repeated. Where nothing else is said, SQLAlchemy's errors are raised.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self._said = SaidOnce(log)

    async def answers(self) -> bool:
        """Whether the database can be asked at all. Raises nothing."""
        try:
            async with self._engine.connect() as connection:
                await connection.execute(sa.select(1))
        except Exception:  # whatever the driver raises, the answer is the same
            log.debug("the database does not answer", exc_info=True)
            return False
        return True

    async def census(self, now: datetime) -> Census | None:
        """How many jobs and notices there are at `now` (aware UTC), in two queries.

        `None` if the database can't be asked.
        """
        by_state = sa.select(jobs.c.state, sa.func.count()).group_by(jobs.c.state)
        due = sa.select(sa.func.count()).where(notices.c.due_at <= now)
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(by_state)).all()
                notices_due = int((await connection.execute(due)).scalar_one())
        except (DatabaseTrouble, sa.exc.SQLAlchemyError, OSError) as error:
            self._said.say("count", "the jobs can't be counted: %s", error)
            return None
        self._said.over("count", "the jobs can be counted again")
        counted = {JobState(state): number for state, number in rows}
        return Census(jobs=dict.fromkeys(JobState, 0) | counted, notices_due=notices_due)

    async def given_up_since(self, moment: datetime, *, limit: int) -> list[Job]:
        """Jobs that failed at `moment` (aware UTC) or later, though nobody knew whether the
        provider had taken them; newest first."""
        wanted = (
            sa.select(jobs)
            .where(
                jobs.c.state == JobState.FAILED,
                jobs.c.failure_kind.in_(GIVEN_UP),
                jobs.c.finished_at >= moment,
            )
            .order_by(jobs.c.finished_at.desc())
            .limit(limit)
        )
        return [job_from_row(row) for row in await self._rows(wanted)]
