"""Keeping cards true: each change of a job asks for its card to be drawn, and this is where it is.

What happens to one card meanwhile is one edit, whoever asked for it and in whichever process. It
is asked for again until it can be done, or surely can't.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.deliver.cards.card_painter import CardPainter
from bot.deliver.messenger import SEND_TIMEOUT_S
from bot.deliver.retry_policy import DISCORD_PATIENCE, wait_s
from bot.errors import DeliveryError, NotUnderstood, Unreachable
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.rest.bad_answers import BadAnswers
from bot.store.card_edits import CardEdit, CardEditStore
from bot.store.card_store import CardStore

SLOTS = 6
LEASE_S = 3 * SEND_TIMEOUT_S
# A job that goes out at once needs no place on its card.
FIRST_S = 5.0
EVERY_S = 30.0
# Each look computes the whole queue's order.
LOOK_EVERY_S = 5.0
LOOKED_AT = 5
# A card that can't be drawn for a day is tried now and then.
SELDOM_S = 1800.0
NOT_DRAWN = "the card could not be drawn, and is tried again: %s"

log = logging.getLogger(__name__)


@dataclass(eq=False)
class CardKeeper(Worker[CardEdit]):
    """Draws cards that don't show how things stand. Places in the queue are looked at now and
    then, each at most every `EVERY_S`."""

    cards: CardStore
    edits: CardEditStore
    painter: CardPainter
    bad_answers: BadAnswers
    wakeups: Wakeups
    clock: Clock

    def __post_init__(self) -> None:
        super().__init__(
            slots=SLOTS,
            wakeup=self.wakeups.event(Wakeup.CARDS),
            clock=self.clock,
            within_s=LEASE_S - 30,
            may_begin=self.bad_answers.few,
        )
        self._look_at = self.clock()

    async def claim(self, limit: int) -> Sequence[CardEdit]:
        """Cards that are to be drawn."""
        now = self.clock()
        if now >= self._look_at:
            self._look_at = now + timedelta(seconds=LOOK_EVERY_S)
            await self.cards.claim(LOOKED_AT, now, first_s=FIRST_S, every_s=EVERY_S)
        return await self.edits.claim(limit, now, lease_s=LEASE_S, under_way=self._under_way())

    async def next_due_at(self) -> datetime | None:
        """The next card; places in the queue are looked at whenever the loop turns."""
        return await self.edits.next_due_at(self._under_way())

    def _under_way(self) -> Counter[int]:
        return Counter(edit.channel_id for edit in self.in_slots)

    async def handle(self, item: CardEdit) -> None:
        """Draw one card."""
        again_at = None
        with about_job(item.id):
            try:
                again_at = await self.painter.draw(item.id)
            except Unreachable as error:
                log.info("the card can't be drawn: %s", error)
            except DeliveryError as error:
                if not (isinstance(error, NotUnderstood) and self._has_waited(item)):
                    await self._put_off(item, str(error))
                    return
                log.warning("the card can't be drawn, in Discord's words: %s", error)
            self._said.forget(item.id)
            await self.edits.done(item, again_at=again_at)

    def _has_waited(self, edit: CardEdit) -> bool:
        return self.clock() - edit.created_at > DISCORD_PATIENCE

    async def _put_off(self, edit: CardEdit, problem: str) -> None:
        now = self.clock()
        seconds = SELDOM_S if self._has_waited(edit) else wait_s(edit, now)
        self._said.say(edit.id, NOT_DRAWN, problem)
        await self.edits.put_off(edit, now + timedelta(seconds=seconds))
