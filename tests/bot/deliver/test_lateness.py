"""A finished track whose file can't be had: its member is told so, in time and once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.deliver import lateness
from bot.deliver.deliverer import SLOTS
from bot.deliver.retry_policy import FILE_PATIENCE
from bot.domain.jobs import LATE_AFTER, JobState, NoticeKind, Rung
from bot.errors import WorkshopTrouble
from sandbox.scenario import Rule
from tests.bot.deliver.conftest import Post
from tests.bot.fakes import Arrivals
from tests.bot.provider.clips import WAV
from tests.factories import CHANNEL_ID, MEMBER_ID

TWO_MINUTES = timedelta(minutes=2)


async def deliver_for(post: Post, seconds: float) -> None:
    """Go on, second by second where something is due."""
    for _ in range(int(seconds)):
        await post.deliver()
        post.clock.advance(1)


@pytest.mark.parametrize(
    "fault",
    [
        lambda rule: rule.respond(404),
        lambda rule: rule.respond(503, "<html>"),
        lambda rule: rule.respond(200, b""),
        lambda rule: rule.truncate(100),
        lambda rule: rule.reset_before(),
    ],
)
async def test_member_is_told_within_two_minutes_when_the_file_always_breaks(
    post: Post, fault: Callable[[Rule], object]
) -> None:
    job = await post.finished()
    finished_at = post.clock()
    fault(post.files())
    while not post.messenger.sent:
        await deliver_for(post, 1)
    [late] = post.messenger.sent
    assert post.clock() - finished_at < TWO_MINUTES
    assert f"<@{MEMBER_ID}> your track is finished, but its file is late" in late.what.content
    assert late.labels == ["Check again"]
    notice = await post.notice(job, NoticeKind.LATE)
    assert notice.rung is Rung.CHANNEL

    post.clock.advance(FILE_PATIENCE.total_seconds())
    await post.deliver_until_told()
    [_, link] = post.messenger.sent
    assert link.link
    assert await post.is_closed()


async def test_track_follows_when_its_file_comes_late(post: Post) -> None:
    await post.finished()
    fault = post.files()
    fault.respond(404)
    await deliver_for(post, 60)
    post.stand_in.scenario.rules.remove(fault)
    await deliver_for(post, 60)
    assert [sent.file for sent in post.messenger.sent] == [None, WAV]
    assert await post.is_closed()


async def test_nothing_is_said_of_it_when_the_file_comes_in_time(post: Post) -> None:
    job = await post.finished()
    post.files(times=2).respond(404)
    await deliver_for(post, 120)
    assert [sent.file for sent in post.messenger.sent] == [WAV]
    assert (await post.notice(job, NoticeKind.LATE)).rung is None
    assert await post.is_closed()


async def test_no_notice_is_stored_when_nothing_is_wrong(post: Post) -> None:
    job = await post.finished()
    await post.deliverer.run_once()
    assert [one.kind for one in await post.stored.notices.of_job(job.id)] == [NoticeKind.RESULT]


async def test_member_is_told_when_the_workshop_can_not_deal_with_the_file(post: Post) -> None:
    await post.finished()
    post.workshop.fail("examine", WorkshopTrouble("busy"))
    await post.deliverer.run_once()
    post.workshop.fail("examine", WorkshopTrouble("busy"))
    post.clock.advance(LATE_AFTER.total_seconds())
    await post.deliverer.run_once()
    assert "file is late" in post.messenger.sent[0].what.content


async def test_members_are_told_when_files_that_do_not_end_take_all_slots(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("LATE_AFTER", "LEAST_WAIT"):
        monkeypatch.setattr(lateness, limit, timedelta(seconds=0.2))
    hold = post.files().hold_before()
    for number in range(SLOTS):
        await post.finished(member_id=MEMBER_ID + number, channel_id=CHANNEL_ID + number)
    post.messenger.sent = arrivals = Arrivals()
    stop = asyncio.Event()
    running = asyncio.create_task(post.deliverer.run(stop))
    await arrivals.come(SLOTS)
    assert all("file is late" in sent.what.content for sent in arrivals)
    hold.release()
    await arrivals.come(SLOTS)
    stop.set()
    await running
    await post.deliverer.finish(10)
    assert [sent.file for sent in arrivals] == [None] * SLOTS + [WAV] * SLOTS


@pytest.mark.parametrize("state", [JobState.GENERATING, JobState.CANCELLED, JobState.FAILED])
async def test_late_file_is_told_of_only_while_it_is_waited_for(
    post: Post, state: JobState
) -> None:
    job = await post.stored.bring_to(state)
    await post.stored.notices.add(job.id, NoticeKind.LATE, post.clock())
    await post.deliver_until_told()
    told = [sent for sent in post.messenger.sent if "file is late" in sent.what.content]
    assert len(told) == (state is JobState.GENERATING)
    assert await post.is_closed()


async def test_nothing_is_said_of_it_when_the_track_may_be_there(post: Post) -> None:
    job = await post.finished()
    await post.stored.notices.record_attempt(
        (await post.notice(job)).id, Rung.CHANNEL, post.clock()
    )
    await post.stored.notices.add(job.id, NoticeKind.LATE, post.clock())
    post.messenger.there = 4711
    await post.deliver_until_told()
    assert not any("file is late" in sent.what.content for sent in post.messenger.sent)
