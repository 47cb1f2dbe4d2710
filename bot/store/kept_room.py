"""Room for kept audio: what may be taken up in all and for a member, and who gives way.

Only copies of tracks that their member has received make room, oldest first. What nobody has
received yet is the only place where the track is: it stays for as long as it was promised.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import NoticeKind
from bot.store.database.tables import held_audio, jobs, notices

MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Room:
    """The most that kept audio may take up, in bytes."""

    whole_bytes: int = 2000 * MB
    member_bytes: int = 200 * MB


USUAL_ROOM = Room()


@dataclass(frozen=True, kw_only=True)
class Use:
    """Bytes in use: by all, and by one member; `lasting` is what gives way to nothing."""

    whole_bytes: int
    member_bytes: int
    lasting_whole_bytes: int
    lasting_member_bytes: int

    def left_bytes(self, room: Room) -> int:
        """The most that finds room for this member, once all that may has given way."""
        whole_bytes = room.whole_bytes - self.lasting_whole_bytes
        return max(0, min(whole_bytes, room.member_bytes - self.lasting_member_bytes))


async def in_use(connection: AsyncConnection, member_id: int) -> Use:
    """What is taken up now. Sizes are read without the files themselves."""
    row = (await connection.execute(_USE, {"of_member": member_id})).one()
    return Use(
        whole_bytes=int(row.whole),
        member_bytes=int(row.member),
        lasting_whole_bytes=int(row.lasting_whole),
        lasting_member_bytes=int(row.lasting_member),
    )


async def make_room(
    connection: AsyncConnection, member_id: int, size_bytes: int, room: Room, *, lasting: bool
) -> bool:
    """Drop copies until so much more fits; whether it may be put in. What is `lasting` may always.

    The transaction must hold `AdvisoryLock.KEEPING`.
    """
    use = await in_use(connection, member_id)
    if size_bytes > use.left_bytes(room) and not lasting:
        return False
    too_much = use.member_bytes + size_bytes - room.member_bytes
    dropped_bytes = await _drop(connection, too_much, _COPIES.where(_OF_MEMBER), member_id)
    too_much = use.whole_bytes - dropped_bytes + size_bytes - room.whole_bytes
    await _drop(connection, too_much, _COPIES, member_id)
    return True


async def _drop(
    connection: AsyncConnection, at_least_bytes: int, copies: sa.Select[Any], member_id: int
) -> int:
    """Drop the oldest of these copies that have so many bytes together; how many they had."""
    if at_least_bytes <= 0:
        return 0
    rows = (await connection.execute(copies, {"of_member": member_id})).all()
    chosen = list(_oldest(rows, at_least_bytes))
    dropped = held_audio.c.job_id.in_([row.job_id for row in chosen])
    await connection.execute(sa.delete(held_audio).where(dropped))
    return sum(row.size_bytes for row in chosen)


def _oldest(rows: Iterable[Any], at_least_bytes: int) -> Iterable[Any]:
    for row in rows:
        if at_least_bytes <= 0:
            return
        at_least_bytes -= row.size_bytes
        yield row


_SIZE = sa.func.length(held_audio.c.content)
_OF_MEMBER = jobs.c.member_id == sa.bindparam("of_member", type_=sa.BigInteger)
_RECEIVED = notices.c.told_at.is_not(None)
_KEPT = held_audio.join(jobs, jobs.c.id == held_audio.c.job_id).outerjoin(
    notices, sa.and_(notices.c.job_id == jobs.c.id, notices.c.kind == NoticeKind.RESULT)
)
_COPIES = (
    sa.select(held_audio.c.job_id, _SIZE.label("size_bytes"))
    .select_from(_KEPT)
    .where(_RECEIVED)
    .order_by(held_audio.c.held_at, held_audio.c.job_id)
)


def _sum(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(_SIZE).filter(*conditions), 0)


_USE = sa.select(
    sa.func.coalesce(sa.func.sum(_SIZE), 0).label("whole"),
    _sum(_OF_MEMBER).label("member"),
    _sum(~_RECEIVED).label("lasting_whole"),
    _sum(~_RECEIVED, _OF_MEMBER).label("lasting_member"),
).select_from(_KEPT)
