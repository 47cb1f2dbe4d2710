"""What the library hands out and shows, page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.jobs import Rung
from bot.domain.visibility import Viewer
from bot.library.lists import PAGE_LENGTH, Library, Period
from bot.store.receiving import DailyLimits
from bot.store.track_store import Wanted
from tests.bot.store.shelf import GUILD_ID, OTHER_ID, Shelf
from tests.factories import CHANNEL_ID, MEMBER_ID, NO_LIMITS, HandClock, Stored

OWN = Wanted(viewer_id=MEMBER_ID, member_id=MEMBER_ID)
ME = Viewer(member_id=MEMBER_ID, guild_id=None, sees=frozenset[int]().__contains__)
OTHER = Viewer(member_id=OTHER_ID, guild_id=GUILD_ID, sees=frozenset({CHANNEL_ID}).__contains__)


@pytest.fixture
def shelf(stored: Stored) -> Shelf:
    return Shelf(stored)


@pytest.fixture
def library(stored: Stored, clock: HandClock) -> Library:
    return Library(stored.stores.tracks, stored.stores.queue, NO_LIMITS, clock)


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "shown"), [(0, 0), (1, 1), (2, 2), (3, 2), (9_999_999, 2), (-1, 0)]
)
async def test_page_that_is_not_there_is_the_nearest_that_is(
    shelf: Shelf, library: Library, number: int, shown: int
) -> None:
    for _ in range(2 * PAGE_LENGTH + 1):
        await shelf.put()
    page = await library.page(OWN, ME, number)
    assert (page.number, page.pages, page.total) == (shown, 3, 2 * PAGE_LENGTH + 1)
    assert len(page.tracks) == (1 if shown == 2 else PAGE_LENGTH)


async def test_empty_list_has_one_page(library: Library) -> None:
    page = await library.page(OWN, ME, 5)
    assert (page.number, page.pages, page.tracks) == (0, 1, [])


async def test_messages_that_others_can_not_go_to_are_left_out(
    shelf: Shelf, library: Library
) -> None:
    job = await shelf.put(channel_id=CHANNEL_ID + 1)
    await shelf.share(job, CHANNEL_ID)
    others = replace(OWN, viewer_id=OTHER_ID, guild_id=GUILD_ID)
    [seen] = (await library.page(others, OTHER, 0)).tracks
    assert [place.channel_id for place in seen.places] == [CHANNEL_ID]
    [own] = (await library.page(OWN, ME, 0)).tracks
    assert len(own.places) == 2


async def test_others_track_is_shown_without_the_places_that_are_closed_to_the_viewer(
    shelf: Shelf, library: Library
) -> None:
    job = await shelf.put(private=True, rung=Rung.DIRECT_MESSAGE, channel_id=7)
    await shelf.share(job, CHANNEL_ID)
    await shelf.share(job, CHANNEL_ID + 1)
    seen = await library.track(job.id, OTHER)
    assert seen
    assert [place.channel_id for place in seen.places] == [CHANNEL_ID]
    assert await library.track(job.id, replace(OTHER, sees=ME.sees)) is None
    own = await library.track(job.id, ME)
    assert own
    assert len(own.places) == 3


async def test_channels_are_looked_at_only_where_something_is(
    shelf: Shelf, library: Library
) -> None:
    asked: set[int] = set()

    def sees(channel_id: int) -> bool:
        asked.add(channel_id)
        return True

    job = await shelf.put(liked_by=1)
    await shelf.put(channel_id=9)
    await shelf.put(channel_id=10, private=True)
    await shelf.put(channel_id=11, guild_id=GUILD_ID + 1)
    await library.page(OWN, replace(ME, sees=sees), 0)
    await library.models(OWN, replace(ME, sees=sees))
    assert asked == set()
    other = replace(OTHER, sees=sees)
    await library.top(GUILD_ID, other, Period.WEEK)
    await library.track(job.id, other)
    assert asked == {CHANNEL_ID}
    await library.models(replace(OWN, viewer_id=OTHER_ID, guild_id=GUILD_ID), other)
    assert asked == {CHANNEL_ID, 9}


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
    assert bool(await library.top(GUILD_ID, OTHER, period)) is there


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
    library = Library(stored.stores.tracks, stored.stores.queue, limits, clock)
    allowance = await library.allowance(MEMBER_ID)
    assert allowance
    assert (allowance.left, allowance.limit, allowance.whole_bot) == left


async def test_without_limits_there_is_no_allowance(library: Library) -> None:
    assert await library.allowance(MEMBER_ID) is None


async def test_held_track_is_listed_as_held(shelf: Shelf, library: Library) -> None:
    await shelf.put(rung=Rung.HELD)
    [track] = (await library.page(OWN, ME, 0)).tracks
    assert track.held
