"""Variations on their way to members: where they are posted, and the card they share."""

import pytest

from bot.deliver.announcements import not_started
from bot.deliver.cards.batch_cards import BatchCards
from bot.deliver.ladder import Ladder
from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind, Rung
from bot.errors import DeliveryUnsure, Unreachable
from bot.generate.first_answer import Taken
from tests.bot.fakes import FakeMessenger
from tests.bot.generate.parts import estimates_on
from tests.bot.generate.test_admission import an_admission
from tests.factories import CARD_ID, CHANNEL_ID, NO_LIMITS, Stored, a_new_job


async def variations(stored: Stored, **changes: object) -> list[Job]:
    """Three queued ones."""
    new = a_new_job(variations=3, **changes)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in received.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    return [await stored.job(job.id) for job in received.jobs]


async def failed(stored: Stored, job: Job) -> Job:
    """One that came to nothing, so that its member must be told."""
    await stored.claim_submissions()
    kind, now = FailureKind.REJECTED, stored.clock()
    assert await stored.jobs.fail(job.id, kind, "no", now, source=JobState.SUBMITTING)
    return await stored.job(job.id)


async def tell(messenger: FakeMessenger, stored: Stored, job: Job) -> tuple[Rung, int]:
    ladder = Ladder(messenger, stored.notices, stored.clock)
    notice = await stored.notice(job.id, NoticeKind.FAILURE)
    told = await ladder.tell(job, notice, not_started(job))
    return told.rung, told.channel_id


async def test_variation_is_posted_in_the_thread_under_the_card(stored: Stored) -> None:
    messenger = FakeMessenger()
    job = await failed(stored, (await variations(stored))[1])
    assert await tell(messenger, stored, job) == (Rung.CHANNEL, CARD_ID)


async def test_variation_is_posted_in_the_channel_when_there_can_be_no_thread(
    stored: Stored,
) -> None:
    messenger = FakeMessenger()
    messenger.threads = False
    job = await failed(stored, (await variations(stored))[1])
    assert await tell(messenger, stored, job) == (Rung.CHANNEL, CHANNEL_ID)


async def test_variation_is_posted_in_the_channel_when_the_thread_is_closed_to_the_bot(
    stored: Stored,
) -> None:
    messenger = FakeMessenger()
    messenger.fail("thread", Unreachable("no permission"))
    job = await failed(stored, (await variations(stored))[1])
    assert await tell(messenger, stored, job) == (Rung.CHANNEL, CHANNEL_ID)


async def test_nothing_is_posted_in_the_channel_when_the_thread_may_have_it(
    stored: Stored,
) -> None:
    messenger = FakeMessenger()
    messenger.fail("thread", DeliveryUnsure("cut off"))
    job = await failed(stored, (await variations(stored))[1])
    with pytest.raises(DeliveryUnsure):
        await tell(messenger, stored, job)
    assert not messenger.sent


async def test_both_places_are_searched_when_a_try_may_have_reached_either(stored: Stored) -> None:
    messenger = FakeMessenger()
    job = await failed(stored, (await variations(stored))[1])
    notice = await stored.claim_notice()
    await stored.notices.record_attempt(notice.id, Rung.CHANNEL, stored.clock())
    await stored.notices.put_off(notice.id, stored.clock(), "cut off", unsure=True)
    stored.clock.advance(3600)
    notice = await stored.notice(job.id, NoticeKind.FAILURE)
    ladder = Ladder(messenger, stored.notices, stored.clock)
    assert await ladder.earlier(job, notice) is None
    assert [channel_id for channel_id, *_ in messenger.searches] == [CARD_ID, CHANNEL_ID]


async def test_private_variations_have_no_thread(stored: Stored) -> None:
    messenger = FakeMessenger()
    job = await failed(stored, (await variations(stored, private=True))[1])
    rung, _ = await tell(messenger, stored, job)
    assert rung is Rung.DIRECT_MESSAGE


async def test_card_shows_how_things_stand(stored: Stored) -> None:
    messenger = FakeMessenger()
    first, *_ = await variations(stored)
    cards = BatchCards(stored.stores.batches, estimates_on(stored), messenger, stored.clock)
    await cards.refresh(first)
    assert len(messenger.cards) == 1
    assert "Composing 3 versions" in (messenger.cards[0][0].title or "")

    await failed(stored, first)
    await cards.refresh(first)
    said = [field.value or "" for field in messenger.cards[-1][0].fields]
    assert len(messenger.cards) == 2
    assert any("turned this request down" in value for value in said)


async def test_card_is_reached_by_a_take_that_knows_it(stored: Stored) -> None:
    messenger = FakeMessenger()
    new = a_new_job(variations=2)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    first, second = received.jobs
    admission = an_admission(stored)
    assert await admission.cancel(first)  # before we know that there is a card
    await admission.settle(first, Taken(CARD_ID))
    await admission.settle(second, Taken(CARD_ID))
    reached: list[int | None] = []

    async def update_card(job: Job, *_arguments: object, **_options: object) -> None:
        reached.append(job.card_message_id)

    messenger.update_card = update_card  # type: ignore[method-assign]
    cards = BatchCards(stored.stores.batches, estimates_on(stored), messenger, stored.clock)
    await cards.refresh(first)
    assert reached == [CARD_ID]
    assert await admission.cancel(await stored.job(second.id))  # and forgets the token
    await cards.refresh(second)
    assert reached == [CARD_ID, CARD_ID]
