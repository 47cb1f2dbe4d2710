"""Parts of `bot.deliver`, put together as the composition root does it."""

from bot.deliver.cards.batch_cards import BatchCards
from bot.deliver.cards.card_keeper import CardKeeper
from bot.deliver.cards.card_painter import CardPainter
from bot.deliver.takedown import Takedown
from bot.deliver.track_messages import TrackMessages
from bot.loops.wakeups import Wakeups
from bot.rest.bad_answers import BadAnswers
from tests.bot.fakes import FakeMessenger
from tests.bot.generate.parts import expectations_on
from tests.factories import Stored


def a_keeper(
    stored: Stored,
    messenger: FakeMessenger,
    *,
    bad_answers: BadAnswers | None = None,
    wakeups: Wakeups | None = None,
) -> CardKeeper:
    stores, expectations = stored.stores, expectations_on(stored)
    painter = CardPainter(
        stores,
        expectations,
        messenger=messenger,
        batches=BatchCards(stores.batches, expectations, messenger),
    )
    return CardKeeper(
        stores.cards,
        stores.card_edits,
        painter,
        bad_answers=bad_answers or BadAnswers(),
        wakeups=wakeups or Wakeups(),
        clock=stored.clock,
    )


def a_takedown(stored: Stored, messages: TrackMessages) -> Takedown:
    return Takedown(stored.stores, messages)
