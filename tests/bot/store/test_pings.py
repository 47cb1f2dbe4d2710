"""Of the messages about variations one notifies: the last, or one after two minutes."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.jobs import FailureKind, Job, JobState, Notice, NoticeKind, Rung
from tests.factories import AUDIO_URL, CARD_ID, NO_LIMITS, Stored, a_new_job

TWO_MINUTES_S = 120.0
End = Callable[[Stored, Job], Awaitable[None]]


async def variations(stored: Stored, takes: int = 2) -> list[Job]:
    """That many takes of one request, all at the provider."""
    new = a_new_job(variations=takes)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in received.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    await stored.claim_submissions()
    for job in received.jobs:
        assert await stored.jobs.start_generation(job.id, f"g:{job.id}", stored.clock())
    return [await stored.job(job.id) for job in received.jobs]


async def succeed(stored: Stored, job: Job) -> None:
    assert await stored.jobs.succeed(job.id, AUDIO_URL, stored.clock())


async def fail(stored: Stored, job: Job) -> None:
    source, why = JobState.GENERATING, FailureKind.GENERATION
    assert await stored.jobs.fail(job.id, why, "no", stored.clock(), source=source)


async def cancel(stored: Stored, job: Job) -> None:
    assert await stored.jobs.cancel(job.id, stored.clock(), source=JobState.GENERATING)


async def attempt(
    stored: Stored, job: Job, kind: NoticeKind | None = None, rung: Rung = Rung.CHANNEL
) -> Notice:
    """The job's notice of this kind, or the latest, as it's stored for a try."""
    notices = await stored.notices.of_job(job.id)
    notice = [one for one in notices if kind in {None, one.kind}][-1]
    tried = await stored.notices.record_attempt(notice.id, rung, stored.clock())
    assert tried is not None
    assert tried == await stored.notice(job.id, tried.kind)
    return tried


async def posted(stored: Stored, notice: Notice) -> None:
    where = {"channel_id": 5, "message_id": notice.id}
    await stored.notices.told(notice.id, Rung.CHANNEL, stored.clock(), **where)


async def refused(stored: Stored, notice: Notice) -> None:
    """Nothing was posted, surely: to be tried again."""
    await stored.notices.put_off(notice.id, stored.clock(), "busy", unsure=False)


async def tell(stored: Stored, job: Job, end: End = succeed) -> bool:
    """Whether the message that tells of this end pings."""
    await end(stored, job)
    notice = await attempt(stored, job)
    await posted(stored, notice)
    return notice.pings


async def test_job_alone_pings(stored: Stored) -> None:
    other = await stored.generate()
    await posted(stored, await attempt(stored, await stored.succeed()))
    assert await tell(stored, other)


@pytest.mark.parametrize("end", [succeed, fail])
async def test_last_take_pings(stored: Stored, end: End) -> None:
    first, second, third = await variations(stored, 3)
    assert not await tell(stored, second)
    assert not await tell(stored, first, fail)
    assert await tell(stored, third, end)


async def test_another_request_changes_nothing(stored: Stored) -> None:
    ours, theirs = await variations(stored), await variations(stored)
    assert [await tell(stored, job) for job in (ours[0], theirs[0])] == [False, False]
    assert [await tell(stored, job) for job in (theirs[1], ours[1])] == [True, True]


async def test_take_pings_when_the_others_were_cancelled(stored: Stored) -> None:
    first, second, third = await variations(stored, 3)
    await cancel(stored, first)
    await cancel(stored, third)
    assert await tell(stored, second)


async def test_take_pings_when_the_other_was_deleted_before_it_was_told(stored: Stored) -> None:
    first, second = await variations(stored)
    await succeed(stored, first)
    await stored.stores.removals.delete(first.id, stored.clock())
    assert await tell(stored, second)


async def test_take_pings_when_the_other_is_held(stored: Stored) -> None:
    first, second = await variations(stored)
    await succeed(stored, first)
    await stored.notices.hold(await stored.notice(first.id), "no way", stored.clock())
    assert await tell(stored, second)


async def test_finished_take_is_open_until_it_is_told(stored: Stored) -> None:
    first, second = await variations(stored)
    await succeed(stored, second)
    assert not await tell(stored, first)
    assert (await attempt(stored, second)).pings


@pytest.mark.parametrize("end", [succeed, fail])
async def test_first_told_two_minutes_after_the_first_pings_alone(stored: Stored, end: End) -> None:
    takes = await variations(stored, 4)
    assert not await tell(stored, takes[0])
    stored.clock.advance(TWO_MINUTES_S - 1)
    assert not await tell(stored, takes[1])
    stored.clock.advance(1)
    assert await tell(stored, takes[2], end)
    stored.clock.advance(TWO_MINUTES_S)
    assert not await tell(stored, takes[3])


@pytest.mark.parametrize("last", [True, False])
async def test_repetition_pings_as_decided(stored: Stored, *, last: bool) -> None:
    first, second = await variations(stored)
    if last:
        await tell(stored, first)
    await succeed(stored, second)
    assert (await attempt(stored, second)).pings is last
    if not last:
        await cancel(stored, first)
    stored.clock.advance(TWO_MINUTES_S)
    assert (await attempt(stored.as_worker("two"), second)).pings is last


async def test_one_pings_when_the_other_might_be_out(stored: Stored) -> None:
    first, second = await variations(stored)
    await succeed(stored, first)
    await succeed(stored, second)
    assert not (await attempt(stored, first)).pings
    assert (await attempt(stored, second)).pings


async def test_take_decides_again_when_its_message_was_refused(stored: Stored) -> None:
    first, second = await variations(stored)
    await succeed(stored, first)
    await refused(stored, await attempt(stored, first))
    assert not await tell(stored, second)
    assert (await attempt(stored, first)).pings


async def test_ping_is_free_again_when_its_message_was_refused(stored: Stored) -> None:
    first, second, third = await variations(stored, 3)
    await tell(stored, first)
    stored.clock.advance(TWO_MINUTES_S)
    await succeed(stored, second)
    tried = await attempt(stored, second)
    assert tried.pings
    await refused(stored, tried)
    assert await tell(stored, third)
    assert not (await attempt(stored, second)).pings


async def test_take_that_came_back_does_not_ping_once_more(stored: Stored) -> None:
    first, second = await variations(stored)
    await tell(stored, first)
    source, now = JobState.GENERATING, stored.clock()
    assert await stored.jobs.fail(second.id, FailureKind.LOST, "404", now, source=source)
    failed = await attempt(stored, second)
    assert failed.pings
    await posted(stored, failed)
    assert await stored.jobs.find_again(second.id, stored.clock())
    assert not await tell(stored, second)


async def test_delay_of_all_takes_pings_once_and_takes_no_ping_from_the_end(
    stored: Stored,
) -> None:
    takes = await variations(stored)
    for number, job in enumerate(takes):
        await stored.notices.add(job.id, NoticeKind.OVERDUE, stored.clock())
        notice = await attempt(stored, job, NoticeKind.OVERDUE)
        await posted(stored, notice)
        assert notice.pings is (number == 0)
    stored.clock.advance(TWO_MINUTES_S)
    assert [await tell(stored, job) for job in takes] == [False, True]


async def test_last_take_pings_when_tries_were_made_that_are_not_known(stored: Stored) -> None:
    first, second = await variations(stored)
    for job in (first, second):
        await succeed(stored, job)
        notice = await stored.notice(job.id)
        await stored.notices.put_off(notice.id, stored.clock(), "restored", unsure=True)
    tried = await attempt(stored, first)
    assert not tried.pings
    await posted(stored, tried)
    assert (await attempt(stored, second)).pings


async def test_member_is_notified_that_nothing_was_started_before_all_are_cancelled(
    stored: Stored,
) -> None:
    first = await stored.receive(variations=2)
    source, told = JobState.RECEIVED, NoticeKind.UNSTARTED
    assert await stored.jobs.cancel(first.id, stored.clock(), source=source, notice=told)
    assert (await attempt(stored, first, told)).pings


async def test_one_pings_when_all_are_told_at_the_same_moment_by_different_processes(
    stored: Stored,
) -> None:
    workers = [stored, stored.as_worker("two")]
    for _ in range(8):
        takes = await variations(stored, 4)
        for job in takes:
            await succeed(stored, job)
        tried = await asyncio.gather(
            *(attempt(workers[number % 2], job) for number, job in enumerate(takes))
        )
        assert [notice.pings for notice in tried].count(True) == 1
