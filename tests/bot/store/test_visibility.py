"""Lists of tracks are made by SQL: it finds just what `bot.domain.visibility` allows."""

from dataclasses import dataclass, field
from random import Random

import pytest

from bot.domain.jobs import Job, JobState, Rung
from bot.domain.places import Place
from bot.domain.visibility import Viewer, may_hear, may_know, places_here
from bot.store.track_store import Only, Wanted
from tests.bot.store.shelf import MESSAGE_ID, Shelf
from tests.factories import Stored

GUILDS = (400, 401)
MEMBERS = (1, 2, 3)
JOBS, VIEWERS = 60, 12


def channels_of(guild_id: int | None) -> list[int]:
    return [(guild_id or 900) * 10 + number for number in range(4)]


@dataclass
class Town:
    """Tracks of every kind, in channels of two servers and outside of them."""

    shelf: Shelf
    random: Random
    places: list[tuple[Job, list[Place]]] = field(default_factory=list)
    liked: set[str] = field(default_factory=set)

    async def fill(self) -> None:
        for _ in range(JOBS):
            job = await self.job()
            await self.share(job)
            self.places.append((job, await self.shelf.store.places(job)))

    async def job(self) -> Job:
        pick, now = self.random.choice, self.shelf.stored.clock()
        guild_id, liked_by = pick((*GUILDS, *GUILDS, None)), pick((0, 1))
        job = await self.shelf.put(
            rung=pick(list(Rung)),
            guild_id=guild_id,
            channel_id=pick(channels_of(guild_id)),
            message_id=pick((MESSAGE_ID, MESSAGE_ID, MESSAGE_ID, None)),
            member_id=pick(MEMBERS[:2]),
            private=pick((True, False, False)),
            state=pick((JobState.SUCCEEDED,) * 6 + (JobState.FAILED,)),
            deleted_at=pick((None,) * 6 + (now,)),
            liked_by=liked_by,
        )
        if liked_by:
            self.liked.add(job.id)
        return job

    async def share(self, job: Job) -> None:
        for guild_id in GUILDS:
            if self.random.random() < 0.4:
                channel_id = self.random.choice(channels_of(guild_id))
                message_id = self.random.choice((MESSAGE_ID + 1, MESSAGE_ID + 1, None))
                await self.shelf.share(job, channel_id, guild_id=guild_id, message_id=message_id)

    def viewer(self) -> Viewer:
        guild_id = self.random.choice(GUILDS)
        seen = self.random.sample(channels_of(guild_id), self.random.randint(0, 4))
        return Viewer(
            member_id=self.random.choice(MEMBERS),
            guild_id=guild_id,
            sees=frozenset(seen).__contains__,
        )

    async def listed(self, viewer: Viewer, member_id: int, only: Only | None = None) -> set[str]:
        """What SQL finds of this member's tracks."""
        own = viewer.member_id == member_id
        guild_id = None if own else viewer.guild_id
        wanted = Wanted(
            viewer_id=viewer.member_id, member_id=member_id, guild_id=guild_id, only=only
        )
        channel_ids = () if own else viewer.seen(await self.shelf.store.channels(wanted))
        found = await self.shelf.store.page(wanted, channel_ids, limit=JOBS, offset=0)
        assert await self.shelf.store.count(wanted, channel_ids) == len(found)
        assert bool(await self.shelf.store.models(wanted, channel_ids)) is bool(found)
        return {track.job.id for track in found}

    async def top(self, viewer: Viewer) -> set[str]:
        """What SQL finds of a server's liked tracks."""
        store, guild_id = self.shelf.store, viewer.guild_id or 0
        channel_ids = viewer.seen(await store.channels_of_liked(guild_id, since=None))
        found = await store.most_liked(guild_id, channel_ids, since=None, limit=JOBS)
        return {track.job.id for track in found}


@pytest.mark.parametrize("seed", range(3))
async def test_lists_hold_what_the_rule_allows_and_nothing_else(stored: Stored, seed: int) -> None:
    town = Town(Shelf(stored), Random(seed))  # noqa: S311
    await town.fill()
    seen = 0
    for viewer in (town.viewer() for _ in range(VIEWERS)):
        for member_id in MEMBERS:
            heard = [
                job
                for job, places in town.places
                if job.member_id == member_id and may_hear(job, places, viewer)
            ]
            there = {job.id for job in heard if job.deleted_at is None}
            deleted = {job.id for job in heard} - there
            assert await town.listed(viewer, member_id) == there
            if member_id == viewer.member_id:
                assert await town.listed(viewer, member_id, Only.DELETED) == deleted
            else:
                assert not deleted
            seen += len(heard)
        assert await town.top(viewer) == {
            job.id
            for job, places in town.places
            if job.id in town.liked and job.has_track and places_here(places, viewer)
        }
        assert all(
            may_know(job, places, viewer)
            for job, places in town.places
            if may_hear(job, places, viewer)
        )
    assert seen > VIEWERS


async def test_opened_track_has_the_places_that_are_looked_for_on_their_own(
    stored: Stored,
) -> None:
    town = Town(Shelf(stored), Random(7))  # noqa: S311
    await town.fill()
    for job, places in town.places:
        track = await town.shelf.store.get(job.id)
        if job.has_track:
            assert track
            assert list(track.places) == places
        else:
            assert track is None or not track.places
