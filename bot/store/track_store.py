"""All queries on finished tracks: who may see which, how they are liked, where they are heard."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import Job, JobState, NoticeKind, Rung
from bot.domain.places import Place, heard_in
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import job_from_row
from bot.store.database.tables import AnyText, jobs, likes, notices, shares

# Characters that a pattern would take for something else, and the one that keeps it from that.
_WILDCARDS = re.compile("[%_/]")

Condition = sa.ColumnElement[bool]


class Only(StrEnum):
    """What a list of tracks can be narrowed down to."""

    LIKED = "liked"
    HELD = "held"
    PRIVATE = "private"
    DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which tracks a member wants to see: their own ones, or what is public of another member.

    With `guild_id` only those of that server; another member's tracks need one. What was deleted is
    left out, unless it's asked for.
    """

    viewer_id: int
    member_id: int
    guild_id: int | None = None
    search: str = ""
    only: Only | None = None
    model: str | None = None

    @property
    def own(self) -> bool:
        """Whether the member looks at their own tracks."""
        return self.viewer_id == self.member_id


@dataclass(frozen=True, kw_only=True)
class ListedTrack:
    """A finished job, as it is listed. `places` begin with the message that announced it."""

    job: Job
    likes: int
    held: bool
    places: tuple[Place, ...]


class TrackStore(Queries):
    """Owns the queries on finished tracks. All of them may be repeated.

    `channel_ids` are channels that the viewer may see: what is nowhere but in others is not there
    for them. Members always see all that is their own. A server may have a thousand channels, so
    which of them matter is asked first.
    """

    async def page(
        self, wanted: Wanted, channel_ids: Collection[int], *, limit: int, offset: int
    ) -> list[ListedTrack]:
        """One page of the list, newest first."""
        found = _TRACKS.where(*_conditions(wanted, channel_ids)).order_by(*_NEWEST_FIRST)
        return await self._tracks(found.limit(limit).offset(offset))

    async def count(self, wanted: Wanted, channel_ids: Collection[int]) -> int:
        """How many there are on all pages."""
        counted = sa.select(sa.func.count()).select_from(_TOLD_JOBS)
        return int(await self._value(counted.where(*_conditions(wanted, channel_ids))))

    async def channels(self, wanted: Wanted) -> set[int]:
        """The channels in which others' tracks that are wanted can be heard."""
        return await self._channels(wanted.guild_id or 0, jobs.c.member_id == wanted.member_id)

    async def channels_of_liked(self, guild_id: int, *, since: datetime | None) -> set[int]:
        """The channels of a server in which others hear what was liked since then."""
        liked = sa.select(likes.c.job_id)
        if since is not None:
            liked = liked.where(likes.c.liked_at > since)
        return await self._channels(guild_id, jobs.c.id.in_(liked))

    async def _channels(self, guild_id: int, which: Condition) -> set[int]:
        posted = sa.select(notices.c.message_channel_id).select_from(jobs.join(notices, _TOLD))
        shared = sa.select(shares.c.channel_id).join(jobs, jobs.c.id == shares.c.job_id)
        either = sa.union(
            posted.where(which, *_posted(guild_id)), shared.where(which, *_shared(guild_id))
        )
        return {one for one in await self._values(either) if one is not None}

    async def models(self, wanted: Wanted, channel_ids: Collection[int]) -> list[str]:
        """The ids of the models that made them."""
        made_by = sa.select(jobs.c.model).distinct().select_from(_TOLD_JOBS)
        wanted_by = made_by.where(*_conditions(wanted, channel_ids)).order_by(jobs.c.model)
        return list(await self._values(wanted_by))

    async def most_liked(
        self, guild_id: int, channel_ids: Collection[int], *, since: datetime | None, limit: int
    ) -> list[ListedTrack]:
        """A server's public tracks with the likes since then, most first, newer before older."""
        counted = sa.select(likes.c.job_id, sa.func.count().label("likes")).group_by(likes.c.job_id)
        if since is not None:
            counted = counted.where(likes.c.liked_at > since)
        ranked = counted.subquery()
        found = (
            sa.select(jobs, *_TOLD_COLUMNS, ranked.c.likes)
            .select_from(ranked.join(jobs, jobs.c.id == ranked.c.job_id).outerjoin(notices, _TOLD))
            .where(*_audible(guild_id, channel_ids))
            .order_by(ranked.c.likes.desc(), *_NEWEST_FIRST)
        )
        return await self._tracks(found.limit(limit))

    async def get(self, job_id: str) -> ListedTrack | None:
        """A finished track, with all places it is heard in: who may hear it is not asked here."""
        one = _TRACKS.where(jobs.c.id == job_id, jobs.c.state == JobState.SUCCEEDED)
        found = await self._tracks(one)
        return found[0] if found else None

    async def places(self, job: Job) -> list[Place]:
        """The messages a track can be heard in, first the one that announced it.

        Those of a deleted track, too: some may be left.
        """
        told = sa.select(*_TOLD_COLUMNS).where(
            notices.c.job_id == job.id, notices.c.kind == NoticeKind.RESULT
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(told)).first()
            shared = await _shares_of(connection, [job.id])
        announced = _announced(job, row) if row else None
        return [*([announced] if announced else []), *shared.get(job.id, ())]

    async def shared_places(self, job_id: str) -> list[Place]:
        """Those of them that it was shared to."""
        async with self._engine.connect() as connection:
            return list((await _shares_of(connection, [job_id])).get(job_id, ()))

    async def ancestors(self, job_id: str, *, most: int) -> list[Job]:
        """What a track was made from, its parent first, at most so many."""
        line = (
            sa.select(jobs.c.parent_id, sa.literal(1).label("distance"))
            .where(jobs.c.id == job_id, jobs.c.parent_id.is_not(None))
            .cte("line", recursive=True)
        )
        older = jobs.alias("older")
        line = line.union_all(
            sa.select(older.c.parent_id, line.c.distance + 1).where(
                older.c.id == line.c.parent_id,
                older.c.parent_id.is_not(None),
                line.c.distance < most,
            )
        )
        wanted = sa.select(jobs).join(line, line.c.parent_id == jobs.c.id).order_by(line.c.distance)
        return [job_from_row(row) for row in await self._rows(wanted)]

    async def is_told_by(self, job: Job, message_id: int) -> bool:
        """Whether this message of ours is about the job: its card, what it said later, a share."""
        if message_id == job.card_message_id:
            return True
        told = sa.select(sa.literal(1)).where(
            notices.c.job_id == job.id, notices.c.message_id == message_id
        )
        shared = sa.select(sa.literal(1)).where(
            shares.c.job_id == job.id, shares.c.message_id == message_id
        )
        return await self._first(told.union_all(shared)) is not None

    async def rename(self, job_id: str, member_id: int, title: str | None) -> bool:
        """Call a member's own track something else; `None` for the title from its prompt."""
        statement = sa.update(jobs).where(
            jobs.c.id == job_id,
            jobs.c.member_id == member_id,
            jobs.c.state == JobState.SUCCEEDED,
            jobs.c.deleted_at.is_(None),
        )
        return await self._change(statement.values(title=title)) == 1

    async def _tracks(self, statement: sa.Select[Any]) -> list[ListedTrack]:
        async with self._engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
            shared = await _shares_of(connection, [row.id for row in rows])
        return [_track(row, shared.get(row.id, ())) for row in rows]


_NEWEST_FIRST = (jobs.c.created_at.desc(), jobs.c.id.desc())
# Each job with the notice of its track. A sub-query in its place would be run over all notices.
_TOLD = sa.and_(notices.c.job_id == jobs.c.id, notices.c.kind == NoticeKind.RESULT)
_TOLD_JOBS = jobs.outerjoin(notices, _TOLD)
_TOLD_COLUMNS = (notices.c.rung, notices.c.message_channel_id, notices.c.message_id)
_LIKES = sa.select(sa.func.count()).where(likes.c.job_id == jobs.c.id).correlate(jobs)
_TRACKS = sa.select(jobs, *_TOLD_COLUMNS, _LIKES.scalar_subquery().label("likes")).select_from(
    _TOLD_JOBS
)


def _conditions(wanted: Wanted, channel_ids: Collection[int]) -> Iterable[Condition]:
    yield jobs.c.member_id == wanted.member_id
    if wanted.own:
        yield jobs.c.state == JobState.SUCCEEDED
        deleted = wanted.only is Only.DELETED
        yield jobs.c.deleted_at.is_not(None) if deleted else jobs.c.deleted_at.is_(None)
        if wanted.guild_id is not None:
            yield jobs.c.guild_id == wanted.guild_id
    else:
        yield from _audible(wanted.guild_id or 0, channel_ids)
    if wanted.search:
        yield sa.or_(
            _contains(jobs.c.prompt, wanted.search), _contains(jobs.c.title, wanted.search)
        )
    if wanted.model is not None:
        yield jobs.c.model == wanted.model
    match wanted.only:
        case Only.LIKED:
            yield sa.exists().where(likes.c.job_id == jobs.c.id)
        case Only.PRIVATE:
            yield jobs.c.private
        case Only.HELD:
            yield notices.c.rung == Rung.HELD


def _audible(guild_id: int, channel_ids: Collection[int]) -> Iterable[Condition]:
    """`bot.domain.visibility.may_hear` for others' tracks, as seen in these channels. On
    `_TOLD_JOBS`."""
    posted = sa.and_(*_posted(guild_id), notices.c.message_channel_id.in_(channel_ids))
    shared = sa.exists().where(
        shares.c.job_id == jobs.c.id, *_shared(guild_id), shares.c.channel_id.in_(channel_ids)
    )
    yield jobs.c.state == JobState.SUCCEEDED
    yield jobs.c.deleted_at.is_(None)
    yield sa.or_(posted, shared)


def _posted(guild_id: int) -> tuple[Condition, ...]:
    return (
        ~jobs.c.private,
        jobs.c.guild_id == guild_id,
        notices.c.rung != Rung.DIRECT_MESSAGE,
        notices.c.message_id.is_not(None),
    )


def _shared(guild_id: int) -> tuple[Condition, ...]:
    return shares.c.guild_id == guild_id, shares.c.message_id.is_not(None)


def _contains(column: sa.ColumnElement[Any], text: str) -> Condition:
    """Whether the text is in it, in any case; `%` and `_` stand for themselves.

    Some databases know the case of ASCII letters only, so what Python knows of the others is
    tried, too: all small, all capitals, and capitals at the beginning.
    """
    spellings = {_lower_ascii(text.lower()), _lower_ascii(text.upper()), _lower_ascii(text.title())}
    lowered = sa.func.lower(column)
    patterns = [sa.literal(f"%{_escaped(one)}%", AnyText) for one in spellings]
    return sa.or_(*(lowered.like(pattern, escape="/") for pattern in patterns))


def _escaped(text: str) -> str:
    return _WILDCARDS.sub(r"/\g<0>", text)


def _lower_ascii(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)


async def _shares_of(
    connection: AsyncConnection, job_ids: Sequence[str]
) -> Mapping[str, Sequence[Place]]:
    """The messages in which tracks were shared, oldest first."""
    if not job_ids:
        return {}
    wanted = (
        sa.select(shares)
        .where(shares.c.job_id.in_(job_ids), shares.c.message_id.is_not(None))
        .order_by(shares.c.shared_at)
    )
    found: dict[str, list[Place]] = {}
    for row in (await connection.execute(wanted)).all():
        place = Place(guild_id=row.guild_id, channel_id=row.channel_id, message_id=row.message_id)
        found.setdefault(row.job_id, []).append(place)
    return found


def _track(row: Any, shared: Iterable[Place]) -> ListedTrack:
    job = job_from_row(row)
    told = _announced(job, row)
    places = (*([told] if told else []), *shared) if job.deleted_at is None else ()
    return ListedTrack(job=job, likes=row.likes, held=row.rung == Rung.HELD, places=places)


def _announced(job: Job, row: Any) -> Place | None:
    rung = Rung(row.rung) if row.rung else None
    return heard_in(job, rung, row.message_channel_id, row.message_id)
