"""The message of a finished track."""

from bot.domain import titles
from bot.domain.jobs import Job
from bot.domain.requests import AudioFormat, Relation
from bot.words.phrases import mention

UNTITLED = "Untitled track"
FIELD_LENGTH = "Length"
FIELD_TEMPO = "Tempo"
FIELD_TOOK = "Ready after"
FIELD_OPTIONS = "Options"
FIELD_FILE = "File"
OPTION_INSTRUMENTAL = "without voices"
OPTION_LYRICS = "with lyrics"
OPTION_COVER = "from given audio"
OPTION_PRIVATE = "only for you"
FORMAT_NAMES = {
    AudioFormat.ORIGINAL: "the original file",
    AudioFormat.FLAC: "FLAC",
    AudioFormat.MP3: "MP3",
    AudioFormat.OPUS: "Opus",
}


def title_of(job: Job) -> str:
    """What a track is called, on one line; to be passed through `harmless` before it is shown."""
    return titles.title_of(job) or UNTITLED


def option_format(audio_format: AudioFormat) -> str:
    """The kind of file that was asked for."""
    return f"as {FORMAT_NAMES[audio_format]}"


def converted(audio_format: AudioFormat, bitrate_kbit_s: int | None) -> str:
    """What became of the model's file; without a bitrate nothing of the sound was lost."""
    name = FORMAT_NAMES[audio_format]
    if bitrate_kbit_s is None:
        return f"converted to {name}, without loss"
    return f"converted to {name}, {bitrate_kbit_s} kbit/s"


def lineage(relation: Relation, title: str | None, member_id: int) -> str:
    """What a track was made from, and by whom; `title` is `None` where it is not for others.

    In an embed the mention shows a name and pings nobody.
    """
    by = mention(member_id)
    if title is None:
        return f"{_LINEAGE[relation]} a track by {by}"
    return f"{_LINEAGE[relation]} **{title}** by {by}"


_LINEAGE = {
    Relation.AGAIN: "Another take of",
    Relation.REMIX: "Remix of",
    Relation.VARIATION: "Variation of",
    Relation.COVER: "Cover of",
}
