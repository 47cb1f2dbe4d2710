"""Requests that came to nothing are deleted in time, and nothing that anybody still needs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.domain.jobs import Job, JobState, NoticeKind
from bot.domain.requests import Relation
from bot.store import cancelled_store
from tests.factories import NO_LIMITS, HandClock, Stored, a_new_job

WEEK = timedelta(days=7)


async def left(stored: Stored, *jobs: Job) -> list[bool]:
    """Whether each is still there."""
    return [await stored.jobs.get(job.id) is not None for job in jobs]


async def forget(stored: Stored) -> int:
    """As if a week had passed."""
    return await stored.stores.cancelled.forget_before(stored.clock() + timedelta(seconds=1))


async def a_cancelled(stored: Stored, source: JobState, **changes: object) -> Job:
    job = await stored.bring_to(source, **changes)
    assert await stored.jobs.cancel(job.id, stored.clock(), source=source)
    return await stored.job(job.id)


async def test_free_cancelled_request_is_deleted_only_after_its_time(
    stored: Stored, clock: HandClock
) -> None:
    job = await a_cancelled(stored, JobState.QUEUED)
    assert await stored.stores.cancelled.forget_before(clock()) == 0
    assert await left(stored, job) == [True]
    assert await forget(stored) == 1
    assert await left(stored, job) == [False]


async def test_what_was_told_of_it_goes_with_it(stored: Stored) -> None:
    job = await stored.receive()
    unstarted = NoticeKind.UNSTARTED
    source = JobState.RECEIVED
    assert await stored.jobs.cancel(job.id, stored.clock(), source=source, notice=unstarted)
    assert await forget(stored) == 1
    assert await stored.notices.of_job(job.id) == []


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.CANCELLED}))
async def test_job_that_was_not_cancelled_stays(stored: Stored, state: JobState) -> None:
    job = await stored.bring_to(state)
    assert await forget(stored) == 0
    assert await left(stored, job) == [True]


async def test_job_that_was_paid_for_stays_when_it_was_cancelled(stored: Stored) -> None:
    job = await a_cancelled(stored, JobState.GENERATING)
    assert await forget(stored) == 0
    assert await left(stored, job) == [True]


async def test_children_that_came_to_nothing_go_and_their_parents_stay(stored: Stored) -> None:
    failed, track = await stored.fail(), await stored.succeed()
    tried = await a_cancelled(stored, JobState.QUEUED, retry_of=failed.id)
    remix = {"parent_id": track.id, "relation": Relation.REMIX}
    remixed = await a_cancelled(stored, JobState.RECEIVED, **remix)
    assert await forget(stored) == 2
    assert await left(stored, tried, remixed, failed, track) == [False, False, True, True]


async def test_request_that_another_job_names_stays(stored: Stored) -> None:
    parent, retried = [await a_cancelled(stored, JobState.QUEUED) for _ in range(2)]
    await stored.queue(parent_id=parent.id, relation=Relation.REMIX)
    await stored.queue(retry_of=retried.id)
    assert await forget(stored) == 0
    assert await left(stored, parent, retried) == [True, True]


async def variations(stored: Stored) -> tuple[Job, ...]:
    new = a_new_job(variations=4)
    return (await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)).jobs


async def test_variations_are_deleted_together_once_all_came_to_nothing(stored: Stored) -> None:
    takes = await variations(stored)
    for take in takes[:3]:
        await stored.jobs.cancel(take.id, stored.clock(), source=JobState.RECEIVED)
    assert await forget(stored) == 0
    await stored.jobs.cancel(takes[3].id, stored.clock(), source=JobState.RECEIVED)
    assert await forget(stored) == 4
    assert await left(stored, *takes) == [False] * 4


async def test_variations_stay_when_another_job_names_one_of_them(stored: Stored) -> None:
    takes = await variations(stored)
    for take in takes:
        await stored.jobs.cancel(take.id, stored.clock(), source=JobState.RECEIVED)
    await stored.queue(parent_id=takes[2].id, relation=Relation.REMIX)
    assert await forget(stored) == 0


async def test_many_are_deleted_a_few_at_a_time(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelled_store, "AT_ONCE", 2)
    for _ in range(5):
        await a_cancelled(stored, JobState.RECEIVED)
    assert await forget(stored) == 5
    async with stored.engine.connect() as connection:
        assert (await connection.execute(sa.text("SELECT count(*) FROM jobs"))).scalar() == 0
