"""Variations: asked for together, stored together, seen together."""

import pytest
import sqlalchemy as sa

from bot.domain.jobs import FailureKind, JobState, Rung
from bot.domain.places import Place
from bot.errors import AlreadyReceived, DailyLimitReached
from bot.store.batch_store import BatchStore
from bot.store.database.tables import likes
from bot.store.receiving import DailyLimits
from tests.factories import CARD_ID, NO_LIMITS, Stored, a_new_job, a_request


async def three_variations(stored: Stored, **changes: object) -> list[str]:
    """The ids of three queued jobs."""
    new = a_new_job(variations=3, request=a_request(seed=7), **changes)
    receipt = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in receipt.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    return [job.id for job in receipt.jobs]


async def test_each_variation_is_a_job_with_the_next_seed(stored: Stored) -> None:
    job_ids = await three_variations(stored)
    takes = await BatchStore(stored.engine).takes(job_ids[0])
    assert [(take.job.id, take.job.take, take.job.request.seed) for take in takes] == [
        (job_ids[0], 1, 7),
        (job_ids[1], 2, 8),
        (job_ids[2], 3, 9),
    ]
    assert {take.job.card_job_id for take in takes} == {job_ids[0]}


async def test_take_has_the_place_that_its_card_is_to_show_while_it_waits(stored: Stored) -> None:
    job_ids = await three_variations(stored)
    store = BatchStore(stored.engine)
    assert [take.place for take in await store.takes(job_ids[0])] == [None, None, None]
    stored.clock.advance(10)
    await stored.stores.cards.claim(10, stored.clock(), first_s=5, every_s=30)
    assert [take.place for take in await store.takes(job_ids[0])] == [1, 2, 3]
    await stored.claim_submissions(at_most_running=1)
    assert [take.place for take in await store.takes(job_ids[0])] == [None, 2, 3]


async def test_take_that_came_back_after_its_failure_was_told_is_there_once(
    stored: Stored,
) -> None:
    job_ids = await three_variations(stored)
    now, store = stored.clock(), BatchStore(stored.engine)
    [job, *_] = await stored.claim_submissions(at_most_running=1)
    assert await stored.jobs.start_generation(job.id, "g:1", now)
    lost, source = FailureKind.LOST, JobState.GENERATING
    assert await stored.jobs.fail(job.id, lost, "404", now, source=source)
    await tell(stored, message_id=6)
    assert await stored.jobs.find_again(job.id, now)
    assert await stored.jobs.succeed(job.id, "https://cdn.example/1.wav", now)
    takes = await store.takes(job_ids[0])
    assert [take.told for take in takes] == [None, None, None]
    await tell(stored, message_id=7)
    takes = await store.takes(job_ids[0])
    assert [take.told and take.told.message_id for take in takes] == [7, None, None]


async def tell(stored: Stored, *, message_id: int) -> None:
    """The one notice that is due."""
    notice = await stored.claim_notice()
    now, by = stored.clock(), Rung.CHANNEL
    await stored.notices.told(notice.id, by, now, channel_id=5, message_id=message_id)
    await stored.notices.close(notice, stored.clock())


async def test_variations_are_received_once_when_the_interaction_comes_again(
    stored: Stored,
) -> None:
    await three_variations(stored, interaction_id=77)
    with pytest.raises(AlreadyReceived):
        await three_variations(stored, interaction_id=77)


async def test_no_variation_is_stored_when_not_all_fit_the_daily_limit(stored: Stored) -> None:
    await stored.receive()
    with pytest.raises(DailyLimitReached):
        await stored.receive(DailyLimits(per_member=3, whole_bot=0), variations=3)
    assert await stored.count(JobState.RECEIVED) == 1


async def test_a_job_alone_is_no_variation(stored: Stored) -> None:
    job = await stored.queue()
    assert job.batch_id is None
    assert not await BatchStore(stored.engine).takes(job.id)


async def test_take_knows_where_it_was_told_and_who_likes_it(stored: Stored) -> None:
    job_ids = await three_variations(stored)
    [job, *_] = await stored.claim_submissions(at_most_running=1)
    assert await stored.jobs.start_generation(job.id, "g:1", stored.clock())
    assert await stored.jobs.fail(
        job.id, FailureKind.REJECTED, "no", stored.clock(), source=JobState.GENERATING
    )
    notice = await stored.claim_notice()
    await stored.notices.told(notice.id, Rung.CHANNEL, stored.clock(), channel_id=5, message_id=6)
    async with stored.engine.begin() as connection:
        for member_id in (1, 2):
            row = {"job_id": job_ids[1], "member_id": member_id, "liked_at": stored.clock()}
            await connection.execute(sa.insert(likes).values(row))
    takes = {take.job.id: take for take in await BatchStore(stored.engine).takes(job_ids[0])}
    assert takes[job.id].rung is Rung.CHANNEL
    assert takes[job.id].told == Place(guild_id=400, channel_id=5, message_id=6)
    assert takes[job_ids[1]].likes == 2
    assert takes[job_ids[2]].told is None
