"""Likes: each member once, however quickly they press."""

import asyncio

from tests.factories import HandClock, Stored

ADA, BEN = 11, 12


async def test_second_press_takes_the_like_back(stored: Stored, clock: HandClock) -> None:
    job, other = await stored.succeed(), await stored.succeed()
    likes = stored.stores.likes
    first = await likes.toggle(job.id, ADA, clock())
    assert (first.count, first.liked) == (1, True)
    assert (await likes.toggle(job.id, BEN, clock())).count == 2
    assert await likes.count(other.id) == 0
    back = await likes.toggle(job.id, ADA, clock())
    assert (back.count, back.liked) == (1, False)
    assert (await likes.count(job.id), await likes.count(other.id)) == (1, 0)


async def test_presses_at_the_same_moment_all_count(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    likes = stored.stores.likes
    members = range(1, 9)
    pressed = await asyncio.gather(*(likes.toggle(job.id, one, clock()) for one in members))
    assert sorted(one.count for one in pressed) == list(members)
    assert await likes.count(job.id) == len(members)


async def test_two_presses_of_one_member_at_the_same_moment_leave_nothing(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    likes = stored.stores.likes
    pressed = await asyncio.gather(*(likes.toggle(job.id, ADA, clock()) for _ in range(2)))
    assert sorted(one.liked for one in pressed) == [False, True]
    assert await likes.count(job.id) == 0
