"""Files that take long keep neither their channel nor the other deliveries waiting."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from yarl import URL

from bot.deliver import lateness
from bot.deliver.deliverer import SLOTS
from bot.domain.jobs import Rung
from bot.store.database.claims import PER_CHANNEL
from tests.bot.deliver.conftest import FILES, Post
from tests.bot.fakes import Arrivals, Sent
from tests.bot.provider.clips import WAV
from tests.factories import CHANNEL_ID, MEMBER_ID

SOON = timedelta(seconds=0.05)


@pytest.fixture(autouse=True)
def late_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A try takes long at once."""
    for limit in ("LATE_AFTER", "LEAST_WAIT"):
        monkeypatch.setattr(lateness, limit, SOON)


@contextlib.asynccontextmanager
async def running(post: Post) -> AsyncIterator[Arrivals]:
    """The loop at work, and what it sends."""
    post.messenger.sent = arrivals = Arrivals()
    stop = asyncio.Event()
    loop = asyncio.create_task(post.deliverer.run(stop))
    try:
        yield arrivals
    finally:
        stop.set()
        await loop
        await post.deliverer.finish(10)


def files(sent: list[Sent]) -> list[bytes]:
    return [one.file for one in sent if one.file]


@pytest.mark.parametrize("late_after", [SOON, timedelta(minutes=1)], ids=["late", "not late yet"])
async def test_member_is_told_when_the_channels_other_files_hang(
    post: Post, monkeypatch: pytest.MonkeyPatch, late_after: timedelta
) -> None:
    monkeypatch.setattr(lateness, "LATE_AFTER", late_after)
    hold = post.files(times=PER_CHANNEL).hold_before()
    for number in range(PER_CHANNEL + 1):
        await post.finished(member_id=MEMBER_ID + number)
    async with running(post) as arrivals:
        while not files(arrivals):
            await arrivals.come(1)
        assert len(files(arrivals)) == 1
        hold.release()
        while len(files(arrivals)) <= PER_CHANNEL:
            await arrivals.come(1)


async def test_member_is_told_when_more_files_hang_than_may_be_waited_for(post: Post) -> None:
    hanging = 2 * SLOTS + 3
    hold = post.files(times=hanging).hold_before()
    for number in range(hanging + 1):
        await post.finished(member_id=MEMBER_ID + number, channel_id=CHANNEL_ID + number // 2)
    async with running(post) as arrivals:
        while not files(arrivals):
            await arrivals.come(1)
        hold.release()


async def test_slow_tries_are_bounded_when_files_hang(post: Post) -> None:
    hold = post.files().hold_before()
    jobs = [
        await post.finished(member_id=MEMBER_ID + number, channel_id=CHANNEL_ID + number)
        for number in range(2 * SLOTS + 1)
    ]
    async with running(post) as arrivals:
        await arrivals.come(len(jobs))  # each is told that its file is late
        notices = [await post.notice(job) for job in jobs]
        assert sum(one.attempts > 0 for one in notices) >= 1
        assert sum(one.attempts == 0 for one in notices) >= SLOTS
        hold.release()
        while len(files(arrivals)) < len(jobs):
            post.clock.advance(1)
            await arrivals.come(1)
    assert await post.stored.notices.next_due_at() is None


async def test_others_are_told_while_copies_are_fetched(post: Post) -> None:
    fine: set[str] = set()
    hold = post.stand_in.scenario.on(
        "GET", FILES, times=None, after=SLOTS, where=lambda request: request.path not in fine
    ).hold_before()
    private = [
        await post.finished(private=True, member_id=MEMBER_ID + number, channel_id=number)
        for number in range(1, SLOTS + 1)
    ]
    async with running(post) as arrivals:
        await arrivals.come(SLOTS)
        public = await post.finished()
        fine.add(URL(public.audio_url or "").path)
        post.deliverer.wake()
        await arrivals.come(1)
        assert {(await post.notice(job)).rung for job in private} == {Rung.INTERACTION}
        hold.release()
    assert all([await post.held.get(job.id) for job in private])
    assert await post.stored.notices.next_due_at() is None


async def test_copy_is_kept_when_the_bot_was_stopped_over_it(post: Post) -> None:
    job = await post.finished(private=True)
    hold = post.files(times=1, after=1).hold_before()
    turn = asyncio.create_task(post.deliverer.run_once())
    await hold.reached()
    await post.deliverer.finish(0)
    await turn
    hold.drop()
    assert await post.held.get(job.id) is None
    post.clock.advance(3600)
    await post.deliver()
    assert await post.held.get(job.id)
    assert [one.file for one in post.messenger.sent] == [WAV]
    assert await post.is_closed()


async def test_copy_is_kept_later_when_too_many_are_fetched(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post.deliverer, "step_aside", lambda _task: False)
    job = await post.finished(private=True)
    await post.deliver()
    assert [one.file for one in post.messenger.sent] == [WAV]
    assert await post.held.get(job.id) is None
    monkeypatch.undo()
    post.clock.advance(60)
    await post.deliver()
    assert await post.held.get(job.id)
    assert len(post.messenger.sent) == 1
    assert await post.is_closed()
