"""Shares: claimed before they are made ready, at most one for each channel."""

import asyncio
from datetime import timedelta

from bot.domain.jobs import Job
from bot.store.process_store import ProcessStore
from bot.store.share_store import Share
from tests.factories import HandClock, Stored

GUILD, HERE, THERE = 400, 1, 2
LEASE_S = 60.0


async def begin(stored: Stored, job: Job, channel_id: int = HERE) -> Share | None:
    shares = stored.stores.shares
    return await shares.begin(job.id, channel_id, GUILD, stored.clock(), lease_s=LEASE_S)


async def message_ids(stored: Stored, job: Job) -> list[int | None]:
    return [share.message_id for share in await stored.stores.shares.of_job(job.id)]


async def test_place_is_claimed_by_one_press_at_a_time(stored: Stored) -> None:
    job = await stored.succeed()
    begun = await asyncio.gather(*(begin(stored, job) for _ in range(3)))
    [share] = [one for one in begun if one is not None]
    assert share.shared_at is None
    assert await begin(stored.as_worker("two"), job) is None
    assert await begin(stored, job, THERE) is not None
    await stored.stores.shares.release(share)
    assert await begin(stored, job) is not None


async def test_place_is_free_again_when_its_lease_has_ended(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    assert await begin(stored, job)
    clock.advance(LEASE_S)
    assert await begin(stored, job)


async def test_place_is_free_again_when_its_process_died(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    mortal = ProcessStore(stored.engine, "mortal")
    await mortal.beat(clock())
    assert await begin(stored.as_worker("mortal"), job)
    assert await begin(stored, job) is None
    await mortal.leave()
    assert await begin(stored, job)


async def test_share_that_was_never_sent_leaves_nothing_behind(stored: Stored) -> None:
    job = await stored.succeed()
    share = await begin(stored, job)
    assert share is not None
    await stored.stores.shares.release(share)
    assert await message_ids(stored, job) == []


async def test_sent_share_keeps_its_nonce_until_another_one_is_sent(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    sent = await stored.share(job, HERE, guild_id=GUILD)
    clock.advance(20)
    again = await begin(stored, job)
    assert again == sent
    assert again.nonce == sent.nonce
    assert len(sent.nonce) == 25
    anew = await stored.stores.shares.sending(again, clock())
    elsewhere = await stored.share(job, THERE, guild_id=GUILD)
    assert len({sent.nonce, anew.nonce, elsewhere.nonce}) == 3


async def test_message_is_known_once_it_was_posted(stored: Stored) -> None:
    job = await stored.succeed()
    shares = stored.stores.shares
    share = await stored.share(job, HERE, guild_id=GUILD, message_id=77)
    assert await message_ids(stored, job) == [77]
    # A try that failed later takes nothing back.
    await shares.remove(job.id, HERE, None)
    assert await message_ids(stored, job) == [77]
    await shares.remove(job.id, HERE, 77)
    assert await message_ids(stored, job) == []
    await shares.posted(share, 78)  # a slow try got through after all
    assert await message_ids(stored, job) == [78]


async def test_earlier_message_is_known_to_the_next_press(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    posted = await stored.share(job, HERE, guild_id=GUILD, message_id=77)
    clock.advance(600)
    assert await begin(stored, job) == posted
    assert posted.shared_at == clock() - timedelta(seconds=600)
    await stored.stores.shares.sending(posted, clock())
    assert await message_ids(stored, job) == [None]
