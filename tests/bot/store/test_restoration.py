"""A database that came back from a backup: nothing in it is paid for or told a second time."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.domain.jobs import FailureKind, JobState, NoticeKind, Rung
from bot.errors import AlreadyRetried
from bot.store.database.tables import processes
from bot.store.restoration import Restored, after_restoring
from tests.factories import AUDIO_URL, CARD_ID, CHANNEL_ID, NO_LIMITS, Stored


async def restored(stored: Stored) -> Restored:
    return await after_restoring(stored.engine, stored.clock())


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (JobState.RECEIVED, FailureKind.RESTORED),
        (JobState.QUEUED, FailureKind.RESTORED),
        (JobState.SUBMITTING, FailureKind.INTERRUPTED),
    ],
)
async def test_job_fails_with_one_notice_and_may_be_tried_again_when_it_might_be_paid_for_again(
    stored: Stored, state: JobState, kind: FailureKind
) -> None:
    job = await stored.bring_to(state)
    assert await restored(stored) == Restored(stopped=1, running=0, untold=0)
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, kind)
    assert await stored.notices.claim_due(10, stored.clock(), lease_s=60) == []
    now = stored.clock()
    assert await stored.stores.lookups.tell_restored(job.id, now, now)
    assert not await stored.stores.lookups.tell_restored(job.id, now, now)
    [(notice, _)] = await stored.notices.claim_due(10, stored.clock(), lease_s=60)
    assert (notice.kind, notice.unsure, notice.attempted_rung) == (NoticeKind.FAILURE, True, None)
    assert await stored.claim_submissions() == []
    assert await stored.jobs.claim_unanswered(10, stored.clock(), lease_s=60) == []
    again = await stored.receive(retry_of=job.id)
    with pytest.raises(AlreadyRetried):
        await stored.receive(NO_LIMITS, retry_of=job.id)
    assert again.retry_of == job.id


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED])
async def test_job_that_ended_stays_as_it_is(stored: Stored, state: JobState) -> None:
    job = await stored.bring_to(state)
    assert (await restored(stored)).stopped == 0
    after = await stored.job(job.id)
    assert replace(after, restored_at=None) == job


async def test_generation_is_polled_on_and_each_of_its_notices_begins_as_unsure(
    stored: Stored,
) -> None:
    job = await stored.generate()
    assert (await restored(stored)).running == 1
    [polled] = await stored.jobs.claim_polls(10, stored.clock(), lease_s=60)
    assert polled.id == job.id
    now = stored.clock()
    assert await stored.notices.add(job.id, NoticeKind.OVERDUE, now)
    assert await stored.jobs.succeed(job.id, AUDIO_URL, now)
    assert await stored.notices.add(job.id, NoticeKind.LATE, now)
    kinds = (NoticeKind.OVERDUE, NoticeKind.RESULT, NoticeKind.LATE)
    assert all([(await stored.notice(job.id, kind)).unsure for kind in kinds])


async def test_failure_is_unsure_when_it_comes_after_a_backup_was_restored(stored: Stored) -> None:
    job = await stored.generate()
    await restored(stored)
    gone, source = FailureKind.LOST, JobState.GENERATING
    assert await stored.jobs.fail(job.id, gone, "404", stored.clock(), source=source)
    assert (await stored.notice(job.id, NoticeKind.FAILURE)).unsure


async def test_notice_of_a_new_job_is_sure(stored: Stored) -> None:
    await stored.generate()
    await restored(stored)
    job = await stored.succeed()
    assert not (await stored.notice(job.id)).unsure


async def test_open_notice_forgets_where_it_was_tried_and_by_whom(stored: Stored) -> None:
    await stored.succeed()
    notice = await stored.claim_notice()
    rung = Rung.DIRECT_MESSAGE
    assert await stored.notices.record_attempt(notice.id, rung, stored.clock(), channel_id=7)
    assert await restored(stored) == Restored(stopped=0, running=0, untold=1)
    seen = await stored.as_worker("another").claim_notice()
    assert (seen.unsure, seen.attempted_rung, seen.attempted_channel_id) == (True, None, None)


async def test_what_was_told_or_is_held_stays_so(stored: Stored) -> None:
    told, held = await stored.succeed(), await stored.succeed()
    now, notice = stored.clock(), await stored.notice(told.id)
    channel = {"channel_id": CHANNEL_ID, "message_id": CARD_ID + 1}
    await stored.notices.record_attempt(notice.id, Rung.CHANNEL, now)
    await stored.notices.told(notice.id, Rung.CHANNEL, now, **channel)
    await stored.notices.hold(await stored.notice(held.id), "closed", now)
    before = await stored.notice(told.id), await stored.notice(held.id)
    assert (await restored(stored)).untold == 0
    assert (await stored.notice(told.id), await stored.notice(held.id)) == before


async def test_claims_of_the_processes_of_before_are_free_when_the_new_one_looks(
    stored: Stored,
) -> None:
    await stored.generate()
    [_] = await stored.jobs.claim_polls(10, stored.clock(), lease_s=3600)
    await restored(stored)
    async with stored.engine.begin() as connection:
        alive_until = stored.clock() + timedelta(days=1)
        await connection.execute(sa.insert(processes).values(id="new", alive_until=alive_until))
    assert len(await stored.as_worker("new").jobs.claim_polls(1, stored.clock(), lease_s=60)) == 1


async def test_nothing_changes_when_it_is_taken_in_twice(stored: Stored) -> None:
    job = await stored.queue()
    await restored(stored)
    before = await stored.job(job.id)
    stored.clock.advance(60)
    assert await restored(stored) == Restored(stopped=0, running=0, untold=0)
    assert await stored.job(job.id) == before
