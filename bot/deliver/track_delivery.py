"""Delivering a finished track: as a file in the best form that goes in, else as a link."""

import asyncio
import logging
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot import words
from bot.audio.kinds import Extension
from bot.clock import Clock
from bot.deliver import announcements
from bot.deliver.hearing import Hearing
from bot.deliver.ladder import Ladder, Receipt
from bot.deliver.mastering import MASTER_LIMIT_BYTES, MASTERING_S, Master, Mastering
from bot.deliver.retry_policy import FILE_PATIENCE, PAGE_PATIENCE, has_waited
from bot.domain.jobs import Job, Notice
from bot.domain.titles import file_name
from bot.domain.visibility import Ancestor, parent_in
from bot.errors import (
    AddressRefused,
    AudioError,
    AudioTooLarge,
    AudioUnavailable,
    AudioUnusable,
    DatabaseTrouble,
    PageInstead,
    ProviderError,
    UploadTooLarge,
    WorkshopTrouble,
    in_short,
)
from bot.provider.audio_file import DOWNLOAD_TIMEOUT_S, AudioFetcher
from bot.provider.client import Provider
from bot.said_once import SaidOnce
from bot.store.held_store import HeldStore, KeptAudio
from bot.store.job_store import JobStore
from bot.store.kept_room import USUAL_ROOM, Room

PREPARED_WITHIN_S = DOWNLOAD_TIMEOUT_S + MASTERING_S
# A copy is a courtesy: other deliveries must not wait for it.
COPIED_WITHIN_S = 60.0
# Where there is no room for what must be kept: such a part of its size, or the next, as it goes.
SMALLER = (1 / 8, 1 / 4, 1 / 2)
# Uploads of one track, each smaller than the one before, until a link goes out.
FORMS = 3
# After that many tries the workshop is not waited for any more.
WORKSHOP_TRIES = 2

log = logging.getLogger(__name__)


@dataclass(eq=False)
class TrackDelivery:
    """Takes a track from the provider to its member, or keeps it for them."""

    jobs: JobStore
    held: HeldStore
    provider: Provider
    fetcher: AudioFetcher
    mastering: Mastering
    ladder: Ladder
    clock: Clock
    room: Room = USUAL_ROOM

    def __post_init__(self) -> None:
        self._hearing = Hearing(self.fetcher, self.mastering)
        self._said = SaidOnce(log)

    async def tell(self, job: Job, notice: Notice) -> Receipt:
        """Tell the member, whatever became of the file.

        Raises `AudioUnavailable` and `WorkshopTrouble` where waiting may help, and what
        `Ladder.tell` raises, but for `UploadTooLarge`.
        """
        patient = notice.attempts < WORKSHOP_TRIES
        try:
            async with (
                self.mastering.getting_ready(),
                self._hearing.open(job, _address(job), patient=patient) as master,
            ):
                return await self._tell_with_file(master, notice, patient=patient)
        except AudioTooLarge as error:
            self._say_link(job, error, logging.INFO)
            limit_bytes = min(job.upload_limit_bytes, MASTER_LIMIT_BYTES)
            return await self._tell_with_link(job, notice, partial(words.too_large, limit_bytes))
        except AudioUnusable as error:
            self._say_link(job, error, logging.WARNING)
            return await self._tell_with_link(job, notice, words.not_audio)
        except AddressRefused as error:
            refused = "the provider named an address that is not fetched from: %s"
            self._said.say((job.id, "address"), refused, error)
            return await self._tell_without(job, notice)
        except AudioUnavailable as error:
            is_page = isinstance(error, PageInstead)
            if has_waited(notice, PAGE_PATIENCE if is_page else FILE_PATIENCE, self.clock()):
                why = words.not_audio if is_page else words.file_gone
                return await self._tell_with_link(job, notice, why)
            await self._ask_for_address(job)
            raise

    async def keep(self, job: Job, notice: Notice) -> None:
        """Store the file: its link at the provider expires. May be repeated.

        Raises `AudioUnavailable` and `WorkshopTrouble` where waiting may help; what surely can't be
        had is left out.
        """
        try:
            await self._copy(job, patient=notice.attempts < WORKSHOP_TRIES, received=False)
        except (AudioError, WorkshopTrouble) as error:
            may_come = isinstance(error, AudioUnavailable | WorkshopTrouble)
            if may_come and not has_waited(notice, FILE_PATIENCE, self.clock()):
                await self._ask_for_address(job)
                raise
            log.warning("its audio could not be kept: %s", error)

    async def keep_copy(self, job: Job) -> None:
        """Store the file of a track that was told, but where nobody can fetch it from again.

        As well as it goes: the member has the track.
        """
        try:
            async with asyncio.timeout(COPIED_WITHIN_S):
                kept = await self._copy(job, patient=False, received=True)
        except (AudioError, WorkshopTrouble, DatabaseTrouble, TimeoutError) as error:
            log.info("no copy of its audio is kept: %s", in_short(error))
            return
        if not kept:
            log.info("no copy of its audio is kept: there is no room, or it was deleted")

    async def _copy(self, job: Job, *, patient: bool, received: bool) -> bool:
        """In the form that the provider has it in, if Discord could take that; whether it is kept.

        What its member has not `received` takes no more room than there is, as far as that goes.
        """
        async with self._hearing.open(job, _address(job), patient=patient) as master:
            path, extension = master.audio.path, master.extension
            if master.audio.size_bytes > MASTER_LIMIT_BYTES:
                path, extension = await self._made_smaller(master, MASTER_LIMIT_BYTES)
            if not received:
                path, extension = await self._squeezed(master, path, extension)
            content = await asyncio.to_thread(path.read_bytes)
            name = file_name(job, extension)
            held = KeptAudio(file_name=name, content=content)
        return await self.held.keep(job.id, held, self.clock(), room=self.room, received=received)

    async def _squeezed(
        self, master: Master, path: Path, extension: Extension
    ) -> tuple[Path, Extension]:
        """Made as small as the room asks for; where there is none, as small as sounds well."""
        left_bytes = await self.held.room_left_bytes(master.job.member_id, self.room)
        if await asyncio.to_thread(os.path.getsize, path) <= left_bytes:
            return path, extension
        for share in SMALLER:
            limit_bytes = max(left_bytes, int(master.audio.size_bytes * share))
            try:
                return await self._made_smaller(master, limit_bytes)
            except AudioTooLarge:
                continue
            except (AudioUnusable, WorkshopTrouble) as error:
                kept = "its audio is kept as it is, though there is no room: %s"
                self._said.say((master.job.id, "room"), kept, error)
                break
        return path, extension

    async def _made_smaller(self, master: Master, limit_bytes: int) -> tuple[Path, Extension]:
        """The best form of at most so many bytes, and its extension."""
        track = await self.mastering.fit(master, limit_bytes, patient=True)
        if track is None:
            size_bytes = master.audio.size_bytes
            raise AudioTooLarge(f"{size_bytes} bytes, and no form of it is small enough")
        return track.fitted.path, track.extension

    async def _tell_with_file(self, master: Master, notice: Notice, *, patient: bool) -> Receipt:
        """In the best form that fits; where Discord thinks otherwise, in a smaller one."""
        job = master.job
        parent = await self._parent(job)
        limit_bytes = job.upload_limit_bytes
        for _ in range(FORMS):
            track = await self.mastering.fit(master, limit_bytes, patient=patient)
            if track is None:
                break
            announce = partial(announcements.track, job, track, parent=parent)
            try:
                return await self.ladder.tell(job, notice, announce)
            except UploadTooLarge as error:
                too_large = f"too large, though it should fit ({track.size_bytes} bytes): %s"
                self._said.say((job.id, "size"), too_large, error, level=logging.INFO)
                limit_bytes = track.size_bytes - 1
        raise AudioTooLarge(f"{master.audio.size_bytes} bytes, and no form of it goes in")

    async def _tell_with_link(self, job: Job, notice: Notice, why: words.Sentence) -> Receipt:
        url = self.fetcher.link(_address(job))
        if url is None:
            return await self._tell_without(job, notice)
        parent = await self._parent(job)
        return await self.ladder.tell(
            job, notice, lambda: announcements.track_link(job, url, why(), parent=parent)
        )

    def _say_link(self, job: Job, why: AudioError, level: int) -> None:
        """Once, however often Discord has to be asked to take it."""
        self._said.say((job.id, "link"), "delivered as a link: %s", why, level=level)

    async def _tell_without(self, job: Job, notice: Notice) -> Receipt:
        parent = await self._parent(job)
        announce = partial(announcements.track_unreachable, job, parent=parent)
        return await self.ladder.tell(job, notice, announce)

    async def _parent(self, job: Job) -> Ancestor | None:
        """What it was made from."""
        parent = await self.jobs.get(job.parent_id) if job.parent_id else None
        return parent_in(job.channel_id, job, parent) if parent else None

    async def _ask_for_address(self, job: Job) -> None:
        """The provider may name another address by now."""
        try:
            generation = await self.provider.fetch(job.generation_id or "")
        except ProviderError as error:
            self._said.say(job.id, "no new address of the file: %s", error, level=logging.INFO)
            return
        if generation.audio_url:
            await self.jobs.refresh_audio(job.id, generation.audio_url)


def _address(job: Job) -> str:
    if job.audio_url is None:
        raise AssertionError("succeeded without audio")
    return job.audio_url
