"""All queries on variations: the jobs that were asked for together, and how they are liked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.domain.jobs import FINAL_KINDS, Job, JobState, Rung
from bot.domain.places import Place, told_in
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import job_from_row
from bot.store.database.tables import jobs, likes, notices

_LIKES = (
    sa.select(sa.func.count()).where(likes.c.job_id == jobs.c.id).correlate(jobs).scalar_subquery()
)
# A job that came back has two: of its failure, and of what became of it then.
_ENDS = notices.alias("ends")
_LAST_END = (
    sa.select(sa.func.max(_ENDS.c.id))
    .where(_ENDS.c.job_id == jobs.c.id, _ENDS.c.kind.in_(FINAL_KINDS))
    .correlate(jobs)
    .scalar_subquery()
)
_TAKES = (
    sa.select(
        jobs,
        notices.c.rung,
        notices.c.message_channel_id,
        notices.c.message_id,
        _LIKES.label("likes"),
    )
    .select_from(jobs.outerjoin(notices, notices.c.id == _LAST_END))
    .where(jobs.c.batch_id == sa.bindparam("batch_id"))
    .order_by(jobs.c.take)
)


@dataclass(frozen=True, kw_only=True)
class Take:
    """One variation, where its member was told of its end, and what others think of it.

    `place` is the one in the queue that its card is to show, while it waits there: see
    `bot.store.card_store`, which looks at the whole queue now and then.
    """

    job: Job
    place: int | None = None
    rung: Rung | None = None
    told: Place | None = None
    likes: int = 0


class BatchStore(Queries):
    """Owns the queries on variations."""

    async def takes(self, batch_id: str) -> Sequence[Take]:
        """The variations of one request, in the order in which they are counted."""
        return [_take(row) for row in await self._rows(_TAKES, {"batch_id": batch_id})]


def _take(row: Any) -> Take:
    job, rung = job_from_row(row), Rung(row.rung) if row.rung else None
    return Take(
        job=job,
        place=row.shown_place if job.state is JobState.QUEUED else None,
        rung=rung,
        told=told_in(job, rung, row.message_channel_id, row.message_id),
        likes=row.likes,
    )
