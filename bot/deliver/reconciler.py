"""Settling: jobs whose first answer went out while the bot died, or got no clear reply."""

import logging
from collections.abc import Sequence
from datetime import datetime

from bot.clock import Clock
from bot.deliver import buttons
from bot.deliver.messenger import Messenger
from bot.deliver.retry_policy import DISCORD_PATIENCE
from bot.domain.jobs import Job, JobState
from bot.errors import DeliveryError, Unreachable
from bot.generate.admission import TAKEN_WITHIN, Admission
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.rest.bad_answers import BadAnswers
from bot.store.job_store import JobStore

SLOTS = 4
LEASE_S = 60.0

log = logging.getLogger(__name__)


class Reconciler(Worker[Job]):
    """A `received` job whose card exists is queued; one without is cancelled.

    So is one of which it can't be known, but then its member is told.
    """

    def __init__(
        self,
        jobs: JobStore,
        admission: Admission,
        messenger: Messenger,
        *,
        bad_answers: BadAnswers,
        wakeups: Wakeups,
        clock: Clock,
    ) -> None:
        super().__init__(
            slots=SLOTS, wakeup=wakeups.event(Wakeup.SETTLE), clock=clock, may_begin=bad_answers.few
        )
        self._jobs = jobs
        self._admission = admission
        self._messenger = messenger

    async def claim(self, limit: int) -> Sequence[Job]:
        """Received jobs that nobody is answering any more."""
        return await self._jobs.claim_unanswered(limit, self._clock(), lease_s=LEASE_S)

    async def next_due_at(self) -> datetime | None:
        """The next job whose answer came to no clear end."""
        return await self._jobs.next_due_at(JobState.RECEIVED)

    async def handle(self, job: Job) -> None:
        """Where Discord can't say, the claim runs out, and the job is left to the next try."""
        with about_job(job.id):
            try:
                card_message_id = await self._find_card(job)
            except Unreachable as error:
                await self._admission.never_settled(job, str(error))
                return
            except DeliveryError as error:
                if self._clock() - job.created_at < DISCORD_PATIENCE:
                    self._said.say(
                        job.id, "whether its card is there can't be known yet: %s", error
                    )
                else:
                    await self._admission.never_settled(job, str(error))
                return
            if card_message_id is not None:
                log.info("its card is there after all")
                await self._admission.answered(job, card_message_id)
            elif self._clock() - job.created_at < TAKEN_WITHIN:
                await self._admission.perhaps_answered(job, "there is no card yet")
            else:
                await self._admission.not_answered(job, "there is no card")

    async def _find_card(self, job: Job) -> int | None:
        """The card's id, or `None` if there is none; `Unreachable` when that can't be known."""
        try:
            return await self._messenger.first_answer(job)
        except Unreachable:  # the token is dead: look in the channel, if others see the card, too
            if not job.uses_channel:
                raise
        card = await self._messenger.find(job.channel_id, job, buttons.CARD)
        return card.id if card else None
