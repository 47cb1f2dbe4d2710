"""What came from a restored backup: it is looked for on every rung before it is told."""

from typing import Any

import discord
import pytest

from bot.deliver.announcements import Announcement
from bot.deliver.ladder import Ladder, Receipt
from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind, Rung
from bot.errors import DeliveryUnsure, Unreachable
from bot.store.restoration import after_restoring
from tests.bot.fakes import DM_CHANNEL_ID, FakeMessenger
from tests.factories import CARD_ID, CHANNEL_ID, NO_LIMITS, HandClock, Stored, a_new_job

WORDS = Announcement(content="something", embed=None, view=discord.ui.View())
POSTED = 4242


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def ladder(messenger: FakeMessenger, stored: Stored, clock: HandClock) -> Ladder:
    return Ladder(messenger, stored.notices, clock)


async def a_restored(stored: Stored, **changes: Any) -> Job:
    """A track that was finished, and perhaps told, when its backup was restored."""
    job = await stored.succeed(**changes)
    await after_restoring(stored.engine, stored.clock())
    return job


async def told(
    ladder: Ladder, stored: Stored, job: Job, kind: NoticeKind = NoticeKind.RESULT
) -> Receipt:
    if kind is NoticeKind.FAILURE:  # the provider's logs know nothing of it
        now = stored.clock()
        assert await stored.stores.lookups.tell_restored(job.id, now, now)
    notice = await stored.notice(job.id, kind)
    return await ladder.earlier(job, notice) or await ladder.tell(job, notice, lambda: WORDS)


@pytest.mark.parametrize(
    ("channel_id", "rung"),
    [(CHANNEL_ID, Rung.CHANNEL), (DM_CHANNEL_ID, Rung.DIRECT_MESSAGE)],
)
async def test_nothing_is_sent_when_the_message_is_on_one_of_the_rungs(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, channel_id: int, rung: Rung
) -> None:
    job = await a_restored(stored)
    messenger.there_in[channel_id] = POSTED
    receipt = await told(ladder, stored, job)
    assert receipt == Receipt(rung=rung, channel_id=channel_id, message_id=POSTED)
    assert messenger.sent == []


async def test_track_is_on_the_card_when_the_message_that_is_found_is_the_card(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await a_restored(stored)
    messenger.there_in[CHANNEL_ID] = CARD_ID
    assert (await told(ladder, stored, job)).rung is Rung.INTERACTION
    assert messenger.sent == []


async def test_member_is_told_once_when_no_rung_has_the_message(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await a_restored(stored)
    assert (await told(ladder, stored, job)).rung is Rung.CHANNEL
    assert {channel for channel, *_ in messenger.searches} == {CHANNEL_ID, DM_CHANNEL_ID}
    assert [sent.way for sent in messenger.sent] == ["post"]


async def test_thread_of_variations_is_looked_into(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    new = a_new_job(variations=2)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for take in received.jobs:
        assert await stored.jobs.accept(take.id, CARD_ID, stored.clock())
    await after_restoring(stored.engine, stored.clock())
    messenger.there_in[CARD_ID] = POSTED
    for take in received.jobs:
        job = await stored.job(take.id)
        receipt = await told(ladder, stored, job, NoticeKind.FAILURE)
        assert receipt.channel_id == CARD_ID
    assert messenger.sent == []


async def test_failure_is_not_told_when_its_member_has_the_track(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await stored.queue()
    await after_restoring(stored.engine, stored.clock())
    messenger.there_in[CHANNEL_ID] = POSTED
    messenger.there_for = {NoticeKind.RESULT}
    failed = await stored.job(job.id)
    assert failed.failure_kind is FailureKind.RESTORED
    assert (await told(ladder, stored, failed, NoticeKind.FAILURE)).message_id == POSTED
    assert messenger.sent == []


@pytest.mark.parametrize("way", ["find", "direct channel"])
async def test_nothing_is_sent_when_a_rung_can_not_be_looked_at(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger, way: str
) -> None:
    job = await a_restored(stored)
    messenger.fail(way, Unreachable("closed"))
    with pytest.raises(Unreachable):
        await told(ladder, stored, job)
    assert messenger.sent == []


@pytest.mark.parametrize("changes", [{"private": True}, {"outside": True}])
@pytest.mark.parametrize("became", [NoticeKind.RESULT, None])
async def test_card_that_only_its_member_sees_is_looked_at_while_its_token_lives(
    ladder: Ladder,
    stored: Stored,
    messenger: FakeMessenger,
    changes: dict[str, Any],
    became: NoticeKind | None,
) -> None:
    job = await a_restored(stored, **changes)
    if became:
        messenger.card_became = became
    assert (await told(ladder, stored, job)).rung is Rung.INTERACTION
    assert [sent.way for sent in messenger.sent] == ([] if became else ["edit"])


async def test_private_track_is_held_when_its_card_can_not_be_looked_at_any_more(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await a_restored(stored, private=True)
    messenger.fail("first answer", Unreachable("the token is dead"))
    with pytest.raises(Unreachable):
        await told(ladder, stored, job)
    assert messenger.sent == []


async def test_only_the_own_try_is_looked_for_when_it_broke_off_after_the_search(
    ladder: Ladder, stored: Stored, messenger: FakeMessenger
) -> None:
    job = await a_restored(stored)
    messenger.fail("post", DeliveryUnsure("cut off"))
    with pytest.raises(DeliveryUnsure):
        await told(ladder, stored, job)
    messenger.searches.clear()
    messenger.there_in[CHANNEL_ID] = POSTED
    assert (await told(ladder, stored, job)).message_id == POSTED
    assert {channel for channel, *_ in messenger.searches} == {CHANNEL_ID}
    assert (await stored.job(job.id)).state is JobState.SUCCEEDED
