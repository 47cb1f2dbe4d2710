"""The message of a finished track."""

from collections.abc import Mapping

from bot.domain import titles
from bot.domain.jobs import Job
from bot.domain.requests import AudioFormat, Relation
from bot.words.language import Sentence, said, sentence
from bot.words.phrases import mention

untitled = sentence("Untitled track")
option_instrumental = sentence("without vocals")
option_lyrics = sentence("with lyrics")
option_cover = sentence("from your audio")
option_private = sentence("only for you")
ai_generated = sentence("AI-generated")
_FORMATS: Mapping[AudioFormat, Sentence] = {
    AudioFormat.ORIGINAL: sentence("the original file"),
    AudioFormat.FLAC: lambda: "FLAC",
    AudioFormat.MP3: lambda: "MP3",
    AudioFormat.OPUS: lambda: "Opus",
}


def title_of(job: Job) -> str:
    """What a track is called, on one line; to be passed through `harmless` before it is shown."""
    return titles.title_of(job) or untitled()


def leaving_out(avoided: str) -> str:
    """What was to be avoided, which is harmless; below the prompt."""
    return said("Leaving out: {what}", what=avoided)


def option_format(audio_format: AudioFormat) -> str:
    """The kind of file that was asked for."""
    return said("as {format}", format=_FORMATS[audio_format]())


def converted(audio_format: AudioFormat, bitrate_kbit_s: int | None) -> str:
    """What became of the model's file; without a bitrate nothing of the sound was lost."""
    name = _FORMATS[audio_format]()
    if bitrate_kbit_s is None:
        return said("converted to {format}, lossless", format=name)
    return said("converted to {format}, {rate} kbit/s", format=name, rate=bitrate_kbit_s)


def lineage(relation: Relation, title: str | None, member_id: int) -> str:
    """What a track was made from, and by whom; `title` is `None` where it is not for others.

    In an embed the mention shows a name and pings nobody.
    """
    named = f"**{title}**" if title is not None else said("a track")
    member = mention(member_id)
    match relation:
        case Relation.AGAIN:
            return said("Another version of {track} by {member}", track=named, member=member)
        case Relation.REMIX:
            return said("Remix of {track} by {member}", track=named, member=member)
        case Relation.VARIATION:
            return said("Variation of {track} by {member}", track=named, member=member)
        case Relation.COVER:
            return said("Cover of {track} by {member}", track=named, member=member)
