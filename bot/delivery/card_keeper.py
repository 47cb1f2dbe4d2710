"""Keeping the cards of waiting jobs true: the place in the queue, and the expected time."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import discord

from bot.delivery import announcements, buttons, cards
from bot.delivery.announcements import address
from bot.delivery.batch_cards import BatchCards
from bot.delivery.messenger import Messenger
from bot.delivery.track_embed import track_embed
from bot.errors import DeliveryError
from bot.jobs import FINAL_KINDS, TERMINAL, Job, NoticeKind, Rung
from bot.logs import about_job
from bot.reception import Reception
from bot.store.stores import Stores
from bot.tracks import parent_in
from bot.workers.bells import Bell, Bells
from bot.workers.worker import Clock, Worker

SLOTS = 5
# A job that goes out at once needs no place on its card.
FIRST_S = 5.0
EVERY_S = 30.0
# Each look computes the whole queue's order.
LOOK_EVERY_S = 5.0

log = logging.getLogger(__name__)


class CardKeeper(Worker[tuple[Job, int | None]]):
    """Edits cards whose place is no longer so, each at most every `EVERY_S`."""

    def __init__(
        self,
        stores: Stores,
        reception: Reception,
        messenger: Messenger,
        batches: BatchCards,
        *,
        bells: Bells,
        clock: Clock,
    ) -> None:
        super().__init__(slots=SLOTS, bell=bells.event(Bell.CARDS), clock=clock)
        self._stores = stores
        self._reception = reception
        self._messenger = messenger
        self._batches = batches
        self._look_at = clock()

    async def claim(self, limit: int) -> Sequence[tuple[Job, int | None]]:
        """Cards that show an old place."""
        now = self._clock()
        if now < self._look_at:
            return []
        self._look_at = now + timedelta(seconds=LOOK_EVERY_S)
        return await self._stores.cards.claim(
            limit, self._clock(), first_s=FIRST_S, every_s=EVERY_S
        )

    async def next_due_at(self) -> datetime | None:
        """Looking now and then is enough."""
        return None

    async def handle(self, item: tuple[Job, int | None]) -> None:
        """One edit. If it fails, the next change of place is another chance."""
        job, place = item
        with about_job(job.id):
            if job.batch_id is not None:
                await self._refresh(job)
                return
            expected_s = await self._reception.expected_s(job.brief.model, place=place)
            expected_at = self._clock() + timedelta(seconds=expected_s)
            embed, view = cards.waiting_card(job, expected_at, place=place)
            try:
                await self._messenger.update_card(job, embed, view)
                await self._correct_if_ended(job.id)
            except DeliveryError as error:
                log.info("the card could not be updated: %s", error)

    async def _refresh(self, job: Job) -> None:
        try:
            await self._batches.refresh(job)
        except DeliveryError as error:
            log.info("the card could not be updated: %s", error)

    async def _correct_if_ended(self, job_id: str) -> None:
        """The edit may have waited for a rate limit and come after the job's end."""
        job = await self._stores.jobs.get(job_id)
        if job is None or job.state not in TERMINAL:
            return
        notices = await self._stores.notices.of_job(job_id)
        # A job that came back after it had failed was told of both; the later one counts.
        told = next((one for one in reversed(notices) if one.kind in FINAL_KINDS), None)
        if told and told.message_id is None and told.rung is not Rung.HELD:
            return  # its delivery ends with the card
        if told and told.rung is Rung.INTERACTION:
            became = await self._what_it_became(job, told.kind)
            await self._messenger.update_card(job, *became, keep_text=True)
            return
        url = None
        if told and told.rung and told.message_channel_id and told.message_id:
            url = address(job, told.rung, told.message_channel_id, told.message_id)
        await self._messenger.update_card(job, *cards.ended_card(job, message_url=url))

    async def _what_it_became(
        self, job: Job, kind: NoticeKind
    ) -> tuple[discord.Embed, discord.ui.View]:
        """The track, or the words for why there is none, had taken the card's place."""
        if kind is NoticeKind.FAILURE:
            return cards.recipe_embed(job), announcements.failure(job).view
        if kind is not NoticeKind.RESULT:
            return cards.recipe_embed(job), announcements.not_started(job).view
        parent = await self._stores.jobs.get(job.parent_id) if job.parent_id else None
        shown = parent_in(job.channel_id, job, parent) if parent else None
        embed = track_embed(job, parent=shown, pictured=job.duration_s is not None)
        likes = await self._stores.likes.count(job.id)
        return embed, buttons.under_track(job, kind, likes=likes)
