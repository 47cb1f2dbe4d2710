"""What a member asked for besides the prompt, in one short line."""

from bot import words
from bot.domain.jobs import AudioFormat, Job


def options_of(job: Job) -> str:
    """The options that were used, each in a few words; an empty text where none was."""
    brief = job.brief
    used = []
    if brief.seconds is not None:
        used.append(words.length(brief.seconds))
    if brief.instrumental:
        used.append(words.OPTION_INSTRUMENTAL)
    if brief.lyrics is not None:
        used.append(words.OPTION_LYRICS)
    if brief.reference is not None:
        used.append(words.OPTION_COVER)
    if brief.audio_format not in {None, AudioFormat.ORIGINAL}:
        used.append(words.option_format(brief.audio_format))
    if job.private:
        used.append(words.OPTION_PRIVATE)
    return ", ".join(used)
