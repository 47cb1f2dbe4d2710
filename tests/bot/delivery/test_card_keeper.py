"""An edit of a waiting card that comes too late is made good."""

import pytest

from bot.delivery.batch_cards import BatchCards
from bot.delivery.card_keeper import CardKeeper
from bot.jobs import Job, NoticeKind, Rung
from bot.workers.bells import Bells
from tests.bot.delivery.fakes import FakeMessenger
from tests.bot.test_reception import a_reception
from tests.factories import CARD_ID, CHANNEL_ID, Stored


async def cards_after(stored: Stored, job: Job, kind: NoticeKind, rung: Rung) -> FakeMessenger:
    """What the card shows when the keeper edits it after its member was told on a rung."""
    messenger = FakeMessenger()
    reception = a_reception(stored)
    batches = BatchCards(stored.stores.batches, reception, messenger, stored.clock)
    keeper = CardKeeper(
        stored.stores, reception, messenger, batches, bells=Bells(), clock=stored.clock
    )
    notice = await stored.notice(job.id, kind)
    now = stored.clock()
    await stored.notices.told(notice.id, rung, now, channel_id=CHANNEL_ID, message_id=CARD_ID)
    await keeper.handle((job, 2))
    return messenger


def labels(messenger: FakeMessenger) -> list[str]:
    """The buttons of the card as it is in the end."""
    return [getattr(item, "label", "") for item in messenger.cards[-1][1].children]


async def test_card_is_the_track_again_when_the_track_had_taken_its_place(stored: Stored) -> None:
    job = await stored.succeed()
    assert await stored.jobs.measured(job.id, duration_s=32.8, tempo_bpm=None)
    await stored.stores.likes.toggle(job.id, 7, stored.clock())
    messenger = await cards_after(stored, job, NoticeKind.RESULT, Rung.INTERACTION)
    embed, _ = messenger.cards[-1]
    assert embed.title == "Lo-fi rain"
    assert embed.image.url == "attachment://waveform.png"
    assert {"Again", "Recipe", "Delete", "Like (1)"} <= set(labels(messenger))


async def test_card_offers_another_try_again_when_the_failure_had_taken_its_place(
    stored: Stored,
) -> None:
    messenger = await cards_after(stored, await stored.fail(), NoticeKind.FAILURE, Rung.INTERACTION)
    assert "Try again" in labels(messenger)


@pytest.mark.parametrize("rung", [Rung.CHANNEL, Rung.DIRECT_MESSAGE])
async def test_card_leads_to_the_track_when_it_is_elsewhere(stored: Stored, rung: Rung) -> None:
    messenger = await cards_after(stored, await stored.succeed(), NoticeKind.RESULT, rung)
    assert labels(messenger) == ["Go to the track"]
