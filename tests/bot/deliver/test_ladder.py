"""The ladder, rung by rung: what is private or outside has fewer of them."""

from typing import Any

import discord
import pytest

from bot.deliver.announcements import Announcement
from bot.deliver.ladder import Ladder
from bot.domain.jobs import Job, NoticeKind, Rung
from bot.errors import DeliveryUnsure, TrackDeleted, Unreachable
from tests.bot.fakes import FakeMessenger
from tests.factories import AUDIO_URL, CARD_ID, CHANNEL_ID, NO_LIMITS, HandClock, Stored, a_new_job

WORDS = Announcement(content="something", embed=None, view=discord.ui.View())
CLOSED = Unreachable("closed")
HIDDEN = [{"private": True}, {"outside": True}]


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def ladder(messenger: FakeMessenger, stored: Stored, clock: HandClock) -> Ladder:
    return Ladder(messenger, stored.notices, clock)


async def told(
    ladder: Ladder, stored: Stored, job: Job, kind: NoticeKind = NoticeKind.OVERDUE
) -> Rung:
    """The rung on which the member learns of it."""
    await stored.notices.add(job.id, kind, stored.clock())
    notice = await stored.notice(job.id, kind)
    return (await ladder.tell(job, notice, lambda: WORDS)).rung


@pytest.mark.parametrize("changes", HIDDEN)
async def test_channel_is_never_used_when_the_job_is_private_or_outside(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, changes: dict[str, Any]
) -> None:
    job = await stored.succeed(**changes)
    assert await told(ladder, stored, job, NoticeKind.RESULT) is Rung.INTERACTION
    assert [sent.way for sent in messenger.sent] == ["edit"]


@pytest.mark.parametrize("changes", HIDDEN)
async def test_member_gets_a_direct_message_when_the_token_died(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, changes: dict[str, Any]
) -> None:
    job = await stored.succeed(**changes)
    messenger.fail("edit", CLOSED)
    assert await told(ladder, stored, job, NoticeKind.RESULT) is Rung.DIRECT_MESSAGE
    assert [sent.way for sent in messenger.sent] == ["direct"]


@pytest.mark.parametrize("changes", HIDDEN)
async def test_no_way_is_left_when_direct_messages_are_closed_too(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, changes: dict[str, Any]
) -> None:
    job = await stored.succeed(**changes)
    messenger.fail("edit", CLOSED)
    messenger.fail("direct", CLOSED)
    with pytest.raises(Unreachable):
        await told(ladder, stored, job, NoticeKind.RESULT)
    assert messenger.sent == []


@pytest.mark.parametrize("kind", [NoticeKind.OVERDUE, NoticeKind.DELAYED])
async def test_card_stays_when_the_end_is_still_to_come(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, kind: NoticeKind
) -> None:
    job = await stored.queue(private=True)
    assert await told(ladder, stored, job, kind) is Rung.INTERACTION
    assert [sent.way for sent in messenger.sent] == ["add"]


async def test_card_that_variations_share_is_left_to_all_of_them(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    new = a_new_job(private=True, variations=2)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in received.jobs:
        assert await told(ladder, stored, job, NoticeKind.RESULT) is Rung.DIRECT_MESSAGE
    assert [sent.way for sent in messenger.sent] == ["direct", "direct"]


@pytest.mark.parametrize("changes", [{}, {"private": True}])
async def test_last_of_several_variations_pings_by_whatever_way_they_go(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, changes: dict[str, Any]
) -> None:
    for job in await takes(stored, **changes):
        await told(ladder, stored, job, NoticeKind.RESULT)
        await remember_told(stored, job)
    assert [sent.pings for sent in messenger.sent] == [False, True]


@pytest.mark.parametrize("last", [True, False])
async def test_repeated_message_pings_as_the_first_try_would_have(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, clock: HandClock, *, last: bool
) -> None:
    other, job = await takes(stored)
    if last:
        await told(ladder, stored, other, NoticeKind.RESULT)
        await remember_told(stored, other)
    await cut_off(ladder, stored, messenger, job, "thread")
    if not last:
        await remember_told(stored, other)
    clock.advance(2)
    await told(ladder, stored, job, NoticeKind.RESULT)
    assert messenger.sent[-1].pings is last


async def remember_told(stored: Stored, job: Job) -> None:
    """What the deliverer stores once the ladder is through."""
    notice, now = await stored.notice(job.id), stored.clock()
    await stored.notices.told(notice.id, Rung.CHANNEL, now, channel_id=1, message_id=2)


async def test_edit_is_repeated_when_its_outcome_was_unknown(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await stored.succeed(private=True)
    messenger.fail("edit", DeliveryUnsure("cut off"))
    with pytest.raises(DeliveryUnsure):
        await told(ladder, stored, job, NoticeKind.RESULT)
    assert await told(ladder, stored, job, NoticeKind.RESULT) is Rung.INTERACTION


async def test_no_second_way_is_taken_when_the_token_died_after_an_unknown_outcome(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await stored.succeed(private=True)
    messenger.fail("edit", DeliveryUnsure("cut off"), CLOSED)
    with pytest.raises(DeliveryUnsure):
        await told(ladder, stored, job, NoticeKind.RESULT)
    with pytest.raises(Unreachable):
        await told(ladder, stored, job, NoticeKind.RESULT)
    assert messenger.sent == []


# --- after a try of unknown outcome -------------------------------------------------------------

LATER_S = [2.0, 1800.0]


async def takes(stored: Stored, **changes: Any) -> list[Job]:
    """Two finished variations."""
    new = a_new_job(variations=2, **changes)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in received.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    await stored.claim_submissions()
    for job in received.jobs:
        assert await stored.jobs.start_generation(job.id, f"g:{job.id}", stored.clock())
        assert await stored.jobs.succeed(job.id, AUDIO_URL, stored.clock())
    return [await stored.job(job.id) for job in received.jobs]


async def a_take(stored: Stored) -> Job:
    """A finished variation, which is posted in a thread."""
    return (await takes(stored))[0]


async def cut_off(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, job: Job, way: str
) -> None:
    """A try on this way, of which nobody learns whether it got through."""
    messenger.fail(way, DeliveryUnsure("cut off"))
    with pytest.raises(DeliveryUnsure):
        await told(ladder, stored, job, NoticeKind.RESULT)


@pytest.mark.parametrize("later_s", LATER_S)
async def test_thread_is_not_swapped_for_the_channel_when_the_card_was_deleted_meanwhile(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, clock: HandClock, later_s: float
) -> None:
    job = await a_take(stored)
    await cut_off(ladder, stored, messenger, job, "thread")
    messenger.there_in[CARD_ID] = 4242
    messenger.threads = False  # none can be started under a card that is gone
    clock.advance(later_s)
    assert await told(ladder, stored, job, NoticeKind.RESULT) is Rung.CHANNEL
    # Repeated at first, where Discord drops it, and found later.
    assert [sent.way for sent in messenger.sent] == (["thread"] if later_s < 30 else [])


async def test_channel_is_not_swapped_for_the_thread_when_there_can_be_one_again(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, clock: HandClock
) -> None:
    job = await a_take(stored)
    messenger.threads = False
    await cut_off(ladder, stored, messenger, job, "post")
    messenger.threads = True
    clock.advance(2)
    await told(ladder, stored, job, NoticeKind.RESULT)
    assert [sent.way for sent in messenger.sent] == ["post"]


async def test_only_the_channel_of_the_try_is_searched(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, clock: HandClock
) -> None:
    job = await a_take(stored)
    messenger.threads = False
    await cut_off(ladder, stored, messenger, job, "post")
    clock.advance(1800)
    await told(ladder, stored, job, NoticeKind.RESULT)
    assert [channel_id for channel_id, *_ in messenger.searches] == [CHANNEL_ID]


async def test_take_is_posted_in_the_channel_when_its_thread_was_deleted(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, clock: HandClock
) -> None:
    job = await a_take(stored)
    await cut_off(ladder, stored, messenger, job, "thread")
    messenger.gone_channel_ids.add(CARD_ID)
    messenger.threads = False
    clock.advance(1800)
    await told(ladder, stored, job, NoticeKind.RESULT)
    assert [sent.way for sent in messenger.sent] == ["post"]


async def test_take_is_held_when_its_thread_can_not_be_read(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, clock: HandClock
) -> None:
    job = await a_take(stored)
    await cut_off(ladder, stored, messenger, job, "thread")
    messenger.readable = False
    clock.advance(1800)
    with pytest.raises(Unreachable):
        await told(ladder, stored, job, NoticeKind.RESULT)
    assert messenger.sent == []


async def test_earlier_message_is_looked_for_when_the_clock_was_put_back(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, clock: HandClock
) -> None:
    job = await stored.succeed()
    await cut_off(ladder, stored, messenger, job, "post")
    messenger.there = 4242
    clock.advance(-3600)
    assert await told(ladder, stored, job, NoticeKind.RESULT) is Rung.CHANNEL
    assert messenger.sent == []


async def test_nothing_is_sent_when_the_track_was_deleted(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await stored.succeed()
    notice = await stored.notice(job.id)
    assert await stored.stores.removals.delete(job.id, stored.clock())
    with pytest.raises(TrackDeleted):
        await ladder.tell(job, notice, lambda: WORDS)
    assert messenger.sent == []
    assert not (await stored.notice(job.id)).unsure
