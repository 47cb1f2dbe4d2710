"""What is asked of a model, and what is asked for around it."""

from dataclasses import dataclass
from enum import StrEnum


class AudioFormat(StrEnum):
    """What a member gets a track as. `original` leaves the provider's bytes untouched."""

    ORIGINAL = "original"
    FLAC = "flac"
    MP3 = "mp3"
    OPUS = "opus"


class Relation(StrEnum):
    """What a job is to its parent."""

    AGAIN = "again"  # the same request with a new seed
    REMIX = "remix"  # the request, changed by a member
    VARIATION = "variation"  # one of several takes of the same request
    COVER = "cover"  # the parent's audio in another style


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The audio that a cover is made of.

    `url` is Discord's and lives for about a day. Where the audio hangs on a message, a fresh one
    comes with each fetch of that message. It is empty once it was forgotten.
    """

    url: str
    file_name: str
    channel_id: int | None = None
    message_id: int | None = None
    attachment_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the model is asked for.

    In a job it was checked: `model` is an id, no text is blank, `seed` is `None` for models that
    take none, `seconds` where the model's usual length is meant. In a `Draft` it is as somebody
    typed it: `model` may be a name, and is empty where none was chosen.
    """

    model: str = ""
    prompt: str = ""
    negative_prompt: str | None = None
    seed: int | None = None
    lyrics: str | None = None
    seconds: int | None = None
    instrumental: bool = False
    reference: Reference | None = None
    audio_format: AudioFormat | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """A request, who may see what comes of it, and which jobs it goes back to.

    What is `private` is seen by its member alone. `retry_of` is the failed job that it tries again.
    """

    request: Request
    private: bool = False
    parent_id: str | None = None
    relation: Relation | None = None
    retry_of: str | None = None
