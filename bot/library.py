"""What members look up: their tracks, others' public ones, what runs, and what is kept for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.jobs import Job, Notice
from bot.store.held_store import HeldAudio
from bot.store.queue_store import UnderWay
from bot.store.receiving import DailyLimits
from bot.store.stores import Stores
from bot.store.track_store import Track, Wanted
from bot.workers.worker import Clock

# Private messages with a file each; Discord takes only five where the bot is just the member's own.
AT_ONCE = 4
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


LENGTHS = {Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}


@dataclass(frozen=True, kw_only=True)
class Held:
    """One thing a member was not told; its audio is fetched when it is handed out."""

    notice: Notice
    job: Job


@dataclass(frozen=True, kw_only=True)
class HeldBatch:
    """What can be handed out now, and how many tracks are too large for this place."""

    fitting: Sequence[Held]
    too_large: Sequence[Held]


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
    """Knows nothing of Discord's objects. `channel_ids` are those that the viewer may see."""

    def __init__(self, stores: Stores, limits: DailyLimits, clock: Clock) -> None:
        self._stores = stores
        self._limits = limits
        self._clock = clock

    # --- held -------------------------------------------------------------------------------

    async def held_for(self, member_id: int, limit_bytes: int) -> HeldBatch:
        """The oldest `AT_ONCE` things that are held for a member and have at most so many bytes."""
        fitting: list[Held] = []
        too_large: list[Held] = []
        for notice, job in await self._stores.notices.held_for(member_id, LOOK_THROUGH):
            size_bytes = await self._stores.held.size_bytes(job.id)
            fits = size_bytes <= limit_bytes
            (fitting if fits else too_large).append(Held(notice=notice, job=job))
            if len(fitting) == AT_ONCE:
                break
        return HeldBatch(fitting=fitting, too_large=too_large)

    async def audio_of(self, held: Held) -> HeldAudio | None:
        """The file, if there is any and it could be kept."""
        return await self._stores.held.get(held.job.id)

    async def handed_out(self, held: Held) -> None:
        """The member has it now."""
        await self._stores.held.handed_out(held.notice.id, self._clock())

    # --- tracks -----------------------------------------------------------------------------

    async def page(self, wanted: Wanted, channel_ids: Collection[int], number: int) -> Page:
        """This page, or the last one if there are not so many any more."""
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
        return await self._stores.views.keep(wanted, self._clock())

    async def kept(self, view_id: str, viewer_id: int) -> Wanted | None:
        """What this viewer's list shows, if it is still known."""
        return await self._stores.views.get(view_id, viewer_id)

    async def models(self, wanted: Wanted, channel_ids: Collection[int]) -> list[str]:
        """The ids of the models that made these tracks."""
        return await self._stores.tracks.models(wanted, channel_ids)

    async def top(self, guild_id: int, channel_ids: Collection[int], period: Period) -> list[Track]:
        """A server's most liked public tracks; their likes are those of that period."""
        length = LENGTHS.get(period)
        found = await self._stores.tracks.most_liked(
            guild_id,
            channel_ids,
            since=self._clock() - length if length else None,
            limit=TOP_LENGTH,
        )
        return [_within(track, channel_ids) for track in found]

    async def track(
        self, job_id: str, *, viewer_id: int, guild_id: int | None, channel_ids: Collection[int]
    ) -> Track | None:
        """One track, if this viewer may see it here."""
        return await self._stores.tracks.get(
            job_id, viewer_id=viewer_id, guild_id=guild_id, channel_ids=channel_ids
        )

    async def rename(self, job_id: str, member_id: int, title: str | None) -> bool:
        """Whether it is their own track, and is called so now; `None` is the prompt's title."""
        return await self._stores.tracks.rename(job_id, member_id, title)

    # --- under way --------------------------------------------------------------------------

    async def under_way(self, member_id: int) -> list[UnderWay]:
        """What waits and runs of a member's."""
        return await self._stores.queue.of_member(member_id, limit=JOBS_AT_ONCE)

    async def under_way_on(self, guild_id: int, channel_ids: Collection[int]) -> list[UnderWay]:
        """What waits and runs on a server."""
        return await self._stores.queue.of_server(guild_id, channel_ids, limit=JOBS_AT_ONCE)

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
