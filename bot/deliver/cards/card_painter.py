"""What a card shows of a job, drawn from what is stored at this moment."""

from dataclasses import dataclass
from datetime import datetime

from bot import words
from bot.deliver import announcements, buttons
from bot.deliver.cards import status_card
from bot.deliver.cards.batch_cards import BatchCards
from bot.deliver.cards.status_card import Card
from bot.deliver.messenger import Messenger
from bot.deliver.retry_policy import PATIENT_TRIES
from bot.deliver.track_embed import track_embed
from bot.domain.jobs import FINAL_KINDS, TERMINAL, Job, JobState, Notice, NoticeKind, Rung
from bot.domain.places import told_in
from bot.domain.visibility import parent_in
from bot.generate.expectations import Expectations
from bot.store.stores import Stores


@dataclass(frozen=True)
class CardPainter:
    """Draws cards. Methods raise what `Messenger.update_card` raises, and may be repeated."""

    stores: Stores
    expectations: Expectations
    messenger: Messenger
    batches: BatchCards

    async def draw(self, card_job_id: str) -> datetime | None:
        """The card of a job, or of its variations; when it's to be drawn again, whatever happens
        until then."""
        job = await self.stores.jobs.get(card_job_id)
        if job is None:
            return None
        with words.speaking(job.locale):
            if job.batch_id is not None:
                return await self.batches.refresh(job)
            if job.state not in TERMINAL:
                return await self._draw_waiting(job)
            await self._draw_end(job)
            return None

    async def _draw_waiting(self, job: Job) -> datetime | None:
        place = None
        if job.state in {JobState.RECEIVED, JobState.QUEUED}:
            place = await self.stores.cards.shown_place(job.id)
        expected = await self.expectations.of(job, place=place)
        await self.messenger.update_card(job, *status_card.waiting_card(job, expected, place=place))
        now = await self.stores.jobs.get(job.id)
        if now is not None and now.state in TERMINAL:  # the edit may have come after the job's end
            await self._draw_end(now, drawn_over=True)
            return None
        return expected.until

    async def _draw_end(self, job: Job, *, drawn_over: bool = False) -> None:
        """`drawn_over` says that the card may have been the track, and is a card again."""
        notices = await self.stores.notices.of_job(job.id)
        # A job that came back after it had failed was told of both; the later one counts.
        told = next((one for one in reversed(notices) if one.kind in FINAL_KINDS), None)
        if told is not None and _is_on_card(told):
            if drawn_over and job.deleted_at is None:
                became = await self._what_it_became(job, told.kind)
                await self.messenger.update_card(job, *became, keep_text=True)
            return
        if (card := _ended(job, told)) is not None:
            await self.messenger.update_card(job, *card)

    async def _what_it_became(self, job: Job, kind: NoticeKind) -> Card:
        """The track, or the words for why there is none, had taken the card's place."""
        if kind is NoticeKind.FAILURE:
            return status_card.recipe_embed(job), announcements.failure(job).view
        if kind is not NoticeKind.RESULT:
            return status_card.recipe_embed(job), announcements.not_started(job).view
        parent = await self.stores.jobs.get(job.parent_id) if job.parent_id else None
        shown = parent_in(job.channel_id, job, parent) if parent else None
        embed = track_embed(job, parent=shown, pictured=job.duration_s is not None)
        likes = await self.stores.likes.count(job.id)
        return embed, buttons.under_track(job, kind, likes=likes)


def _is_on_card(told: Notice) -> bool:
    return told.rung is Rung.INTERACTION and told.message_id is not None


def _ended(job: Job, told: Notice | None) -> Card | None:
    """The card of a job that ended; `None` while the end is about to be told, or in doubt: it is
    drawn then."""
    if job.deleted_at is not None:
        return status_card.deleted_card(job, by_member=job.deleted_by_member)
    if job.in_doubt:  # a backup was restored
        return None
    if told is None or told.rung is Rung.HELD:
        return status_card.ended_card(job, message_url=None, held=told is not None)
    if told.rung is Rung.WITHDRAWN:
        return status_card.deleted_card(job, by_member=False)
    if place := told_in(job, told.rung, told.message_channel_id, told.message_id):
        return status_card.ended_card(job, message_url=place.url)
    takes_long = told.rung is None and told.attempts >= PATIENT_TRIES
    return status_card.ended_card(job, message_url=None, untold=True) if takes_long else None
