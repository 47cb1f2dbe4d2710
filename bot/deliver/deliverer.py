"""Delivering: every notice reaches its member once, and then the card is to say so, too."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot import words
from bot.clock import Clock
from bot.deliver import announcements
from bot.deliver.announcements import Announcement
from bot.deliver.ladder import Ladder, Receipt
from bot.deliver.lateness import Lateness
from bot.deliver.messenger import SEND_TIMEOUT_S
from bot.deliver.retry_policy import (
    DISCORD_PATIENCE,
    NOT_UNDERSTOOD_WAIT_S,
    PATIENT_TRIES,
    has_waited,
    wait_s,
)
from bot.deliver.takedown import Takedown
from bot.deliver.track_delivery import PREPARED_WITHIN_S, TrackDelivery
from bot.domain.jobs import FINAL_KINDS, Job, JobState, Notice, NoticeKind, Rung
from bot.errors import (
    AudioUnavailable,
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    NotUnderstood,
    TrackDeleted,
    Unreachable,
    UploadTooLarge,
    WorkshopTrouble,
)
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.metrics import Metrics
from bot.rest.bad_answers import BadAnswers
from bot.store.alert_store import AlertStore
from bot.store.notice_store import NoticeStore

SLOTS = 6
LEASE_S = PREPARED_WITHIN_S + 3 * SEND_TIMEOUT_S
# A try that is cut off there still has the time to be put off before the lease ends.
TRY_WITHIN_S = LEASE_S - 60

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Deliverer(Worker[tuple[Notice, Job]]):
    """Works off the notices in the store."""

    notices: NoticeStore
    alerts: AlertStore
    tracks: TrackDelivery
    ladder: Ladder
    takedown: Takedown
    budget_again_at: Callable[[Job], Awaitable[datetime | None]]
    bad_answers: BadAnswers
    wakeups: Wakeups
    clock: Clock
    metrics: Metrics

    def __post_init__(self) -> None:
        super().__init__(
            slots=SLOTS,
            wakeup=self.wakeups.event(Wakeup.DELIVER),
            clock=self.clock,
            within_s=LEASE_S - 30,
            may_begin=self.bad_answers.few,
        )
        self._lateness = Lateness(
            self.notices, self.start, self.step_aside, lease_s=LEASE_S, clock=self.clock
        )

    async def claim(self, limit: int) -> Sequence[tuple[Notice, Job]]:
        """Notices with something left to be done, oldest first, and few of each channel."""
        return await self.notices.claim_due(
            limit, self.clock(), lease_s=LEASE_S, under_way=self._under_way()
        )

    async def next_due_at(self) -> datetime | None:
        """When the next notice is due."""
        return await self.notices.next_due_at(self._under_way())

    def _under_way(self) -> Counter[int]:
        return Counter(job.channel_id for _, job in self.in_slots)

    async def handle(self, item: tuple[Notice, Job]) -> None:
        """Tell the member, unless that is done."""
        notice, job = item
        with about_job(job.id), words.speaking(job.locale):
            try:
                async with asyncio.timeout(TRY_WITHIN_S):
                    await self._work_off(job, notice)
            except TimeoutError:
                await self._put_off(notice, "it took too long", unsure=None)

    async def _work_off(self, job: Job, notice: Notice) -> None:
        told = _told_before(notice)
        if told is None:
            leave_out = await self._is_outdated(job, notice)
            told = await (self._leave_out if leave_out else self._deliver)(job, notice)
        if told is not None:
            await self._finish(job, notice, told)

    async def _deliver(self, job: Job, notice: Notice) -> Receipt | None:
        """Where the member was told, or `None` if not now."""
        try:
            told = await self.ladder.earlier(job, notice) or await self._tell(job, notice)
        except NotUnderstood as error:
            soon_s = NOT_UNDERSTOOD_WAIT_S
            await self._later(job, notice, str(error), unsure=notice.unsure, seconds=soon_s)
        except (
            AudioUnavailable, WorkshopTrouble, DeliveryLater, TrackDeleted, UploadTooLarge
        ) as error:  # fmt: skip
            # This try surely posted nothing; an earlier one may have.
            await self._later(job, notice, str(error), unsure=notice.unsure)
        except DeliveryUnsure as error:
            await self._later(job, notice, str(error), unsure=True)
        except Unreachable as error:
            await self._hold(job, notice, str(error), unsure=notice.unsure)
        else:
            await self._remember(notice, told)
            return told
        return None

    async def _is_outdated(self, job: Job, notice: Notice) -> bool:
        if notice.kind is NoticeKind.LATE:
            return await self._lateness.is_over(job)
        return _outdated(job, notice)

    async def _leave_out(self, job: Job, notice: Notice) -> Receipt | None:
        """What it says is no longer so. But a track that was deleted may have reached Discord by an
        earlier try: then that message is to be removed, and this is where it is."""
        told = None
        if notice.kind is NoticeKind.RESULT and notice.unsure:
            try:
                told = await self.ladder.seek(job, notice)
            except Unreachable as error:
                log.info("whether it was posted before can't be known: %s", error)
            except DeliveryError as error:
                if not has_waited(notice, DISCORD_PATIENCE, self.clock()):
                    await self._put_off(notice, str(error), unsure=True)
                    return None
        if told is not None:
            await self._remember(notice, told)
        else:
            await self._close(notice)
        return told

    async def _tell(self, job: Job, notice: Notice) -> Receipt:
        if job.quiet:
            raise Unreachable("its member has asked for it again meanwhile")
        if notice.kind is NoticeKind.RESULT:
            async with self._lateness.watched(job, notice):
                return await self.tracks.tell(job, notice)
        host_knows, again_at = False, None
        if notice.kind is NoticeKind.DELAYED:
            host_knows = await self.alerts.host_knows()
            again_at = await self.budget_again_at(job)
        what = partial(_announcement, job, notice, again_at=again_at, host_knows=host_knows)
        return await self.ladder.tell(job, notice, what)

    async def _remember(self, notice: Notice, told: Receipt) -> None:
        log.info("told the member (%s by %s)", notice.kind, told.rung)
        self._said.forget(notice.id)
        self.metrics.told(notice, told.rung, self.clock())
        await self.notices.told(
            notice.id,
            told.rung,
            self.clock(),
            channel_id=told.channel_id,
            message_id=told.message_id,
        )

    async def _finish(self, job: Job, notice: Notice, told: Receipt) -> None:
        """The card is drawn by the keeper: the next member need not wait for that.

        A track that was deleted meanwhile is looked for: its deletion may not have known of the
        message. The notice stays open until a copy is kept, so that a crash loses none.
        """
        if notice.kind is NoticeKind.RESULT:
            await self.takedown.catch_up(job)
            if _is_fleeting(job, told):
                if not self.step_aside(asyncio.current_task()):
                    await self._copy_later(notice)
                    return
                await self.tracks.keep_copy(job)
        await self._close(notice)

    async def _copy_later(self, notice: Notice) -> None:
        """The member has the track, and others don't: those go first."""
        now = self.clock()
        due_at = now + timedelta(seconds=wait_s(notice, now))
        await self.notices.put_off(notice.id, due_at, "no copy is kept yet", unsure=False)

    async def _close(self, notice: Notice) -> None:
        await self.notices.close(notice, self.clock())
        self.wakeups.wake(Wakeup.CARDS)

    async def _later(
        self,
        job: Job,
        notice: Notice,
        problem: str,
        *,
        unsure: bool,
        seconds: float | None = None,
    ) -> None:
        if has_waited(notice, DISCORD_PATIENCE, self.clock()):
            await self._hold(job, notice, problem, unsure=unsure)
        else:
            await self._put_off(notice, problem, unsure=unsure, seconds=seconds)

    async def _put_off(
        self, notice: Notice, problem: str, *, unsure: bool | None, seconds: float | None = None
    ) -> None:
        now = self.clock()
        seconds = wait_s(notice, now) if seconds is None else seconds
        self._said.say(notice.id, "could not deliver, and goes on trying: %s", problem)
        due_at = now + timedelta(seconds=seconds)
        await self.notices.put_off(notice.id, due_at, problem, unsure=unsure)
        if notice.kind in FINAL_KINDS and notice.attempts + 1 == PATIENT_TRIES:
            await self.notices.ask_for_card(notice, now)

    async def _hold(self, job: Job, notice: Notice, problem: str, *, unsure: bool) -> None:
        """No way is left: the member has to ask for it."""
        self._said.say((notice.id, "held"), "held for the member to ask for: %s", problem)
        if notice.kind is NoticeKind.RESULT:
            self.step_aside(asyncio.current_task())
            try:
                await self.tracks.keep(job, notice)
            except (AudioUnavailable, WorkshopTrouble) as error:
                await self._put_off(notice, str(error), unsure=unsure)
                return
        if await self.notices.hold(notice, problem, self.clock()):
            self.metrics.told(notice, Rung.HELD, self.clock())
            self.wakeups.wake(Wakeup.CARDS)
        else:
            await self._close(notice)
            await self.takedown.catch_up(job)


def _announcement(
    job: Job, notice: Notice, *, again_at: datetime | None, host_knows: bool
) -> Announcement:
    """Of anything but a track."""
    if notice.kind is NoticeKind.FAILURE:
        return announcements.failure(job)
    if notice.kind is NoticeKind.UNSTARTED:
        return announcements.not_started(job)
    return announcements.still_waiting(job, notice.kind, again_at=again_at, host_knows=host_knows)


def _told_before(notice: Notice) -> Receipt | None:
    """Where an earlier try told the member, if it is known."""
    if not (notice.rung and notice.message_channel_id and notice.message_id):
        return None
    return Receipt(
        rung=notice.rung, channel_id=notice.message_channel_id, message_id=notice.message_id
    )


def _is_fleeting(job: Job, told: Receipt) -> bool:
    """Whether it was told where nobody, we included, can fetch the message from again."""
    return told.rung is Rung.INTERACTION and not job.uses_channel


def _outdated(job: Job, notice: Notice) -> bool:
    """Whether what it says is no longer so."""
    if notice.kind is NoticeKind.RESULT:
        return job.deleted_at is not None
    if job.quiet:
        return True
    if notice.kind is NoticeKind.DELAYED:
        return job.state not in {JobState.QUEUED, JobState.SUBMITTING}
    if notice.kind is NoticeKind.OVERDUE:
        return job.state is not JobState.GENERATING
    if notice.kind is NoticeKind.FAILURE:
        return job.state is not JobState.FAILED  # it came back, see `JobStore.revive`
    return False
