"""What was spent, and what is held. Days that are added up count as such, the others by jobs."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.jobs import TERMINAL, JobState
from bot.domain.money import CostSource
from bot.store.database.engine import reading
from bot.store.database.queries import Queries
from bot.store.database.tables import jobs, spend_days
from bot.store.spend_days import (
    AMOUNT,
    GUILD_ID,
    SOURCE,
    days_by_jobs,
    submitted_on,
    whole_sum,
)

WAITING: Final = (JobState.RECEIVED, JobState.QUEUED)
_GOES_ON: Final = sorted(set(JobState) - TERMINAL)


class By(StrEnum):
    """What sums are made for."""

    DAY = "day"
    SERVER = "server"
    MEMBER = "member"
    MODEL = "model"


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Of one day (in UTC), server (0 for none), member or model: tracks, and their credits.

    Where the source is `ESTIMATE`, their cost isn't known, and they count with what they hold.
    """

    of: date | int | str
    source: CostSource
    tracks: int
    credits: int


@dataclass(frozen=True, kw_only=True)
class Held:
    """So many tracks, and the credits that they hold together."""

    tracks: int
    credits: int


@dataclass(frozen=True, kw_only=True)
class AboveHold:
    """Tracks of a model that cost more credits than were held for them."""

    model: str
    tracks: int
    held: int
    cost: int


_OF_JOBS: Final = {
    By.SERVER: GUILD_ID,
    By.MEMBER: jobs.c.member_id,
    By.MODEL: jobs.c.model,
}
_OF_DAYS: Final = {
    By.DAY: spend_days.c.day,
    By.SERVER: spend_days.c.guild_id,
    By.MEMBER: spend_days.c.member_id,
    By.MODEL: spend_days.c.model,
}
_Key = tuple[Any, CostSource]


class SpendStore(Queries):
    """Owns the queries on spending. All only read, at one moment each, and hold up nobody."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(reading(engine))

    async def spent(self, first: date, last: date, by: By) -> list[Spent]:
        """For tracks that were submitted on these days, both included."""
        tracks: Counter[_Key] = Counter()
        credits_: Counter[_Key] = Counter()
        async with self._engine.connect() as connection:
            rows = [
                *await _of_days(connection, first, last, by),
                *[
                    row
                    for day in await days_by_jobs(connection, first, last)
                    for row in await _of_jobs(connection, day, by)
                ],
            ]
        for of, source, number, amount in rows:
            tracks[of, source] += number
            credits_[of, source] += amount
        return [
            Spent(of=key[0], source=key[1], tracks=number, credits=credits_[key])
            for key, number in tracks.items()
        ]

    async def used(self, first: date, last: date) -> int:
        """Credits that count towards a budget for these days: spent, and held for what waits."""
        spent = await self.spent(first, last, By.DAY)
        return sum(one.credits for one in spent) + (await self.waiting()).credits

    async def waiting(self) -> Held:
        """What holds credits and isn't submitted yet."""
        return await self._held(jobs.c.state.in_(WAITING))

    async def unsettled(self, since: datetime) -> Held:
        """What was submitted since then and has ended, and whose cost isn't known."""
        # Said like this, SQLite does not look at all jobs that have ever ended.
        is_open = jobs.c.cost_credits.is_(None) & jobs.c.state.not_in(_GOES_ON)
        return await self._held(jobs.c.submitted_at >= since, is_open)

    async def above_hold(self, since: datetime) -> list[AboveHold]:
        """What was submitted since then and cost more than it held, for each model."""
        wanted = sa.select(
            sa.func.max(jobs.c.model).label("model"),
            sa.func.count().label("tracks"),
            whole_sum(jobs.c.held_credits).label("held"),
            whole_sum(jobs.c.cost_credits).label("cost"),
        ).where(jobs.c.submitted_at >= since, jobs.c.cost_credits > jobs.c.held_credits)
        # Likewise: by the plain column, it would go through the whole index of models.
        rows = await self._rows(wanted.group_by(jobs.c.model.concat("")))
        return [AboveHold(**row._mapping) for row in rows]

    async def known(self, job_ids: Collection[str]) -> set[str]:
        """Those of these ids that are jobs of ours."""
        return set(await self._values(sa.select(jobs.c.id).where(jobs.c.id.in_(job_ids))))

    async def _held(self, *which: sa.ColumnElement[bool]) -> Held:
        sums = sa.select(sa.func.count(), whole_sum(jobs.c.held_credits))
        tracks, held = await self._first(sums.where(*which, jobs.c.held_credits > 0))
        return Held(tracks=tracks, credits=held or 0)


async def _of_days(connection: AsyncConnection, first: date, last: date, by: By) -> Any:
    of, source = _OF_DAYS[by], spend_days.c.source
    sums = (whole_sum(spend_days.c.tracks), whole_sum(spend_days.c.credits))
    wanted = sa.select(of, source, *sums).where(spend_days.c.day.between(first, last))
    return (await connection.execute(wanted.group_by(of, source))).all()


async def _of_jobs(connection: AsyncConnection, day: date, by: By) -> list[Any]:
    groups = [SOURCE] if by is By.DAY else [_OF_JOBS[by], SOURCE]
    wanted = sa.select(*groups, sa.func.count(), whole_sum(AMOUNT))
    wanted = wanted.where(submitted_on(day), AMOUNT > 0).group_by(*groups)
    rows = (await connection.execute(wanted)).all()
    return [(day, *row) for row in rows] if by is By.DAY else list(rows)
