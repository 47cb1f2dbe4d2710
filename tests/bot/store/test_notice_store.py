"""Notices: once per job and kind, due until told, and what goes when they are closed."""

from datetime import timedelta

import pytest

from bot.domain.jobs import JobState, NoticeKind, Rung
from tests.factories import HandClock, Stored


async def due(stored: Stored) -> list[NoticeKind]:
    claimed = await stored.notices.claim_due(10, stored.clock(), lease_s=60)
    return [notice.kind for notice, _ in claimed]


async def test_notice_is_put_down_once_per_job_and_kind(stored: Stored, clock: HandClock) -> None:
    job, other = await stored.queue(), await stored.queue()
    assert await stored.notices.add(job.id, NoticeKind.OVERDUE, clock())
    assert not await stored.notices.add(job.id, NoticeKind.OVERDUE, clock())
    assert await stored.notices.add(job.id, NoticeKind.DELAYED, clock())
    assert await stored.notices.add(other.id, NoticeKind.OVERDUE, clock())


async def test_notice_is_not_put_down_when_its_job_does_not_exist(stored: Stored) -> None:
    assert not await stored.notices.add("f" * 16, NoticeKind.OVERDUE, stored.clock())


async def test_waiting_jobs_are_told_once_and_others_not(stored: Stored) -> None:
    await stored.generate()
    await stored.receive()
    for member_id in (1, 2):
        await stored.queue(member_id=member_id)
    add = stored.notices.add_to_waiting
    assert await add(NoticeKind.DELAYED, stored.clock(), since=stored.clock()) == 2
    assert await add(NoticeKind.DELAYED, stored.clock(), since=stored.clock()) == 0
    late = await stored.queue(member_id=3)
    assert await add(NoticeKind.DELAYED, stored.clock(), since=stored.clock()) == 1
    assert (await stored.notice(late.id, NoticeKind.DELAYED)).attempts == 0


async def test_member_is_told_once_in_each_channel_when_several_jobs_wait(
    stored: Stored, clock: HandClock
) -> None:
    first = await stored.queue()
    clock.advance(1)
    await stored.queue()
    elsewhere = await stored.queue(channel_id=7)
    assert await stored.notices.add_to_waiting(NoticeKind.DELAYED, clock(), since=clock()) == 2
    for job in (first, elsewhere):
        assert await stored.notices.of_job(job.id)
    await stored.queue()
    assert await stored.notices.add_to_waiting(NoticeKind.DELAYED, clock(), since=clock()) == 0


async def test_waiting_member_is_not_told_before_having_waited_so_long(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.queue()
    since = clock()
    clock.advance(1)
    await stored.queue(member_id=2)
    assert await stored.notices.add_to_waiting(NoticeKind.DELAYED, clock(), since=since) == 1
    assert [notice.kind for notice in await stored.notices.of_job(job.id)] == [NoticeKind.DELAYED]


async def test_notice_is_due_only_at_its_time_and_claimed_once(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.generate()
    due_at = clock() + timedelta(seconds=45)
    assert await stored.notices.add(job.id, NoticeKind.LATE, clock(), due_at=due_at)
    claim = stored.notices.claim_of_job
    assert await due(stored) == []
    assert await claim(job.id, NoticeKind.LATE, clock(), lease_s=60) is None
    clock.advance(45)
    assert await claim(job.id, NoticeKind.OVERDUE, clock(), lease_s=60) is None
    claimed = await claim(job.id, NoticeKind.LATE, clock(), lease_s=60)
    assert claimed == await stored.notice(job.id, NoticeKind.LATE)
    assert await claim(job.id, NoticeKind.LATE, clock(), lease_s=60) is None
    assert await due(stored) == []


async def test_member_is_told_by_the_next_job_when_the_first_is_cancelled(
    stored: Stored, clock: HandClock
) -> None:
    first, second = await stored.queue(), await stored.queue()
    assert await stored.notices.add_to_waiting(NoticeKind.DELAYED, clock(), since=clock()) == 1
    told = first if await stored.notices.of_job(first.id) else second
    assert await stored.jobs.cancel(told.id, clock(), source=JobState.QUEUED)
    assert await stored.notices.add_to_waiting(NoticeKind.DELAYED, clock(), since=clock()) == 1


async def test_delay_is_not_handed_out_when_it_was_held(stored: Stored) -> None:
    job = await stored.queue()
    assert await stored.notices.add(job.id, NoticeKind.DELAYED, stored.clock())
    notice = await stored.notice(job.id, NoticeKind.DELAYED)
    await stored.notices.hold(notice, "no way", stored.clock())
    assert await stored.notices.held_for(job.member_id, 5) == []


async def test_notice_comes_with_its_job_and_to_one_process(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    [(notice, its_job)] = await stored.notices.claim_due(10, clock(), lease_s=60)
    assert (notice.job_id, its_job) == (job.id, job)
    assert await due(stored.as_worker("two")) == []
    clock.advance(60)
    assert await due(stored.as_worker("two")) == [NoticeKind.RESULT]


async def test_attempt_is_unsure_until_its_outcome_is_known(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    notice = await stored.claim_notice()
    await stored.notices.record_attempt(notice.id, Rung.CHANNEL, clock())
    tried = await stored.notice(job.id)
    assert (tried.unsure, tried.attempted_at, tried.attempts) == (True, clock(), 0)
    assert tried.attempted_rung is Rung.CHANNEL
    later = clock() + timedelta(seconds=9)
    await stored.notices.put_off(notice.id, later, "busy", unsure=False)
    put_off = await stored.notice(job.id)
    assert (put_off.unsure, put_off.attempts) == (False, 1)
    assert await stored.notices.next_due_at() == later
    assert await due(stored) == []
    clock.advance(9)
    assert await due(stored) == [NoticeKind.RESULT]


async def test_first_unsure_attempt_is_remembered_when_others_follow(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    notice = await stored.claim_notice()
    first_at = clock()
    await stored.notices.record_attempt(notice.id, Rung.CHANNEL, first_at)
    await stored.notices.record_attempt(notice.id, Rung.CHANNEL, clock.advance(20))
    assert (await stored.notice(job.id)).attempted_at == first_at
    await stored.notices.put_off(notice.id, clock(), "busy", unsure=False)
    await stored.notices.record_attempt(notice.id, Rung.DIRECT_MESSAGE, clock.advance(20))
    again = await stored.notice(job.id)
    assert (again.attempted_at, again.attempted_rung) == (clock(), Rung.DIRECT_MESSAGE)


async def test_channel_of_an_attempt_is_remembered_with_its_rung(stored: Stored) -> None:
    job = await stored.succeed()
    notice = await stored.claim_notice()
    now, record = stored.clock(), stored.notices.record_attempt
    assert await record(notice.id, Rung.CHANNEL, now, channel_id=5)
    assert (await stored.notice(job.id)).attempted_channel_id == 5
    assert await record(notice.id, Rung.DIRECT_MESSAGE, now)
    assert (await stored.notice(job.id)).attempted_channel_id is None


async def test_what_is_known_of_an_attempt_stays_when_it_is_cut_off(stored: Stored) -> None:
    job = await stored.succeed()
    notice, now = await stored.claim_notice(), stored.clock()
    await stored.notices.put_off(notice.id, now, "too long", unsure=None)
    assert not (await stored.notice(job.id)).unsure
    await stored.notices.record_attempt(notice.id, Rung.CHANNEL, now)
    await stored.notices.put_off(notice.id, now, "too long", unsure=None)
    assert (await stored.notice(job.id)).unsure


async def test_track_is_neither_tried_nor_held_when_it_was_deleted(stored: Stored) -> None:
    job = await stored.succeed()
    notice, now = await stored.claim_notice(), stored.clock()
    await stored.stores.removals.delete(job.id, now)
    assert not await stored.notices.record_attempt(notice.id, Rung.CHANNEL, now)
    assert not await stored.notices.hold(notice, "no way", stored.clock())
    left = await stored.notice(job.id)
    assert (left.unsure, left.rung) == (False, None)


async def test_what_is_held_is_found_by_its_member_alone(stored: Stored) -> None:
    mine, other = await stored.succeed(member_id=1), await stored.succeed(member_id=2)
    claimed = await stored.notices.claim_due(10, stored.clock(), lease_s=60)
    for notice, _ in claimed:
        await stored.notices.hold(notice, "no way", stored.clock())
    told = await stored.succeed(member_id=1)
    assert [job.id for _, job in await stored.notices.held_for(1, 5)] == [mine.id]
    assert [job.id for _, job in await stored.notices.held_for(2, 5)] == [other.id]
    assert await stored.notices.held_for(told.channel_id, 5) == []


async def test_told_notice_still_wants_its_card(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    notice = await stored.claim_notice()
    await stored.notices.told(notice.id, Rung.CHANNEL, clock(), channel_id=1, message_id=2)
    told = await stored.notice(job.id)
    assert (told.rung, told.message_channel_id, told.message_id) == (Rung.CHANNEL, 1, 2)
    clock.advance(60)
    assert await due(stored) == [NoticeKind.RESULT]


async def test_held_notice_is_not_due_any_more(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    notice = await stored.claim_notice()
    await stored.notices.hold(notice, "no way", stored.clock())
    clock.advance(10_000)
    assert await due(stored) == []
    assert await stored.notices.next_due_at() is None
    assert (await stored.notice(job.id)).rung is Rung.HELD


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED])
async def test_token_goes_when_the_end_was_told_and_drawn(
    stored: Stored, clock: HandClock, state: JobState
) -> None:
    job = await stored.bring_to(state)
    assert job.interaction_token
    await stored.notices.close(await stored.claim_notice(), stored.clock())
    assert (await stored.job(job.id)).interaction_token
    edits = stored.stores.card_edits
    [edit] = await edits.claim(5, clock(), lease_s=60, under_way={})
    await edits.done(edit)
    assert (await stored.job(job.id)).interaction_token is None
    clock.advance(10_000)
    assert await due(stored) == []


async def test_token_stays_when_the_closed_notice_was_not_the_last(stored: Stored) -> None:
    job = await stored.generate()
    await stored.notices.add(job.id, NoticeKind.OVERDUE, stored.clock())
    await stored.notices.close(await stored.claim_notice(), stored.clock())
    assert (await stored.job(job.id)).interaction_token == job.interaction_token


async def test_problem_is_stored_when_its_text_is_not_storable(stored: Stored) -> None:
    await stored.succeed()
    notice = await stored.claim_notice()
    await stored.notices.put_off(notice.id, stored.clock(), "\ud800\x00", unsure=True)
    assert (await stored.claim_notice()).unsure


async def test_channel_has_two_notices_under_way_at_most(stored: Stored, clock: HandClock) -> None:
    busy = [await stored.succeed(channel_id=1) for _ in range(5)]
    clock.advance(1)
    other = await stored.succeed(channel_id=2)
    claimed = await stored.notices.claim_due(6, clock(), lease_s=60)
    assert [job.id for _, job in claimed] == [busy[0].id, busy[1].id, other.id]
    one_free = {1: 1, 2: 2}
    claimed = await stored.notices.claim_due(6, clock(), lease_s=60, under_way=one_free)
    assert [job.id for _, job in claimed] == [busy[2].id]
    full = {1: 2, 2: 2}
    assert not await stored.notices.claim_due(6, clock(), lease_s=60, under_way=full)
    assert await stored.notices.next_due_at(full) is None
    assert await stored.notices.next_due_at({2: 2}) is not None


async def test_refusals_are_counted_in_a_row_on_each_way(stored: Stored, clock: HandClock) -> None:
    await stored.succeed()
    notice = await stored.claim_notice()

    async def refused(way: str, code: int) -> int:
        return await stored.notices.refused(notice.id, way, code, clock())

    assert [await refused("channel:1", 7), await refused("channel:1", 7)] == [1, 2]
    assert [await refused("direct_message", 7), await refused("channel:1", 7)] == [1, 3]
    assert [await refused("channel:1", 8), await refused("channel:1", 7)] == [1, 1]


async def test_oldest_notices_come_first(stored: Stored, clock: HandClock) -> None:
    jobs = []
    for _ in range(3):
        jobs.append((await stored.succeed()).id)
        clock.advance(1)
    first = await stored.notices.claim_due(2, clock(), lease_s=60)
    assert [notice.job_id for notice, _ in first] == jobs[:2]
