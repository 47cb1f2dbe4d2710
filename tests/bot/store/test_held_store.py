"""Audio that waits for its member, and what is forgotten in time."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.domain.jobs import Job, JobState, Rung
from bot.store.database.row_mapping import select_job
from bot.store.held_store import TOKEN_LIFE, HeldStore, KeptAudio
from tests.factories import MEMBER_ID, HandClock, Stored

WEEK = timedelta(days=7)
AUDIO = KeptAudio(file_name="räin.wav", content=bytes(range(256)) * 1000)


@pytest.fixture
def held(stored: Stored) -> HeldStore:
    return HeldStore(stored.engine)


async def test_file_comes_back_as_it_was_given(stored: Stored, held: HeldStore) -> None:
    job, other = await stored.succeed(), await stored.succeed()
    await held.keep(job.id, AUDIO, stored.clock())
    assert await held.get(job.id) == AUDIO
    assert await held.get(other.id) is None


async def test_later_file_takes_the_place_when_it_is_kept_twice(
    stored: Stored, held: HeldStore
) -> None:
    job = await stored.succeed()
    await held.keep(job.id, AUDIO, stored.clock())
    later = KeptAudio(file_name="b.mp3", content=b"")
    await held.keep(job.id, later, stored.clock())
    assert await held.get(job.id) == later


async def test_file_stays_but_is_not_handed_out_again_when_the_member_has_it(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    job = await stored.succeed()
    notice = await stored.claim_notice()
    await stored.notices.hold(notice, "no way", stored.clock())
    await held.keep(job.id, AUDIO, clock())
    assert await held.hand_out(notice.id, clock())
    assert await held.get(job.id) == AUDIO
    assert await stored.notices.held_for(job.member_id, 5) == []
    assert (await stored.notice(job.id)).rung is Rung.INTERACTION


async def a_held_notice(stored: Stored, job: Job | None = None) -> int:
    """Of a track that could not be delivered."""
    notice = await stored.notice((job or await stored.succeed()).id)
    await stored.notices.hold(notice, "no way", stored.clock())
    return notice.id


async def waiting(stored: Stored) -> list[int]:
    """What would be handed out, in this order."""
    return [notice.id for notice, _ in await stored.notices.held_for(MEMBER_ID, 9)]


async def test_thing_is_handed_out_once_when_it_is_asked_for_twice(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    notice_id = await a_held_notice(stored)
    both = await asyncio.gather(*(held.hand_out(notice_id, clock()) for _ in range(2)))
    assert sorted(both) == [False, True]
    assert await waiting(stored) == []


async def test_what_did_not_go_out_waits_behind_the_others(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    refused, other = await a_held_notice(stored), await a_held_notice(stored)
    assert await waiting(stored) == [refused, other]
    assert await held.hand_out(refused, clock())
    await held.take_back(refused, clock.advance(1))
    assert await waiting(stored) == [other, refused]
    assert await held.hand_out(refused, clock())


async def test_deleted_track_is_not_held_again_when_it_did_not_go_out(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    job = await stored.succeed()
    notice_id = await a_held_notice(stored, job)
    assert await held.hand_out(notice_id, clock())
    await stored.stores.removals.delete(job.id, clock())
    await held.take_back(notice_id, clock())
    assert await waiting(stored) == []


async def test_file_of_a_deleted_track_is_not_kept(stored: Stored, held: HeldStore) -> None:
    job = await stored.succeed()
    await held.keep(job.id, AUDIO, stored.clock())
    assert await stored.stores.removals.delete(job.id, stored.clock())
    await held.keep(job.id, AUDIO, stored.clock())
    assert await held.get(job.id) is None


async def test_file_is_dropped_when_its_time_is_over(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    old, new = await stored.succeed(), await stored.succeed()
    await held.keep(old.id, AUDIO, clock())
    await held.keep(new.id, AUDIO, clock() + timedelta(seconds=1))
    assert await held.forget(clock() + WEEK, held_for=WEEK) == 0
    later = clock() + WEEK + timedelta(seconds=1)
    assert await held.forget(later, held_for=WEEK) == 1
    assert await held.get(old.id) is None
    assert await held.get(new.id) == AUDIO


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.GENERATING, JobState.SUCCEEDED])
async def test_token_is_wiped_when_it_is_dead(
    stored: Stored, held: HeldStore, clock: HandClock, state: JobState
) -> None:
    job = await stored.bring_to(state)
    await held.forget(clock() + TOKEN_LIFE, held_for=WEEK)
    assert (await stored.job(job.id)).interaction_token
    await held.forget(clock() + TOKEN_LIFE + timedelta(seconds=1), held_for=WEEK)
    assert (await stored.job(job.id)).interaction_token is None


async def test_token_that_somebody_works_with_is_left_for_later(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    if stored.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer")
    held_back, free = await stored.queue(), await stored.queue()
    dead = clock() + TOKEN_LIFE + timedelta(seconds=1)
    async with stored.engine.begin() as connection, asyncio.timeout(40):
        await connection.execute(select_job(held_back.id).with_for_update())
        await held.forget(dead, held_for=WEEK)
        assert [job.id for job in await stored.claim_submissions()] == [free.id]
    assert (await stored.job(held_back.id)).interaction_token
    assert (await stored.job(free.id)).interaction_token is None


async def test_dead_tokens_and_other_tries_are_found_by_an_index(stored: Stored) -> None:
    if stored.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plans depend on how full the tables are")
    for condition, index in (
        ("interaction_token IS NOT NULL AND created_at < '2026'", "ix_jobs_live_token"),
        ("retry_of = 'x' AND state NOT IN ('failed')", "ix_jobs_retry_of"),
    ):
        query = sa.text(f"EXPLAIN QUERY PLAN SELECT id FROM jobs WHERE {condition}")  # noqa: S608
        async with stored.engine.connect() as connection:
            plan = " ".join(row.detail for row in await connection.execute(query))
        assert index in plan


async def test_held_things_wait_until_they_are_handed_out(stored: Stored) -> None:
    jobs = [await stored.succeed() for _ in range(3)]
    for job in jobs:
        await stored.notices.hold(await stored.notice(job.id), "no way", stored.clock())
    for count in (3, 2, 1):
        waiting = await stored.notices.held_for(MEMBER_ID, 10)
        assert [job.id for _, job in waiting] == [job.id for job in jobs[-count:]]
        assert await stored.stores.held.hand_out(waiting[0][0].id, stored.clock())
        assert not await stored.stores.held.hand_out(waiting[0][0].id, stored.clock())
    assert await stored.notices.held_for(MEMBER_ID, 10) == []
