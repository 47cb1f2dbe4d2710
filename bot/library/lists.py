"""What members look up: their tracks, others' public ones, what runs, and what is kept for them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.domain.jobs import Job, Notice
from bot.store.queue_store import Excerpt
from bot.store.receiving import DailyLimits
from bot.store.stores import Stores
from bot.store.track_store import Track, Wanted

LOOK_THROUGH = 100
PAGE_LENGTH = 10
TOP_LENGTH = 10
# As many as a select offers.
JOBS_AT_ONCE = 25


class Period(StrEnum):
    """How far back likes count."""

    WEEK = "week"
    MONTH = "month"
    EVER = "ever"


# Which of some channels the viewer may see.
VisibleChannels = Callable[[Collection[int]], Collection[int]]

LENGTHS = {Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}


@dataclass(frozen=True, kw_only=True)
class Held:
    """One thing a member was not told; its audio is looked for when it is handed out."""

    notice: Notice
    job: Job


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the tracks that were wanted. Pages count from 0; there is always a first one."""

    wanted: Wanted
    tracks: Sequence[Track]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many there are."""
        return max(1, -(-self.total // PAGE_LENGTH))


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How many of `limit` tracks a day are left; all are `whole_bot`'s, or the member's own."""

    left: int
    limit: int
    whole_bot: bool


class Library:
    """Knows nothing of Discord's objects."""

    def __init__(self, stores: Stores, limits: DailyLimits, clock: Clock) -> None:
        self._stores = stores
        self._limits = limits
        self._clock = clock

    # --- held -------------------------------------------------------------------------------

    async def held_for(self, member_id: int) -> list[Held]:
        """What is held for a member; what was not tried for longest first."""
        found = await self._stores.notices.held_for(member_id, LOOK_THROUGH)
        return [Held(notice=notice, job=job) for notice, job in found]

    async def is_kept(self, held: Held) -> bool:
        """Whether its file could be kept."""
        return await self._stores.held.size_bytes(held.job.id) > 0

    async def hand_out(self, held: Held) -> bool:
        """Whether it is the caller's to hand out: somebody may just be doing it."""
        return await self._stores.held.hand_out(held.notice.id, self._clock())

    async def take_back(self, held: Held) -> None:
        """It did not go out after all."""
        await self._stores.held.take_back(held.notice.id, self._clock())

    # --- tracks -----------------------------------------------------------------------------

    async def page(self, wanted: Wanted, sight: VisibleChannels, number: int) -> Page:
        """This page, or the last one if there are not so many any more."""
        channel_ids = await self._channels(wanted, sight)
        total = await self._stores.tracks.count(wanted, channel_ids)
        number = min(max(number, 0), max(0, (total - 1) // PAGE_LENGTH))
        tracks = await self._stores.tracks.page(
            wanted, channel_ids, limit=PAGE_LENGTH, offset=number * PAGE_LENGTH
        )
        if not wanted.own:
            tracks = [_within(track, channel_ids) for track in tracks]
        return Page(wanted=wanted, tracks=tracks, number=number, total=total)

    async def keep(self, wanted: Wanted) -> str:
        """Remember what a list shows; its id, 16 hexadecimal digits."""
        return await self._stores.views.keep(wanted, wanted.viewer_id, self._clock())

    async def kept(self, view_id: str, viewer_id: int) -> Wanted | None:
        """What this viewer's list shows, if it is still known."""
        return await self._stores.views.get(view_id, viewer_id)

    async def models(self, wanted: Wanted, sight: VisibleChannels) -> list[str]:
        """The ids of the models that made these tracks."""
        return await self._stores.tracks.models(wanted, await self._channels(wanted, sight))

    async def _channels(self, wanted: Wanted, sight: VisibleChannels) -> Collection[int]:
        return () if wanted.own else sight(await self._stores.tracks.channels(wanted))

    async def top(self, guild_id: int, sight: VisibleChannels, period: Period) -> list[Track]:
        """A server's most liked public tracks; their likes are those of that period."""
        length = LENGTHS.get(period)
        since = self._clock() - length if length else None
        tracks = self._stores.tracks
        channel_ids = sight(await tracks.channels_of_liked(guild_id, since=since))
        found = await tracks.most_liked(guild_id, channel_ids, since=since, limit=TOP_LENGTH)
        return [_within(track, channel_ids) for track in found]

    async def track(
        self, job_id: str, *, viewer_id: int, guild_id: int | None, sight: VisibleChannels
    ) -> Track | None:
        """One track, as this viewer may see it here, if they may."""
        tracks = self._stores.tracks
        there = () if guild_id is None else await tracks.channels_of(job_id, guild_id)
        channel_ids = sight(there)
        found = await tracks.get(
            job_id, viewer_id=viewer_id, guild_id=guild_id, channel_ids=channel_ids
        )
        if found is None or found.job.member_id == viewer_id:
            return found
        return _within(found, channel_ids)

    async def rename(self, job_id: str, member_id: int, title: str | None) -> bool:
        """Whether it is their own track, and is called so now; `None` is the prompt's title."""
        return await self._stores.tracks.rename(job_id, member_id, title)

    # --- under way --------------------------------------------------------------------------

    async def under_way(self, member_id: int) -> Excerpt:
        """What waits and runs of a member's."""
        return await self._stores.queue.of_member(member_id, limit=JOBS_AT_ONCE)

    async def under_way_on(self, guild_id: int, sight: VisibleChannels) -> Excerpt:
        """What waits and runs on a server."""
        queue = self._stores.queue
        channel_ids = sight(await queue.channels_of_server(guild_id))
        return await queue.of_server(guild_id, channel_ids, limit=JOBS_AT_ONCE)

    async def allowance(self, member_id: int) -> Allowance | None:
        """What a member may still make today; `None` without limits."""
        found = []
        for limit, whose in ((self._limits.per_member, member_id), (self._limits.whole_bot, None)):
            if limit:
                used = await self._stores.queue.counted_today(whose, self._clock())
                left = max(0, limit - used)
                found.append(Allowance(left=left, limit=limit, whole_bot=whose is None))
        return min(found, key=lambda allowance: allowance.left, default=None)


def _within(track: Track, channel_ids: Collection[int]) -> Track:
    """Without the messages that the viewer can't go to."""
    places = tuple(place for place in track.places if place.channel_id in channel_ids)
    return replace(track, places=places)
