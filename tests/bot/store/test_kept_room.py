"""Room for kept audio: who gives way to what, and who never does."""

import asyncio

import pytest

from bot.domain.jobs import Job, Rung
from bot.store.held_store import HeldStore, KeptAudio
from bot.store.kept_room import Room
from tests.factories import MEMBER_ID, HandClock, Stored

KB = 1000
ROOM = Room(whole_bytes=10 * KB, member_bytes=6 * KB)
OTHER_ID = MEMBER_ID + 1


@pytest.fixture
def held(stored: Stored) -> HeldStore:
    return stored.stores.held


class Shelf:
    """Keeps files, each a second after the one before."""

    def __init__(self, stored: Stored, clock: HandClock) -> None:
        self.stored = stored
        self.clock = clock

    async def received(self, kilobytes: int, member_id: int = MEMBER_ID) -> Job:
        """A copy of a track that its member has."""
        job = await self.stored.succeed(member_id=member_id)
        notice = await self.stored.notice(job.id)
        told = self.stored.notices.told
        await told(notice.id, Rung.INTERACTION, self.clock(), channel_id=1, message_id=1)
        await self.keep(job, kilobytes, received=True)
        return job

    async def unheard(self, kilobytes: int, member_id: int = MEMBER_ID) -> Job:
        """A track that nobody has received yet."""
        job = await self.stored.succeed(member_id=member_id)
        notice = await self.stored.notice(job.id)
        await self.stored.notices.hold(notice, "no way", self.clock())
        assert await self.keep(job, kilobytes, received=False)
        return job

    async def keep(self, job: Job, kilobytes: int, *, received: bool) -> bool:
        audio = KeptAudio(file_name="rain.wav", content=bytes(kilobytes * KB))
        now = self.clock.advance(1)
        return await self.stored.stores.held.keep(job.id, audio, now, room=ROOM, received=received)

    async def there(self, *jobs: Job) -> list[bool]:
        """Whether each is still kept."""
        return [await self.stored.stores.held.size_bytes(job.id) > 0 for job in jobs]


@pytest.fixture
def shelf(stored: Stored, clock: HandClock) -> Shelf:
    return Shelf(stored, clock)


async def test_oldest_copies_of_a_member_make_room_when_their_share_is_full(shelf: Shelf) -> None:
    oldest, other = await shelf.received(2), await shelf.received(1, OTHER_ID)
    older, newer = await shelf.received(2), await shelf.received(2)
    assert await shelf.there(oldest, older, newer) == [True, True, True]
    newest = await shelf.received(3)
    assert await shelf.there(oldest, older, newer, newest) == [False, False, True, True]
    assert await shelf.there(other) == [True]


async def test_oldest_copies_of_all_make_room_when_the_whole_is_full(shelf: Shelf) -> None:
    others = [await shelf.received(3, OTHER_ID) for _ in range(2)]
    mine = [await shelf.received(2) for _ in range(2)]
    third = await shelf.received(2, OTHER_ID + 1)
    assert await shelf.there(*others, *mine, third) == [False, True, True, True, True]


async def test_track_that_nobody_received_stays_however_much_comes(
    shelf: Shelf, held: HeldStore
) -> None:
    unheard = [await shelf.unheard(3), await shelf.unheard(3)]
    copy = await shelf.received(1)
    assert await shelf.there(*unheard, copy) == [True, True, False]
    more = await shelf.unheard(5)
    assert await shelf.there(*unheard, more) == [True, True, True]
    assert await held.room_left_bytes(MEMBER_ID, ROOM) == 0


async def test_copy_is_left_out_and_drops_nothing_when_it_would_not_fit_anyway(
    shelf: Shelf,
) -> None:
    unheard, copy = await shelf.unheard(3), await shelf.received(3)
    too_large = await shelf.received(4)
    assert await shelf.there(unheard, copy, too_large) == [True, True, False]


async def test_handed_out_track_makes_room_like_any_copy(
    shelf: Shelf, held: HeldStore, clock: HandClock
) -> None:
    job = await shelf.unheard(5)
    assert await held.room_left_bytes(MEMBER_ID, ROOM) == 1 * KB
    notice = await shelf.stored.notice(job.id)
    assert await held.hand_out(notice.id, clock())
    assert await held.room_left_bytes(MEMBER_ID, ROOM) == 6 * KB
    assert await held.room_left_bytes(OTHER_ID, ROOM) == 6 * KB
    newer = await shelf.received(5)
    assert await shelf.there(job, newer) == [False, True]


async def test_file_that_is_kept_again_does_not_count_twice(shelf: Shelf) -> None:
    other, job = await shelf.received(2), await shelf.received(4)
    assert await shelf.keep(job, 4, received=True)
    assert await shelf.there(other, job) == [True, True]


async def test_bound_holds_when_many_are_kept_at_once(shelf: Shelf, held: HeldStore) -> None:
    jobs = [await shelf.received(1) for _ in range(8)]
    await asyncio.gather(*(shelf.keep(job, 2, received=True) for job in jobs))
    sizes = [await held.size_bytes(job.id) for job in jobs]
    assert 0 < sum(sizes) <= ROOM.member_bytes
