"""Whose card is to be edited, and what place it shows then."""

import asyncio

from bot.domain.jobs import Job, JobState
from bot.store.card_store import CardStore
from tests.factories import CARD_ID, NO_LIMITS, HandClock, Stored, a_new_job

FIRST_S, EVERY_S = 5.0, 30.0


async def cards(stored: Stored, limit: int = 10) -> list[tuple[str, int | None]]:
    """The claimed cards as (job id, place)."""
    claimed = await claim(stored, limit)
    return [(job.id, place) for job, place in claimed]


async def claim(stored: Stored, limit: int = 10) -> list[tuple[Job, int | None]]:
    return await CardStore(stored.engine).claim(
        limit, stored.clock(), first_s=FIRST_S, every_s=EVERY_S
    )


async def queue_variations(stored: Stored) -> list[Job]:
    """Takes of one request, which share a card."""
    new, now = a_new_job(variations=3), stored.clock()
    receipt = await stored.jobs.receive(new, NO_LIMITS, now, lease_s=45)
    for job in receipt.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, now)
    return list(receipt.jobs)


async def test_card_shows_its_place_only_when_the_job_waits_a_while(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.queue()
    clock.advance(FIRST_S - 1)
    assert await cards(stored) == []
    clock.advance(1)
    assert await cards(stored) == [(job.id, 1)]


async def test_card_is_left_alone_when_its_place_is_the_same(
    stored: Stored, clock: HandClock
) -> None:
    await stored.queue()
    clock.advance(FIRST_S)
    await cards(stored)
    clock.advance(100 * EVERY_S)
    assert await cards(stored) == []


async def test_card_is_edited_again_only_after_a_while(stored: Stored, clock: HandClock) -> None:
    first = await stored.queue()
    clock.advance(FIRST_S)
    second = await stored.queue()
    clock.advance(FIRST_S)
    shown = dict(await cards(stored))
    assert shown == {first.id: 1, second.id: 2}
    await stored.jobs.cancel(first.id, clock(), source=JobState.QUEUED)
    clock.advance(EVERY_S - 1)
    assert await cards(stored) == []
    clock.advance(1)
    assert await cards(stored) == [(second.id, 1)]


async def test_card_loses_its_place_at_once_when_the_job_goes_out(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.queue()
    clock.advance(FIRST_S)
    assert await cards(stored) == [(job.id, 1)]
    await stored.claim_submissions()
    assert await cards(stored) == [(job.id, None)]
    assert await cards(stored) == []


async def test_card_is_never_touched_when_its_job_did_not_wait(
    stored: Stored, clock: HandClock
) -> None:
    await stored.generate()
    clock.advance(100)
    assert await cards(stored) == []


async def test_card_goes_to_one_process_when_two_ask_at_once(
    stored: Stored, clock: HandClock
) -> None:
    ids = {(await stored.queue()).id for _ in range(8)}
    clock.advance(FIRST_S)
    both = await asyncio.gather(*(claim(one) for one in (stored, stored.as_worker("two")) * 2))
    claimed = [job.id for claims in both for job, _ in claims]
    assert sorted(claimed) == sorted(ids)


async def test_card_that_variations_share_is_claimed_once(stored: Stored, clock: HandClock) -> None:
    takes = await queue_variations(stored)
    clock.advance(FIRST_S)
    single = await stored.queue(member_id=7, guild_id=401)
    clock.advance(FIRST_S)
    assert [job_id for job_id, _ in await cards(stored)] == [takes[0].id, single.id]
    assert await cards(stored) == []
    await stored.jobs.cancel(takes[0].id, clock(), source=JobState.QUEUED)
    clock.advance(EVERY_S)
    assert await cards(stored) == [(takes[1].id, 1)]
    assert await cards(stored) == []


async def test_card_that_variations_share_is_claimed_when_one_after_the_other_goes_out(
    stored: Stored, clock: HandClock
) -> None:
    takes = await queue_variations(stored)
    clock.advance(FIRST_S)
    await cards(stored)
    for running, take in enumerate(takes, 1):
        [claimed] = await stored.claim_submissions(at_most_running=running)
        assert claimed.id == take.id
        assert (take.id, None) in await cards(stored)
        assert await cards(stored) == []


async def test_as_many_cards_as_wanted_are_claimed(stored: Stored, clock: HandClock) -> None:
    for _ in range(3):
        await stored.queue()
    clock.advance(FIRST_S)
    assert [place for _, place in await cards(stored, limit=2)] == [1, 2]
    assert [place for _, place in await cards(stored, limit=2)] == [3]
