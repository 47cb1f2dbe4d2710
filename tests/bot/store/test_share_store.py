"""Shares: stored before they are posted, at most one for each channel."""

import asyncio

from bot.store.share_store import Share
from tests.factories import HandClock, Stored

GUILD, HERE, THERE = 400, 1, 2


async def test_earlier_beginning_is_kept_with_its_nonce(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    shares = stored.stores.shares
    first = await shares.begin(job.id, HERE, GUILD, clock())
    second = await shares.begin(job.id, HERE, GUILD, clock.advance(60))
    assert first == second
    assert (len(first.nonce), second.nonce) == (25, first.nonce)
    elsewhere = await shares.begin(job.id, THERE, GUILD, clock())
    assert elsewhere.nonce != first.nonce
    assert await shares.of_job(job.id) == [first, elsewhere]


async def test_two_presses_at_the_same_moment_begin_one_share(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    moments = (clock(), clock.advance(0.5))
    shares = stored.stores.shares
    begun = await asyncio.gather(*(shares.begin(job.id, HERE, GUILD, at) for at in moments))
    assert begun[0] == begun[1]


async def test_message_is_known_once_it_was_posted(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    shares = stored.stores.shares
    share = await shares.begin(job.id, HERE, GUILD, clock())
    await shares.posted(share, 77)
    assert await message_ids(stored, job.id) == [77]
    # A try that failed later takes nothing back.
    await shares.remove(job.id, HERE, None)
    assert await message_ids(stored, job.id) == [77]
    await shares.remove(job.id, HERE, 77)
    assert await message_ids(stored, job.id) == []
    await shares.posted(share, 78)  # a slow try got through after all
    assert await message_ids(stored, job.id) == [78]


async def test_share_begins_again_once_with_another_nonce(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    shares = stored.stores.shares
    old = await shares.begin(job.id, HERE, GUILD, clock())
    anew = await shares.begin_again(old, clock.advance(60))
    assert anew.message_id is None
    assert anew.nonce != old.nonce
    late: Share = await shares.begin_again(old, clock.advance(1))
    assert late == anew


async def message_ids(stored: Stored, job_id: str) -> list[int | None]:
    return [share.message_id for share in await stored.stores.shares.of_job(job_id)]
