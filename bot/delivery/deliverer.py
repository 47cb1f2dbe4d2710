"""Delivering: every notice reaches its member once, and then the card says so, too."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import discord

from bot import words
from bot.delivery import announcements, cards
from bot.delivery.announcements import Announcement
from bot.delivery.ladder import Ladder, Told
from bot.delivery.mastering import MASTERING_S, Mastering
from bot.delivery.messenger import SEND_TIMEOUT_S, Messenger
from bot.errors import (
    AddressRefused,
    AudioError,
    AudioTooLarge,
    AudioUnavailable,
    AudioUnusable,
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    ProviderError,
    Unreachable,
    UploadTooLarge,
    WorkshopTrouble,
)
from bot.jobs import FINAL_KINDS, Job, JobState, Notice, NoticeKind, Rung
from bot.logs import about_job
from bot.metrics import Metrics
from bot.provider.audio_file import DOWNLOAD_TIMEOUT_S, AudioFetcher, AudioOnDisk
from bot.provider.client import Provider
from bot.store.held_store import HeldAudio, HeldStore
from bot.store.job_store import JobStore
from bot.store.notice_store import NoticeStore
from bot.text import file_name
from bot.workers.bells import Bell, Bells
from bot.workers.worker import Clock, Worker

SLOTS = 6
LEASE_S = DOWNLOAD_TIMEOUT_S + MASTERING_S + 3 * SEND_TIMEOUT_S
# Far more than may be uploaded: what is too large can be converted.
FETCH_BYTES = 50 * 2**20
# Uploads of one track, each smaller than the one before, until a link goes out.
FORMS = 3
# After that often the picture is not waited for any more.
WORKSHOP_TRIES = 2
# As much as one request to Discord may carry.
HELD_BYTES = 25 * 2**20
FILE_PATIENCE = timedelta(minutes=30)
DISCORD_PATIENCE = timedelta(hours=24)
PATIENT_TRIES = 5
LONGEST_WAIT_S = 60.0

log = logging.getLogger(__name__)


class Deliverer(Worker[tuple[Notice, Job]]):
    """Works off the notices in the store."""

    def __init__(
        self,
        jobs: JobStore,
        notices: NoticeStore,
        provider: Provider,
        fetcher: AudioFetcher,
        mastering: Mastering,
        *,
        held: HeldStore,
        messenger: Messenger,
        bells: Bells,
        clock: Clock,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(
            slots=SLOTS, bell=bells.event(Bell.DELIVER), clock=clock, within_s=LEASE_S - 30
        )
        self._jobs = jobs
        self._notices = notices
        self._provider = provider
        self._fetcher = fetcher
        self._mastering = mastering
        self._held = held
        self._messenger = messenger
        self._ladder = Ladder(messenger, notices, clock)
        self._metrics = metrics or Metrics()

    async def claim(self, limit: int) -> Sequence[tuple[Notice, Job]]:
        """Notices with something left to be done, oldest first."""
        return await self._notices.claim_due(limit, self._clock(), lease_s=LEASE_S)

    async def next_due_at(self) -> datetime | None:
        """The next notice."""
        return await self._notices.next_due_at()

    async def handle(self, item: tuple[Notice, Job]) -> None:
        """Tell the member, unless that is done, and bring the card up to date."""
        notice, job = item
        with about_job(job.id):
            told = _told_before(notice)
            if told is None and not _outdated(notice, job):
                told = await self._deliver(notice, job)
                if told is None:
                    return  # put off, or held
            if told is not None:
                await self._finish(notice, job, told)
            else:
                await self._notices.close(notice)

    async def _deliver(self, notice: Notice, job: Job) -> Told | None:
        """Where the member was told, or `None` if not now."""
        try:
            told = await self._ladder.earlier(job, notice) or await self._tell(notice, job)
        except (AudioUnavailable, WorkshopTrouble, DeliveryLater) as error:
            # This try surely posted nothing; an earlier one may have.
            await self._later(notice, job, str(error), unsure=notice.unsure)
        except DeliveryUnsure as error:
            await self._later(notice, job, str(error), unsure=True)
        except Unreachable as error:
            await self._hold(notice, job, str(error))
        else:
            await self._remember(notice, told)
            return told
        return None

    async def _tell(self, notice: Notice, job: Job) -> Told:
        if notice.kind is NoticeKind.RESULT:
            return await self._tell_result(notice, job)
        if notice.kind is NoticeKind.FAILURE:
            return await self._send(notice, job, announcements.failure(job))
        if notice.kind is NoticeKind.UNSTARTED:
            return await self._send(notice, job, announcements.not_started(job))
        return await self._send(notice, job, announcements.still_waiting(job, notice.kind))

    async def _tell_result(self, notice: Notice, job: Job) -> Told:
        if job.audio is None:
            raise AssertionError("succeeded without audio")
        url = job.audio.url
        try:
            async with (
                self._mastering.getting_ready(),
                self._fetcher.fetch(url, limit_bytes=FETCH_BYTES) as audio,
            ):
                return await self._send_file(notice, job, audio)
        except AudioTooLarge as error:
            log.info("delivered as a link: %s", error)
            return await self._send_link(notice, job, words.too_large(job.upload_limit_bytes))
        except AudioUnusable as error:
            log.warning("%s: %s", error, url)
            return await self._send_link(notice, job, words.NOT_AUDIO)
        except AddressRefused as error:
            log.warning("the provider named an address that is not fetched from: %s", error)
            return await self._send_unreachable(notice, job)
        except AudioUnavailable:
            if self._has_waited(notice, FILE_PATIENCE):
                return await self._send_link(notice, job, words.FILE_GONE)
            await self._ask_for_address(job)
            raise

    async def _send_file(self, notice: Notice, job: Job, audio: AudioOnDisk) -> Told:
        """In the best form that fits; where Discord thinks otherwise, in a smaller one."""
        patient = notice.attempts < WORKSHOP_TRIES
        master = await self._mastering.examine(job, audio, patient=patient)
        parent = await self._parent(job)
        limit_bytes = job.upload_limit_bytes
        for _ in range(FORMS):
            track = await self._mastering.fit(master, limit_bytes, patient=patient)
            if track is None:
                break
            what = announcements.track(master.job, track, parent=parent)
            try:
                return await self._send(notice, job, what)
            except UploadTooLarge as error:
                log.info("too large, though it should fit (%d bytes): %s", track.size_bytes, error)
                limit_bytes = track.size_bytes - 1
        raise AudioTooLarge(f"{audio.size_bytes} bytes, and no form of it goes in")

    async def _send_link(self, notice: Notice, job: Job, why: str) -> Told:
        if job.audio is None or not self._fetcher.may_link(job.audio.url):
            return await self._send_unreachable(notice, job)
        parent = await self._parent(job)
        what = announcements.track_link(job, job.audio.url, why, parent=parent)
        return await self._send(notice, job, what)

    async def _send_unreachable(self, notice: Notice, job: Job) -> Told:
        parent = await self._parent(job)
        return await self._send(notice, job, announcements.track_unreachable(job, parent=parent))

    async def _parent(self, job: Job) -> Job | None:
        """What it was made from."""
        return await self._jobs.get(job.parent_id) if job.parent_id else None

    async def _send(self, notice: Notice, job: Job, what: Announcement) -> Told:
        return await self._ladder.tell(job, notice, what)

    async def _ask_for_address(self, job: Job) -> None:
        """The provider may name another address by now."""
        try:
            generation = await self._provider.fetch(job.generation_id or "")
        except ProviderError as error:
            log.info("no new address of the file: %s", error)
            return
        if generation.audio:
            await self._jobs.refresh_audio(job.id, generation.audio)

    async def _remember(self, notice: Notice, told: Told) -> None:
        log.info("told the member (%s by %s)", notice.kind, told.rung)
        self._metrics.told(notice, told.rung, self._clock())
        await self._notices.told(
            notice.id,
            told.rung,
            self._clock(),
            channel_id=told.channel_id,
            message_id=told.message_id,
        )

    async def _finish(self, notice: Notice, job: Job, told: Told) -> None:
        """The card is the last thing to do; where it was replaced by the track, it is done."""
        if notice.kind in FINAL_KINDS and told.rung is not Rung.INTERACTION:
            url = announcements.address(job, told.rung, told.channel_id, told.message_id)
            card = cards.ended_card(job, message_url=url)
            if not await self._show(notice, job, *card, unsure=False):
                return
        await self._notices.close(notice)

    async def _show(
        self,
        notice: Notice,
        job: Job,
        embed: discord.Embed,
        view: discord.ui.View,
        *,
        unsure: bool,
    ) -> bool:
        """Bring the card up to date, if it can be; `False` when that is put off."""
        try:
            await self._messenger.update_card(job, embed, view)
        except Unreachable as error:
            log.info("the card can't be updated: %s", error)
        except DeliveryError as error:
            if not self._has_waited(notice, DISCORD_PATIENCE):
                await self._put_off(notice, str(error), unsure=unsure)
                return False
        return True

    async def _later(self, notice: Notice, job: Job, problem: str, *, unsure: bool) -> None:
        if self._has_waited(notice, DISCORD_PATIENCE):
            await self._hold(notice, job, problem)
        else:
            await self._put_off(notice, problem, unsure=unsure)

    def _has_waited(self, notice: Notice, patience: timedelta) -> bool:
        """Long enough, and not just because the bot itself was away."""
        return notice.attempts >= PATIENT_TRIES and self._clock() - notice.created_at > patience

    async def _put_off(self, notice: Notice, problem: str, *, unsure: bool) -> None:
        """Try again: soon at first, then more and more seldom."""
        now = self._clock()
        age_s = (now - notice.created_at).total_seconds()
        wait_s = min(max(age_s / 4, 1.0), 2.0**notice.attempts, LONGEST_WAIT_S)
        log.warning("could not deliver, trying again in %.0f s: %s", wait_s, problem)
        due_at = now + timedelta(seconds=wait_s)
        await self._notices.put_off(notice.id, due_at, problem, unsure=unsure)

    async def _hold(self, notice: Notice, job: Job, problem: str) -> None:
        """No way is left: keep the audio, whose link at the provider does not live for ever."""
        log.warning("held for the member to ask for: %s", problem)
        if notice.kind is NoticeKind.RESULT and job.audio is not None:
            try:
                async with self._fetcher.fetch(job.audio.url, limit_bytes=HELD_BYTES) as audio:
                    name = file_name(job, audio.extension)
                    content = await asyncio.to_thread(audio.path.read_bytes)
                held = HeldAudio(file_name=name, content=content)
                await self._held.keep(job.id, held, self._clock())
            except AudioUnavailable as error:
                if not self._has_waited(notice, FILE_PATIENCE):
                    await self._ask_for_address(job)
                    await self._put_off(notice, str(error), unsure=notice.unsure)
                    return
                log.warning("its audio could not be kept: %s", error)
            except AudioError as error:
                log.warning("its audio could not be kept: %s", error)
        if notice.kind in FINAL_KINDS:
            card = cards.ended_card(job, message_url=None, held=True)
            if not await self._show(notice, job, *card, unsure=notice.unsure):
                return
        await self._notices.hold(notice.id, problem)
        self._metrics.told(notice, Rung.HELD, self._clock())


def _told_before(notice: Notice) -> Told | None:
    """Where an earlier try told the member, if it is known."""
    if not (notice.rung and notice.message_channel_id and notice.message_id):
        return None
    return Told(
        rung=notice.rung, channel_id=notice.message_channel_id, message_id=notice.message_id
    )


def _outdated(notice: Notice, job: Job) -> bool:
    """Whether what it says is no longer so."""
    if notice.kind is NoticeKind.DELAYED:
        return job.state not in {JobState.QUEUED, JobState.SUBMITTING}
    if notice.kind is NoticeKind.OVERDUE:
        return job.state is not JobState.GENERATING
    if notice.kind is NoticeKind.FAILURE:
        return job.state is not JobState.FAILED  # it came back, see `JobStore.revive`
    return False
