"""What a track is made of: its prompt, and the quiet line below a card or a track, which is plain
text, since Discord shows no markdown there."""

from collections.abc import Iterator

from bot import words
from bot.audio.sound import Fitted, clock
from bot.domain.jobs import Job
from bot.domain.models import name_of
from bot.domain.requests import AudioFormat
from bot.words.markdown import harmless

SEPARATOR = " · "


def prompt_of(job: Job, limit: int) -> list[str]:
    """The prompt, and what was to be left out, as lines of at most so many characters each."""
    lines = [harmless(job.request.prompt, limit)]
    if job.request.negative_prompt:
        lines.append(words.leaving_out(harmless(job.request.negative_prompt, limit)))
    return lines


def details_of_request(job: Job, *, takes: int = 1) -> str:
    """What was asked for besides the prompt; `job` is the first of its takes."""
    request = job.request
    parts = [name_of(request.model)]
    if request.seconds is not None:
        parts.append(clock(request.seconds))
    parts += _wishes(job, takes)
    if request.audio_format not in {None, AudioFormat.ORIGINAL}:
        parts.append(words.option_format(request.audio_format))
    return SEPARATOR.join(parts)


def details_of_track(job: Job, fitted: Fitted | None = None) -> str:
    """What is known of a finished track; `fitted` is the form that goes out."""
    parts = [name_of(job.request.model)]
    if job.duration_s is not None:
        parts.append(clock(job.duration_s))
    if job.tempo_bpm is not None:
        parts.append(words.tempo(job.tempo_bpm))
    parts += _wishes(job)
    if fitted is not None and fitted.format is not AudioFormat.ORIGINAL:
        parts.append(words.converted(fitted.format, fitted.bitrate_kbit_s))
    return SEPARATOR.join([*parts, words.ai_generated()])


def _wishes(job: Job, takes: int = 1) -> Iterator[str]:
    """The options that say the same before and after."""
    request = job.request
    if request.seed is not None:
        yield words.seeds(request.seed, takes)
    if request.instrumental:
        yield words.option_instrumental()
    if request.lyrics is not None:
        yield words.option_lyrics()
    if request.reference is not None:
        yield words.option_cover()
    if job.private:
        yield words.option_private()
