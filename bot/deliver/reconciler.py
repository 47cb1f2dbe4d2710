"""Settling first answers of unknown outcome: is the card there, or is it not?

A request is stored as `received` before Discord is sent the first answer, the status card. If
Discord took it, the job is queued, and will be paid for. If Discord did not, the member sees "the
application did not respond" and asks again, so the job is cancelled and nothing is paid. Admission
does both within the three seconds that Discord waits (`bot.generate.admission`).

This loop is for what falls in between. The process died after storing the job. The connection
broke after the card was sent. Something on the way answered in Discord's place. The job stays
`received`, and two wrong ways lead on: queue it, and perhaps pay for a track that nobody waits
for, next to a second one from the second try; cancel it, and perhaps leave a card in the channel
that counts down to nothing.

So Discord is asked, since it knows. The interaction's token shows the first answer for 15 minutes,
to us alone, and without any permission. It counts as the card only if its buttons name this job:
an excuse is an answer, too. Once the token is dead, the channel is searched for our own message,
from the time of the request on. Then the job's state is made to agree with what is there (hence
the name, which the field uses for loops of this kind):

    the card is there                   queued, as if the answer had been in time
    no card, within the three seconds   asked again afterwards: it may be on its way
    no card, later                      cancelled; the member saw nothing
    it can't be known                   cancelled, and the member is told that nothing was started

It can't be known where token and history are both closed to us: a private answer after 15 minutes,
say, or a channel that the bot may not read. Or when Discord has been in trouble for a whole day.

Guaranteed: no job is paid for before Discord has its card. Each is queued or cancelled in the end,
also when processes die here: each step is one conditional move, so asking twice does no harm, and
whoever gets to know something later moves no job that has moved on. Variations share a card, and
the answer holds for each of them; only the first one tells the member.

Not guaranteed: speed. A dead process shows after 20 seconds without a heartbeat, and only then is
its job claimed here. And a card that was deleted meanwhile, or can't be found, looks like one that
never was: its job is cancelled, which costs its member a second request, and nobody any money.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.deliver import buttons
from bot.deliver.messenger import Messenger
from bot.deliver.retry_policy import DISCORD_PATIENCE
from bot.domain.jobs import Job, JobState
from bot.errors import DeliveryError, Unreachable
from bot.generate.admission import TAKEN_WITHIN, Admission
from bot.generate.first_answer import Declined, FirstAnswer, Taken, Unclear, Unknowable
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.rest.bad_answers import BadAnswers
from bot.store.job_store import JobStore

SLOTS = 4
LEASE_S = 60.0

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Reconciler(Worker[Job]):
    """A `received` job whose card exists is queued; one without is cancelled.

    So is one of which it can't be known, but then its member is told.
    """

    jobs: JobStore
    admission: Admission
    messenger: Messenger
    bad_answers: BadAnswers
    wakeups: Wakeups
    clock: Clock

    def __post_init__(self) -> None:
        super().__init__(
            slots=SLOTS,
            wakeup=self.wakeups.event(Wakeup.SETTLE),
            clock=self.clock,
            may_begin=self.bad_answers.few,
        )

    @property
    def part(self) -> str:
        """It had another name when its metric was published."""
        return "settler"

    async def claim(self, limit: int) -> Sequence[Job]:
        """Received jobs that nobody is answering any more."""
        return await self.jobs.claim_unanswered(limit, self.clock(), lease_s=LEASE_S)

    async def next_due_at(self) -> datetime | None:
        """The next job whose answer came to no clear end."""
        return await self.jobs.next_due_at(JobState.RECEIVED)

    async def handle(self, job: Job) -> None:
        """Where Discord can't say, the claim runs out, and the job is left to the next try."""
        with about_job(job.id):
            answer = await self._learn(job)
            if answer is not None:
                await self.admission.settle(job, answer)

    async def _learn(self, job: Job) -> FirstAnswer | None:
        """What Discord says of the card; `None` while it can't say."""
        try:
            card_message_id = await self._find_card(job)
        except Unreachable as error:
            return Unknowable(str(error))
        except DeliveryError as error:
            if self.clock() - job.created_at >= DISCORD_PATIENCE:
                return Unknowable(str(error))
            self._said.say(job.id, "whether its card is there can't be known yet: %s", error)
            return None
        if card_message_id is not None:
            log.info("its card is there after all")
            return Taken(card_message_id)
        if self.clock() - job.created_at < TAKEN_WITHIN:
            return Unclear("there is no card yet")
        return Declined("there is no card")

    async def _find_card(self, job: Job) -> int | None:
        """The card's id, or `None` if there is none; `Unreachable` when that can't be known."""
        try:
            return await self.messenger.first_answer(job)
        except Unreachable:  # the token is dead: look in the channel, if others see the card, too
            if not job.uses_channel:
                raise
        card = await self.messenger.find(job.channel_id, job, buttons.CARD)
        return card.id if card else None
