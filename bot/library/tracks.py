"""What becomes of finished tracks: who may see them, who likes them, how they are taken away."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.domain.jobs import Job, JobState, Notice, NoticeKind, Rung
from bot.store.like_store import Likes
from bot.store.share_store import Share
from bot.store.stores import Stores
from bot.store.track_store import Place

# So many ancestors are told one by one; of those before them only the authors.
NAMED_ANCESTORS = 6
MOST_ANCESTORS = 300


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks at a track, and from where. `guild_id` is `None` in direct messages."""

    member_id: int
    guild_id: int | None
    channel_id: int | None


@dataclass(frozen=True, kw_only=True)
class Ancestor:
    """A track that another one was made from. What is not `visible` has no title for the viewer."""

    job: Job
    visible: bool


class Tracks:
    """Looks after finished tracks. Knows nothing of Discord's objects."""

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._stores = stores
        self._clock = clock

    async def is_visible(self, job: Job, viewer: Viewer) -> bool:
        """Whether the viewer may know that this job exists.

        Its member always may; others where it was asked for in public, or shared.
        """
        if job.member_id == viewer.member_id:
            return True
        if not job.private and _is_from(job, viewer):
            return True
        shares = await self._stores.shares.of_job(job.id)
        return any(_reaches(share, viewer) for share in shares)

    async def likes(self, job: Job) -> int:
        """How many members like it."""
        return await self._stores.likes.count(job.id)

    async def like(self, job: Job, member_id: int) -> Likes:
        """Like it, or take the like back."""
        return await self._stores.likes.toggle(job.id, member_id, self._clock())

    async def lineage(self, job: Job, viewer: Viewer) -> list[Ancestor]:
        """What it was made from, its parent first."""
        if job.parent_id is None:
            return []
        line = await self._stores.curation.ancestors(job.id, most=MOST_ANCESTORS)
        near = [
            Ancestor(job=one, visible=not one.deleted_at and await self.is_visible(one, viewer))
            for one in line[:NAMED_ANCESTORS]
        ]
        return near + [Ancestor(job=one, visible=False) for one in line[NAMED_ANCESTORS:]]

    async def places(self, job: Job, *, announced: bool = True) -> list[Place]:
        """The messages it can be heard in, first the one that announced it, unless left out.

        A private answer is not among them: nobody but its member can look at it again.
        """
        notices = await self._stores.notices.of_job(job.id) if announced else []
        told = [_announced(job, notice) for notice in notices]
        shares = await self._stores.shares.of_job(job.id)
        return [place for place in (*told, *map(_shared, shares)) if place]

    async def is_told_by(self, job: Job, message_id: int) -> bool:
        """Whether this message of ours is about the job: its card, what it said later, a share."""
        notices = await self._stores.notices.of_job(job.id)
        shares = await self._stores.shares.of_job(job.id)
        told = {job.card_message_id, *(notice.message_id for notice in notices)}
        return message_id in told | {share.message_id for share in shares}

    async def delete(self, job: Job, *, by_member: bool) -> bool:
        """Forget the track, but not its recipe; whether it was there. The messages are left."""
        curation, now = self._stores.curation, self._clock()
        return await curation.delete(job.id, now, by_member=by_member)

    async def withdraw(self, job: Job) -> None:
        """The message that announced it is gone; it stays where it was shared to."""
        await self._stores.curation.withdraw(job.id, self._clock())

    async def is_deleted(self, job: Job) -> bool:
        """Whether it has been taken away by now."""
        now = await self._stores.jobs.get(job.id)
        return now is not None and now.deleted_at is not None

    async def left(self, job: Job, place: Place) -> None:
        """Its message there is gone."""
        await self._stores.shares.remove(job.id, place.channel_id, place.message_id)


def parent_in(channel_id: int, job: Job, parent: Job) -> Ancestor:
    """What a track was made from, for all who read its message in this channel.

    Others' channels may be closed to them. A thread under a card has the card's id (Discord docs:
    Topics > Threads), and is as open as its channel.
    """
    if job.private:  # for its member alone, who made it from what they had before them
        visible = not parent.private or parent.member_id == job.member_id
    else:
        beside = {parent.channel_id, parent.card_message_id}
        visible = not parent.private and channel_id in beside
    return Ancestor(job=parent, visible=visible and parent.deleted_at is None)


def is_there(job: Job) -> bool:
    """Whether there is a track that was not taken away."""
    return job.state is JobState.SUCCEEDED and job.deleted_at is None


def _is_from(job: Job, viewer: Viewer) -> bool:
    if job.guild_id is None:
        return job.channel_id == viewer.channel_id  # a direct message is no place for others
    return job.guild_id == viewer.guild_id


def _reaches(share: Share, viewer: Viewer) -> bool:
    if share.message_id is None:
        return False
    if share.guild_id is None:
        return share.channel_id == viewer.channel_id
    return share.guild_id == viewer.guild_id


def _announced(job: Job, notice: Notice) -> Place | None:
    fleeting = job.private and notice.rung is Rung.INTERACTION
    if notice.kind is not NoticeKind.RESULT or fleeting:
        return None
    if notice.message_channel_id is None or notice.message_id is None:
        return None
    return Place(
        guild_id=None if notice.rung is Rung.DIRECT_MESSAGE else job.guild_id,
        channel_id=notice.message_channel_id,
        message_id=notice.message_id,
    )


def _shared(share: Share) -> Place | None:
    if share.message_id is None:
        return None
    return Place(guild_id=share.guild_id, channel_id=share.channel_id, message_id=share.message_id)
