"""The ladder, rung by rung: what is private or outside has fewer of them."""

from typing import Any

import discord
import pytest

from bot.delivery.announcements import Announcement
from bot.delivery.ladder import Ladder
from bot.errors import DeliveryUnsure, Unreachable
from bot.jobs import Job, NoticeKind, Rung
from tests.bot.delivery.fakes import FakeMessenger
from tests.factories import NO_LIMITS, HandClock, Stored, a_new_job

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
    return (await ladder.tell(job, notice, WORDS)).rung


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
    receipt = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in receipt.jobs:
        assert await told(ladder, stored, job, NoticeKind.RESULT) is Rung.DIRECT_MESSAGE
    assert [sent.way for sent in messenger.sent] == ["direct", "direct"]


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
