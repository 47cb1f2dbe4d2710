"""What members look up: their tracks, others' public ones, and what runs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.domain.visibility import Viewer, may_hear, places_here, shown_places
from bot.store.queue_store import Excerpt, QueueStore
from bot.store.receiving import DailyLimits
from bot.store.track_store import ListedTrack, TrackStore, Wanted

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
class Page:
    """Some of the tracks that were wanted. Pages count from 0; there is always a first one."""

    wanted: Wanted
    tracks: Sequence[ListedTrack]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE_LENGTH))


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How many of `limit` tracks a day are left; all are `whole_bot`'s, or the member's own."""

    left: int
    limit: int
    whole_bot: bool


@dataclass(frozen=True)
class Library:
    """Looks up lists of tracks and jobs. Knows nothing of Discord's objects."""

    tracks: TrackStore
    queue: QueueStore
    limits: DailyLimits
    clock: Clock

    # --- tracks -----------------------------------------------------------------------------

    async def page(self, wanted: Wanted, viewer: Viewer, number: int) -> Page:
        """This page, or the last one if there are not so many any more."""
        channel_ids = await self._channels(wanted, viewer)
        total = await self.tracks.count(wanted, channel_ids)
        number = min(max(number, 0), max(0, (total - 1) // PAGE_LENGTH))
        tracks = await self.tracks.page(
            wanted, channel_ids, limit=PAGE_LENGTH, offset=number * PAGE_LENGTH
        )
        return Page(
            wanted=wanted,
            tracks=[_shown(track, viewer) for track in tracks],
            number=number,
            total=total,
        )

    async def models(self, wanted: Wanted, viewer: Viewer) -> list[str]:
        """The ids of the models that made these tracks."""
        return await self.tracks.models(wanted, await self._channels(wanted, viewer))

    async def _channels(self, wanted: Wanted, viewer: Viewer) -> Collection[int]:
        return () if wanted.own else viewer.seen(await self.tracks.channels(wanted))

    async def top(self, guild_id: int, viewer: Viewer, period: Period) -> list[ListedTrack]:
        """A server's most liked public tracks; their likes are those of that period."""
        length = LENGTHS.get(period)
        since = self.clock() - length if length else None
        liked_in = await self.tracks.channels_of_liked(guild_id, since=since)
        found = await self.tracks.most_liked(
            guild_id, viewer.seen(liked_in), since=since, limit=TOP_LENGTH
        )
        return [replace(one, places=places_here(one.places, viewer)) for one in found]

    async def track(self, job_id: str, viewer: Viewer) -> ListedTrack | None:
        """One track, as this viewer may see it here, if they may."""
        found = await self.tracks.get(job_id)
        if found is None or not may_hear(found.job, found.places, viewer):
            return None
        return _shown(found, viewer)

    # --- under way --------------------------------------------------------------------------

    async def under_way_on(self, guild_id: int, viewer: Viewer) -> Excerpt:
        """What waits and runs on a server."""
        channel_ids = viewer.seen(await self.queue.channels_of_server(guild_id))
        return await self.queue.of_server(guild_id, channel_ids, limit=JOBS_AT_ONCE)

    async def allowance(self, member_id: int) -> Allowance | None:
        """What a member may still make today; `None` without limits."""
        found = []
        for limit, whose in ((self.limits.per_member, member_id), (self.limits.whole_bot, None)):
            if limit:
                used = await self.queue.counted_today(whose, self.clock())
                left = max(0, limit - used)
                found.append(Allowance(left=left, limit=limit, whole_bot=whose is None))
        return min(found, key=lambda allowance: allowance.left, default=None)


def _shown(track: ListedTrack, viewer: Viewer) -> ListedTrack:
    """Without the messages that the viewer can't go to."""
    return replace(track, places=shown_places(track.job, track.places, viewer))
