"""What waits and runs, as members ask for it."""

from datetime import timedelta

import pytest

from bot.domain.jobs import JobState
from bot.store.queue_store import Excerpt
from bot.store.receiving import DAY
from tests.factories import (
    CARD_ID,
    CHANNEL_ID,
    MEMBER_ID,
    NO_LIMITS,
    HandClock,
    Stored,
    a_new_job,
)

OTHER_ID = MEMBER_ID + 1


async def test_member_sees_own_waiting_and_running_jobs_in_order(stored: Stored) -> None:
    running = await stored.generate()
    stored.clock.advance(1)
    first, second = await stored.queue(), await stored.queue(member_id=OTHER_ID)
    stored.clock.advance(1)
    third = await stored.queue()
    mine = await stored.stores.queue.of_member(MEMBER_ID, limit=10)
    assert [(one.job.id, one.place) for one in mine.first] == [
        (running.id, None), (first.id, 2), (third.id, 3),
    ]  # fmt: skip
    [theirs] = (await stored.stores.queue.of_member(OTHER_ID, limit=10)).first
    assert (theirs.job.id, theirs.place) == (second.id, 1)


async def test_places_go_up_though_variations_came_at_the_same_moment(stored: Stored) -> None:
    new = a_new_job(variations=4)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in received.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    await stored.claim_submissions(at_most_running=1)
    mine = await stored.stores.queue.of_member(MEMBER_ID, limit=10)
    assert [one.place for one in mine.first] == [None, 1, 2, 3]
    assert [one.job.take for one in mine.first] == [1, 2, 3, 4]


async def test_server_goes_by_the_queue_and_not_by_when_it_was_asked(stored: Stored) -> None:
    first = await stored.queue()
    stored.clock.advance(1)
    second = await stored.queue()
    stored.clock.advance(1)
    other = await stored.queue(member_id=OTHER_ID)
    found = await stored.stores.queue.of_server(400, {CHANNEL_ID}, limit=10)
    assert [one.job.id for one in found.first] == [first.id, other.id, second.id]
    assert [one.place for one in found.first] == [1, 2, 3]


@pytest.mark.parametrize(
    "state",
    [JobState.RECEIVED, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED],
)
async def test_job_is_not_under_way_before_or_after(stored: Stored, state: JobState) -> None:
    await stored.bring_to(state)
    assert await stored.stores.queue.of_member(MEMBER_ID, limit=10) == Excerpt(first=[], total=0)


async def test_server_shows_the_jobs_of_its_channels(stored: Stored) -> None:
    here = [await stored.queue(), await stored.queue(member_id=OTHER_ID)]
    await stored.queue(guild_id=7)
    await stored.queue(channel_id=CHANNEL_ID + 1)
    await stored.queue(private=True)
    queue = stored.stores.queue
    found = await queue.of_server(400, {CHANNEL_ID}, limit=10)
    assert {one.job.id for one in found.first} == {job.id for job in here}
    first = await queue.of_server(400, {CHANNEL_ID}, limit=1)
    assert (len(first.first), first.total) == (1, 2)


async def test_tracks_of_a_day_are_counted_as_the_limit_does(
    stored: Stored, clock: HandClock
) -> None:
    for state in (JobState.FAILED, JobState.CANCELLED, JobState.SUCCEEDED, JobState.QUEUED):
        await stored.bring_to(state)
    await stored.queue(member_id=OTHER_ID)
    queue = stored.stores.queue
    assert await queue.counted_today(MEMBER_ID, clock()) == 2
    assert await queue.counted_today(None, clock()) == 3
    assert await queue.counted_today(MEMBER_ID, clock() + DAY + timedelta(seconds=1)) == 0
