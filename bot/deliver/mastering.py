"""From the fetched file to the one that goes out: checked, drawn, and converted where needed."""

import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace

from bot import words
from bot.audio.formats import EXTENSIONS
from bot.audio.kinds import Extension
from bot.audio.sound import Examined, Fitted
from bot.audio.tags import Tags
from bot.audio.workshop import EXAMINE_S, FIT_S, TURN_S, Workshop
from bot.deliver.track_embed import colour_of
from bot.domain.jobs import Job
from bot.domain.models import name_of
from bot.domain.requests import AudioFormat
from bot.domain.tempo import in_named_octave
from bot.errors import AudioUnusable, WorkshopTrouble
from bot.provider.audio_file import AudioOnDisk
from bot.said_once import SaidOnce
from bot.store.job_store import JobStore

MASTERING_S = TURN_S + EXAMINE_S + TURN_S + FIT_S
# All that goes with one request to Discord must fit into 25 MiB: picture and text come on top.
MASTER_LIMIT_BYTES = 24 * 2**20

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Master:
    """A fetched file, and what is heard in it, unless that can't be known now.

    It is surely `whole` if nothing went missing on its way, whatever it says of its own length.
    """

    job: Job
    audio: AudioOnDisk
    examined: Examined | None
    whole: bool = False

    @property
    def extension(self) -> Extension:
        """Of the fetched file: what was decoded, else what it begins as.

        Raises `AudioUnusable` where neither tells.
        """
        if self.examined is not None:
            return self.examined.sound.kind.extension
        if self.audio.extension is None:
            raise AudioUnusable("what came does not begin as audio does")
        return self.audio.extension


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """A file that may be uploaded, and how to show it."""

    fitted: Fitted
    extension: Extension
    size_bytes: int
    examined: Examined | None


@dataclass(frozen=True)
class Mastering:
    """Has the workshop's work done for one track after the other; `aside`, deliveries go first."""

    workshop: Workshop
    jobs: JobStore
    preferred: AudioFormat
    aside: bool = False
    _said: SaidOnce = field(init=False, default_factory=lambda: SaidOnce(log))

    def getting_ready(self) -> AbstractAsyncContextManager[object]:
        """Have a worker started while the file is on its way: it takes a quarter of a second."""
        return self.workshop.warming_up()

    async def examine(
        self, job: Job, audio: AudioOnDisk, *, patient: bool, whole: bool = False
    ) -> Master:
        """Listen to the file to its end, and remember its length and tempo with the job.

        Raises `AudioUnusable` for what nobody can play and `AudioUnavailable` for what was cut off
        on its way, unless it is known to be `whole`; `WorkshopTrouble` only if `patient`, else the
        file counts as good if it begins so.
        """
        try:
            examined = await self.workshop.examine(
                audio.path, colour=colour_of(job), whole=whole, aside=self.aside
            )
        except WorkshopTrouble as error:
            if patient:
                raise
            if audio.extension is None:
                raise AudioUnusable("what came does not begin as audio does") from error
            self._said.say(job.id, "goes out without a picture: %s", error)
            return Master(job=job, audio=audio, examined=None, whole=whole)
        examined = _in_named_octave(examined, job.request.prompt)
        job = await self._measured(job, examined)
        return Master(job=job, audio=audio, examined=examined, whole=whole)

    async def fit(self, master: Master, limit_bytes: int, *, patient: bool) -> Rendition | None:
        """The best form of at most so many bytes, if there is one: in the format that was asked
        for, else untouched if it plays at Discord, else as much of the sound as goes in.

        Raises what `examine` raises.
        """
        audio, limit_bytes = master.audio, min(limit_bytes, MASTER_LIMIT_BYTES)
        fits = audio.size_bytes <= limit_bytes
        untouched = Fitted(path=audio.path, format=AudioFormat.ORIGINAL)
        preferred = master.job.request.audio_format or self.preferred
        if fits and _is_as_wanted(master.examined, preferred):
            return _rendition(master, untouched)
        try:
            fitted = await self.workshop.fit(
                audio.path,
                limit_bytes=limit_bytes,
                preferred=preferred,
                tags=_tags(master.job),
                whole=master.whole,
                aside=self.aside,
            )
        except (WorkshopTrouble, AudioUnusable) as error:
            if not _goes_out_anyway(error, master, patient=patient):
                raise
            self._said.say((master.job.id, "form"), "goes out unconverted: %s", error)
            return _rendition(master, untouched) if fits else None
        return _rendition(master, fitted) if fitted else None

    async def _measured(self, job: Job, examined: Examined) -> Job:
        duration_s, tempo_bpm = examined.sound.duration_s, examined.sound.tempo_bpm
        if (job.duration_s, job.tempo_bpm) != (duration_s, tempo_bpm):
            await self.jobs.measured(job.id, duration_s=duration_s, tempo_bpm=tempo_bpm)
        return replace(job, duration_s=duration_s, tempo_bpm=tempo_bpm)


def _in_named_octave(examined: Examined, prompt: str) -> Examined:
    measured_bpm = examined.sound.tempo_bpm
    told_bpm = None if measured_bpm is None else in_named_octave(measured_bpm, prompt)
    if told_bpm == measured_bpm:
        return examined
    return replace(examined, sound=replace(examined.sound, tempo_bpm=told_bpm))


def _goes_out_anyway(error: Exception, master: Master, *, patient: bool) -> bool:
    """Whether waiting is no use, and the file is known to be audio as far as that can be."""
    if isinstance(error, AudioUnusable):
        return master.examined is not None
    return not patient


def _is_as_wanted(examined: Examined | None, preferred: AudioFormat) -> bool:
    if examined is None:
        return preferred is AudioFormat.ORIGINAL
    plays = preferred is AudioFormat.ORIGINAL and examined.sound.kind.plays
    return plays or preferred is examined.sound.format


def _rendition(master: Master, fitted: Fitted) -> Rendition:
    return Rendition(
        fitted=fitted,
        extension=EXTENSIONS.get(fitted.format, master.extension),
        size_bytes=fitted.path.stat().st_size,
        examined=master.examined,
    )


def _tags(job: Job) -> Tags:
    return Tags(
        title=words.title_of(job),
        prompt=job.request.prompt,
        model=name_of(job.request.model),
        made_on=(job.finished_at or job.created_at).date(),
    )
