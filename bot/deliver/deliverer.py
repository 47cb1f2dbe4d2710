"""Delivering: every notice reaches its member once, and then the card is to say so, too."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.deliver import announcements
from bot.deliver.announcements import Announcement
from bot.deliver.ladder import Ladder, Told
from bot.deliver.lateness import Lateness
from bot.deliver.messenger import SEND_TIMEOUT_S
from bot.deliver.retry_policy import (
    DISCORD_PATIENCE,
    NOT_UNDERSTOOD_WAIT_S,
    PATIENT_TRIES,
    has_waited,
    wait_s,
)
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
from bot.library.removal import Removal
from bot.logs import about_job
from bot.loops.channel_places import ChannelPlaces
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.metrics import Metrics
from bot.rest.bad_answers import BadAnswers
from bot.store.notice_store import NoticeStore

SLOTS = 6
LEASE_S = PREPARED_WITHIN_S + 3 * SEND_TIMEOUT_S
# A try that is cut off there still has the time to be put off before the lease ends.
TRY_WITHIN_S = LEASE_S - 60

log = logging.getLogger(__name__)


class Deliverer(Worker[tuple[Notice, Job]]):
    """Works off the notices in the store."""

    def __init__(
        self,
        notices: NoticeStore,
        tracks: TrackDelivery,
        ladder: Ladder,
        *,
        removal: Removal,
        bad_answers: BadAnswers,
        wakeups: Wakeups,
        clock: Clock,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(
            slots=SLOTS,
            wakeup=wakeups.event(Wakeup.DELIVER),
            clock=clock,
            within_s=LEASE_S - 30,
            may_begin=bad_answers.few,
        )
        self._notices = notices
        self._tracks = tracks
        self._ladder = ladder
        self._removal = removal
        self._wakeups = wakeups
        self._channels = ChannelPlaces()
        self._metrics = metrics or Metrics()
        self._lateness = Lateness(notices, self.start, lease_s=LEASE_S, clock=clock)

    async def claim(self, limit: int) -> Sequence[tuple[Notice, Job]]:
        """Notices with something left to be done, oldest first, and few of each channel."""
        return await self._notices.claim_due(
            limit, self._clock(), lease_s=LEASE_S, under_way=self._channels.under_way
        )

    async def next_due_at(self) -> datetime | None:
        """The next notice."""
        return await self._notices.next_due_at(self._channels.under_way)

    async def handle(self, item: tuple[Notice, Job]) -> None:
        """Tell the member, unless that is done."""
        notice, job = item
        with about_job(job.id), self._channels.taken(job.channel_id):
            try:
                async with asyncio.timeout(TRY_WITHIN_S):
                    await self._work_off(notice, job)
            except TimeoutError:
                await self._put_off(notice, "it took too long", unsure=None)

    async def _work_off(self, notice: Notice, job: Job) -> None:
        told = _told_before(notice)
        if told is None:
            leave_out = await self._is_outdated(notice, job)
            told = await (self._leave_out if leave_out else self._deliver)(notice, job)
        if told is not None:
            await self._finish(notice, job, told)

    async def _deliver(self, notice: Notice, job: Job) -> Told | None:
        """Where the member was told, or `None` if not now."""
        try:
            told = await self._ladder.earlier(job, notice) or await self._tell(notice, job)
        except NotUnderstood as error:
            soon_s = NOT_UNDERSTOOD_WAIT_S
            await self._later(notice, job, str(error), unsure=notice.unsure, seconds=soon_s)
        except (
            AudioUnavailable, WorkshopTrouble, DeliveryLater, TrackDeleted, UploadTooLarge
        ) as error:  # fmt: skip
            # This try surely posted nothing; an earlier one may have.
            await self._later(notice, job, str(error), unsure=notice.unsure)
        except DeliveryUnsure as error:
            await self._later(notice, job, str(error), unsure=True)
        except Unreachable as error:
            await self._hold(notice, job, str(error), unsure=notice.unsure)
        else:
            await self._remember(notice, told)
            return told
        return None

    async def _is_outdated(self, notice: Notice, job: Job) -> bool:
        if notice.kind is NoticeKind.LATE:
            return await self._lateness.is_over(job)
        return _outdated(notice, job)

    async def _leave_out(self, notice: Notice, job: Job) -> Told | None:
        """What it says is no longer so. But a track that was deleted may have reached Discord by an
        earlier try: then that message is to be removed, and this is where it is."""
        told = None
        if notice.kind is NoticeKind.RESULT and notice.unsure:
            try:
                told = await self._ladder.seek(job, notice)
            except Unreachable as error:
                log.info("whether it was posted before can't be known: %s", error)
            except DeliveryError as error:
                if not has_waited(notice, DISCORD_PATIENCE, self._clock()):
                    await self._put_off(notice, str(error), unsure=True)
                    return None
        if told is not None:
            await self._remember(notice, told)
        else:
            await self._close(notice)
        return told

    async def _tell(self, notice: Notice, job: Job) -> Told:
        if notice.kind is NoticeKind.RESULT:
            async with self._lateness.watched(notice, job):
                return await self._tracks.tell(notice, job)
        if notice.kind is NoticeKind.FAILURE:
            return await self._send(notice, job, announcements.failure(job))
        if notice.kind is NoticeKind.UNSTARTED:
            return await self._send(notice, job, announcements.not_started(job))
        return await self._send(notice, job, announcements.still_waiting(job, notice.kind))

    async def _send(self, notice: Notice, job: Job, what: Announcement) -> Told:
        return await self._ladder.tell(job, notice, what)

    async def _remember(self, notice: Notice, told: Told) -> None:
        log.info("told the member (%s by %s)", notice.kind, told.rung)
        self._said.forget(notice.id)
        self._metrics.told(notice, told.rung, self._clock())
        await self._notices.told(
            notice.id,
            told.rung,
            self._clock(),
            channel_id=told.channel_id,
            message_id=told.message_id,
        )

    async def _finish(self, notice: Notice, job: Job, told: Told) -> None:
        """The card is drawn by the keeper: the next member need not wait for that.

        A track that was deleted meanwhile is looked for: its deletion may not have known of the
        message.
        """
        is_track = notice.kind is NoticeKind.RESULT
        if is_track:
            await self._removal.catch_up(job)
        await self._close(notice)
        if is_track and _is_fleeting(job, told):
            await self._tracks.keep_copy(job)

    async def _close(self, notice: Notice) -> None:
        await self._notices.close(notice, self._clock())
        self._wakeups.wake(Wakeup.CARDS)

    async def _later(
        self,
        notice: Notice,
        job: Job,
        problem: str,
        *,
        unsure: bool,
        seconds: float | None = None,
    ) -> None:
        if has_waited(notice, DISCORD_PATIENCE, self._clock()):
            await self._hold(notice, job, problem, unsure=unsure)
        else:
            await self._put_off(notice, problem, unsure=unsure, seconds=seconds)

    async def _put_off(
        self, notice: Notice, problem: str, *, unsure: bool | None, seconds: float | None = None
    ) -> None:
        now = self._clock()
        seconds = wait_s(notice, now) if seconds is None else seconds
        self._said.say(notice.id, "could not deliver, and goes on trying: %s", problem)
        due_at = now + timedelta(seconds=seconds)
        await self._notices.put_off(notice.id, due_at, problem, unsure=unsure)
        if notice.kind in FINAL_KINDS and notice.attempts + 1 == PATIENT_TRIES:
            await self._notices.ask_for_card(notice, now)

    async def _hold(self, notice: Notice, job: Job, problem: str, *, unsure: bool) -> None:
        """No way is left: the member has to ask for it."""
        log.warning("held for the member to ask for: %s", problem)
        if notice.kind is NoticeKind.RESULT:
            try:
                await self._tracks.keep(notice, job)
            except (AudioUnavailable, WorkshopTrouble) as error:
                await self._put_off(notice, str(error), unsure=unsure)
                return
        if await self._notices.hold(notice, problem, self._clock()):
            self._metrics.told(notice, Rung.HELD, self._clock())
            self._wakeups.wake(Wakeup.CARDS)
        else:
            await self._close(notice)
            await self._removal.catch_up(job)


def _told_before(notice: Notice) -> Told | None:
    """Where an earlier try told the member, if it is known."""
    if not (notice.rung and notice.message_channel_id and notice.message_id):
        return None
    return Told(
        rung=notice.rung, channel_id=notice.message_channel_id, message_id=notice.message_id
    )


def _is_fleeting(job: Job, told: Told) -> bool:
    """Whether it was told where nobody, we included, can fetch the message from again."""
    return told.rung is Rung.INTERACTION and not job.uses_channel


def _outdated(notice: Notice, job: Job) -> bool:
    """Whether what it says is no longer so."""
    if notice.kind is NoticeKind.RESULT:
        return job.deleted_at is not None
    if notice.kind is NoticeKind.DELAYED:
        return job.state not in {JobState.QUEUED, JobState.SUBMITTING}
    if notice.kind is NoticeKind.OVERDUE:
        return job.state is not JobState.GENERATING
    if notice.kind is NoticeKind.FAILURE:
        return job.state is not JobState.FAILED  # it came back, see `JobStore.revive`
    return False
