"""What the library hands out and shows, page by page."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.jobs import Job, NoticeKind, Rung
from bot.library.lists import PAGE_LENGTH, Library, Period
from bot.store.held_store import KeptAudio
from bot.store.receiving import DailyLimits
from bot.store.track_store import Wanted
from tests.bot.store.shelf import GUILD_ID, OTHER_ID, Shelf
from tests.factories import CHANNEL_ID, MEMBER_ID, NO_LIMITS, HandClock, Stored

OWN = Wanted(viewer_id=MEMBER_ID, member_id=MEMBER_ID)
SEEN = frozenset({CHANNEL_ID}).intersection
BLIND = frozenset[int]().intersection  # nobody needs sight for what is their own


@pytest.fixture
def shelf(stored: Stored) -> Shelf:
    return Shelf(stored)


@pytest.fixture
def library(stored: Stored, clock: HandClock) -> Library:
    return Library(stored.stores, NO_LIMITS, clock)


async def hold(stored: Stored, size_bytes: int) -> Job:
    """A track that could not be delivered, of this size."""
    job = await stored.succeed()
    notice = await stored.notice(job.id)
    await stored.notices.hold(notice, "no way", stored.clock())
    audio = KeptAudio(file_name="a.wav", content=bytes(size_bytes))
    await stored.stores.held.keep(job.id, audio, stored.clock())
    return job


# --- held -----------------------------------------------------------------------------------------


async def test_held_things_wait_until_they_are_handed_out(stored: Stored, library: Library) -> None:
    jobs = [await hold(stored, 1) for _ in range(3)]
    for count in (3, 2, 1):
        waiting = await library.held_for(MEMBER_ID)
        assert [held.job.id for held in waiting] == [job.id for job in jobs[-count:]]
        assert await library.is_kept(waiting[0])
        assert await library.hand_out(waiting[0])
        assert not await library.hand_out(waiting[0])
    assert await library.held_for(MEMBER_ID) == []


async def test_held_failure_has_no_file(stored: Stored, library: Library) -> None:
    job = await stored.fail()
    notice = await stored.notice(job.id, NoticeKind.FAILURE)
    await stored.notices.hold(notice, "no way", stored.clock())
    [held] = await library.held_for(MEMBER_ID)
    assert held.job.id == job.id
    assert not await library.is_kept(held)


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "shown"), [(0, 0), (1, 1), (2, 2), (3, 2), (9_999_999, 2), (-1, 0)]
)
async def test_page_that_is_not_there_is_the_nearest_that_is(
    shelf: Shelf, library: Library, number: int, shown: int
) -> None:
    for _ in range(2 * PAGE_LENGTH + 1):
        await shelf.put()
    page = await library.page(OWN, BLIND, number)
    assert (page.number, page.pages, page.total) == (shown, 3, 2 * PAGE_LENGTH + 1)
    assert len(page.tracks) == (1 if shown == 2 else PAGE_LENGTH)


async def test_empty_list_has_one_page(library: Library) -> None:
    page = await library.page(OWN, BLIND, 5)
    assert (page.number, page.pages, page.tracks) == (0, 1, [])


async def test_messages_that_others_can_not_go_to_are_left_out(
    shelf: Shelf, library: Library
) -> None:
    job = await shelf.put(channel_id=CHANNEL_ID + 1)
    await shelf.share(job, CHANNEL_ID)
    others = replace(OWN, viewer_id=OTHER_ID, guild_id=GUILD_ID)
    [seen] = (await library.page(others, SEEN, 0)).tracks
    assert [place.channel_id for place in seen.places] == [CHANNEL_ID]
    [own] = (await library.page(OWN, BLIND, 0)).tracks
    assert len(own.places) == 2


async def test_view_is_kept_for_its_viewer(library: Library) -> None:
    wanted = replace(OWN, search="rain")
    view_id = await library.keep(wanted)
    assert await library.kept(view_id, MEMBER_ID) == wanted
    assert await library.kept(view_id, OTHER_ID) is None


async def test_others_track_is_shown_without_the_places_that_are_closed_to_the_viewer(
    shelf: Shelf, library: Library
) -> None:
    job = await shelf.put(private=True, rung=Rung.DIRECT_MESSAGE, channel_id=7)
    await shelf.share(job, CHANNEL_ID)
    await shelf.share(job, CHANNEL_ID + 1)
    here = {"viewer_id": OTHER_ID, "guild_id": GUILD_ID}
    seen = await library.track(job.id, **here, sight=SEEN)
    assert seen
    assert [place.channel_id for place in seen.places] == [CHANNEL_ID]
    assert await library.track(job.id, **here, sight=BLIND) is None
    own = await library.track(job.id, viewer_id=MEMBER_ID, guild_id=None, sight=BLIND)
    assert own
    assert len(own.places) == 3


async def test_sight_is_asked_for_no_more_than_what_is_there(
    shelf: Shelf, library: Library
) -> None:
    asked: list[Collection[int]] = []

    def sight(channel_ids: Collection[int]) -> Collection[int]:
        asked.append(set(channel_ids))
        return channel_ids

    job = await shelf.put(liked_by=1)
    await shelf.put(channel_id=9)
    await shelf.put(channel_id=10, private=True)
    await shelf.put(channel_id=11, guild_id=GUILD_ID + 1)
    await library.page(OWN, sight, 0)
    await library.models(OWN, sight)
    assert asked == []
    await library.models(replace(OWN, viewer_id=OTHER_ID, guild_id=GUILD_ID), sight)
    await library.top(GUILD_ID, sight, Period.WEEK)
    await library.track(job.id, viewer_id=OTHER_ID, guild_id=GUILD_ID, sight=sight)
    assert asked == [{CHANNEL_ID, 9}, {CHANNEL_ID}, {CHANNEL_ID}]


@pytest.mark.parametrize(
    ("period", "days", "there"),
    [
        (Period.WEEK, 6, True),
        (Period.WEEK, 8, False),
        (Period.MONTH, 29, True),
        (Period.MONTH, 31, False),
        (Period.EVER, 4000, True),
    ],
)
async def test_top_counts_likes_of_the_period(
    shelf: Shelf, library: Library, period: Period, days: int, there: bool
) -> None:
    await shelf.put(liked_by=1, liked_ago=timedelta(days=days))
    assert bool(await library.top(GUILD_ID, SEEN, period)) is there


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per_member", "whole_bot", "left"),
    [(3, 0, (2, 3, False)), (0, 4, (2, 4, True)), (5, 2, (0, 2, True)), (1, 0, (0, 1, False))],
)
async def test_allowance_is_the_limit_that_is_reached_first(
    stored: Stored,
    clock: HandClock,
    per_member: int,
    whole_bot: int,
    left: tuple[int, int, bool],
) -> None:
    await stored.queue()
    await stored.queue(member_id=OTHER_ID)
    limits = DailyLimits(per_member=per_member, whole_bot=whole_bot)
    allowance = await Library(stored.stores, limits, clock).allowance(MEMBER_ID)
    assert allowance
    assert (allowance.left, allowance.limit, allowance.whole_bot) == left


async def test_without_limits_there_is_no_allowance(library: Library) -> None:
    assert await library.allowance(MEMBER_ID) is None


async def test_held_track_is_listed_as_held(shelf: Shelf, library: Library) -> None:
    await shelf.put(rung=Rung.HELD)
    [track] = (await library.page(OWN, BLIND, 0)).tracks
    assert track.held
