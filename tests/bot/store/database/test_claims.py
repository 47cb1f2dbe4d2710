"""Who works on what: places at the provider, leases, and what dead processes leave behind."""

import asyncio
from datetime import timedelta

from bot.domain.jobs import JobState
from bot.store.process_store import ALIVE_S, ProcessStore
from tests.factories import AUDIO_URL, CARD_ID, HandClock, Stored

LEASE_S = 50.0


async def polls(stored: Stored, limit: int = 100) -> list[str]:
    claimed = await stored.jobs.claim_polls(limit, stored.clock(), lease_s=LEASE_S)
    return [job.id for job in claimed]


async def unanswered(stored: Stored) -> list[str]:
    claimed = await stored.jobs.claim_unanswered(10, stored.clock(), lease_s=LEASE_S)
    return [job.id for job in claimed]


# --- submissions --------------------------------------------------------------------------------


async def test_oldest_jobs_go_first_when_places_are_few(stored: Stored, clock: HandClock) -> None:
    ids = []
    for _ in range(3):
        ids.append((await stored.queue()).id)
        clock.advance(1)
    claimed = await stored.claim_submissions(at_most_running=2)
    assert [job.id for job in claimed] == ids[:2]
    assert {job.state for job in claimed} == {JobState.SUBMITTING}
    assert {(job.submitted_at, job.attempts) for job in claimed} == {(clock(), 1)}


async def test_no_job_is_claimed_when_all_places_are_taken(stored: Stored) -> None:
    await stored.generate()
    await stored.submit()
    await stored.queue()
    assert await stored.claim_submissions(at_most_running=2) == []
    assert len(await stored.claim_submissions(at_most_running=3)) == 1


async def test_overdue_generation_gives_its_place_up(stored: Stored, clock: HandClock) -> None:
    await stored.generate()
    await stored.queue()
    clock.advance(599)
    assert await stored.claim_submissions(at_most_running=1) == []
    clock.advance(2)
    assert len(await stored.claim_submissions(at_most_running=1)) == 1


async def test_requeued_job_waits_until_it_is_due(stored: Stored, clock: HandClock) -> None:
    job = await stored.submit()
    await stored.jobs.requeue(job.id, clock() + timedelta(seconds=5))
    assert await stored.claim_submissions() == []
    assert await stored.jobs.next_due_at(JobState.QUEUED) == clock() + timedelta(seconds=5)
    clock.advance(5)
    assert len(await stored.claim_submissions()) == 1


async def test_two_processes_never_get_the_same_submission(stored: Stored) -> None:
    other = stored.as_worker("two")
    ids = {(await stored.queue()).id for _ in range(20)}
    rounds = [it.jobs for it in (stored, other) for _ in range(4)]
    claims = await asyncio.gather(
        *(
            jobs.claim_submissions(
                3, stored.clock(), at_most_running=100, overdue_s=600, lease_s=90
            )
            for jobs in rounds
        )
    )
    claimed = [job.id for claim in claims for job in claim]
    assert sorted(claimed) == sorted(ids)


async def test_submission_is_in_doubt_when_its_process_died(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.submit()
    other = stored.as_worker("two")
    clock.advance(89)
    assert await other.jobs.doubt_abandoned(clock()) == []
    clock.advance(1)
    assert await other.jobs.doubt_abandoned(clock()) == [job.id]
    doubted = await stored.job(job.id)
    assert (doubted.state, doubted.unsure_since) == (JobState.SUBMITTING, clock())
    assert await other.jobs.doubt_abandoned(clock()) == []


async def test_job_in_doubt_is_never_submitted_again(stored: Stored, clock: HandClock) -> None:
    await stored.submit()
    clock.advance(1000)
    await stored.jobs.doubt_abandoned(clock())
    assert await stored.claim_submissions() == []


# --- polls --------------------------------------------------------------------------------------


async def test_poll_is_claimed_by_one_process_until_its_lease_ends(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.generate()
    other = stored.as_worker("two")
    assert await polls(stored) == [job.id]
    assert await polls(other) == []
    clock.advance(LEASE_S - 1)
    assert await polls(other) == []
    clock.advance(1)
    assert await polls(other) == [job.id]
    assert (await stored.job(job.id)).attempts == 2


async def test_poll_is_free_again_when_the_next_one_was_set(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.generate()
    await polls(stored)
    assert await stored.jobs.poll_again(job.id, clock() + timedelta(seconds=3))
    assert await polls(stored) == []
    clock.advance(3)
    assert await polls(stored) == [job.id]


async def test_claim_keeps_to_its_limit(stored: Stored) -> None:
    for _ in range(3):
        await stored.generate()
    assert len(await polls(stored, limit=2)) == 2
    assert len(await polls(stored, limit=2)) == 1


async def test_claimed_job_is_not_what_comes_next(stored: Stored) -> None:
    await stored.generate()
    assert await stored.jobs.next_due_at(JobState.GENERATING) == stored.clock()
    await polls(stored)
    assert await stored.jobs.next_due_at(JobState.GENERATING) is None


async def test_cancelled_job_is_not_polled_again_when_a_poll_was_under_way(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.generate()
    await polls(stored)
    await stored.jobs.cancel(job.id, clock(), source=JobState.GENERATING)
    assert not await stored.jobs.poll_again(job.id, clock())
    clock.advance(1000)
    assert await polls(stored) == []


# --- unanswered ---------------------------------------------------------------------------------


async def test_received_job_is_settled_only_when_its_process_is_gone(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.receive()
    other = stored.as_worker("two")
    assert await unanswered(other) == []
    clock.advance(45)
    assert await unanswered(other) == [job.id]
    assert await unanswered(stored) == []


async def test_received_job_is_settled_at_once_when_nobody_else_can_be_alive(
    stored: Stored,
) -> None:
    job = await stored.receive()
    other = stored.as_worker("two")
    await ProcessStore(stored.engine, "two").outlive_others()
    assert await unanswered(other) == [job.id]
    assert await unanswered(stored) == []


async def test_answered_job_is_not_settled(stored: Stored, clock: HandClock) -> None:
    job = await stored.receive()
    await stored.jobs.accept(job.id, CARD_ID, clock())
    clock.advance(1000)
    assert await unanswered(stored) == []


# --- processes ----------------------------------------------------------------------------------


async def test_poll_is_free_at_once_when_its_process_left(stored: Stored) -> None:
    job = await stored.generate()
    other = stored.as_worker("two")
    assert await polls(stored) == [job.id]
    assert await polls(other) == []
    await ProcessStore(stored.engine, "one").leave()
    assert await polls(other) == [job.id]


async def test_poll_is_free_when_its_process_has_not_been_heard_of(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.generate()
    silent, other = stored.as_worker("silent"), stored.as_worker("two")
    await ProcessStore(stored.engine, "silent").beat(clock())
    assert await polls(silent) == [job.id]
    clock.advance(ALIVE_S - 1)
    assert await polls(other) == []
    clock.advance(1)
    assert await polls(other) == [job.id]


async def test_live_processes_are_counted_by_each_beat(stored: Stored, clock: HandClock) -> None:
    three = ProcessStore(stored.engine, "three")
    assert await three.beat(clock()) == 3
    clock.advance(ALIVE_S)
    assert await ProcessStore(stored.engine, "two").beat(clock()) == 2
    await three.beat(clock())
    await three.leave()
    assert await ProcessStore(stored.engine, "two").beat(clock()) == 2


# --- figures ------------------------------------------------------------------------------------


async def test_durations_are_of_finished_tracks_newest_first(
    stored: Stored, clock: HandClock
) -> None:
    for seconds in (30, 40):
        job = await stored.generate()
        done_at = clock.advance(seconds)
        await stored.jobs.succeed(job.id, AUDIO_URL, done_at)
    await stored.fail()
    await stored.generate()

    async def durations_s(model: str, limit: int, late_s: float = 60) -> list[float]:
        return await stored.jobs.durations_s(model, limit=limit, late_s=late_s)

    assert await durations_s("google/lyria2", 10) == [40.0, 30.0]
    assert await durations_s("google/lyria2", 1) == [40.0]
    assert await durations_s("google/lyria2", 10, late_s=35) == [30.0]
    assert await durations_s("other", 10) == []
