"""What a member asked for besides the prompt, in one short line."""

from bot import words
from bot.domain.jobs import Job
from bot.domain.requests import AudioFormat


def options_of(job: Job) -> str:
    """The options that were used, each in a few words; an empty text where none was."""
    request = job.request
    used = []
    if request.seconds is not None:
        used.append(words.length(request.seconds))
    if request.instrumental:
        used.append(words.option_instrumental())
    if request.lyrics is not None:
        used.append(words.option_lyrics())
    if request.reference is not None:
        used.append(words.option_cover())
    if request.audio_format not in {None, AudioFormat.ORIGINAL}:
        used.append(words.option_format(request.audio_format))
    if job.private:
        used.append(words.option_private())
    return ", ".join(used)
