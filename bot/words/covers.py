"""Covers, and composing from messages."""

from bot.words.phrases import shown

COVER = "Make a new version of a track, in another style"
COVER_AUDIO = "The track: MP3, WAV, FLAC, OGG or M4A, 6 seconds to 6 minutes"
COVER_PROMPT = "How the new version should sound: style, mood, instruments"
COVER_LYRICS = "New words for it, if the old ones should go"
COVER_MENU = "Cover this track"
COMPOSE_MENU = "Compose from this message"
NO_AUDIO_HERE = (
    "There is no audio in that message. Choose one with a track in it, or use `/cover` and attach "
    "the audio."
)
NO_TEXT_HERE = "There is no text in that message. Choose another one, or use `/compose`."


def not_audio(file_name: str) -> str:
    """The attachment is something else."""
    return (
        f"{shown(file_name)} is not audio that I know. Attach an MP3, WAV, FLAC, OGG or M4A file."
    )


def audio_not_read(file_name: str) -> str:
    """It begins as audio does, but the sound in it is encoded in a way that isn't known."""
    return (
        f"{shown(file_name)} looks like audio, but I can't read the sound in it. Save it again as "
        "an MP3, a plain WAV (PCM), a FLAC, an OGG or an M4A file."
    )


def audio_too_large(most_bytes: int, given_bytes: int) -> str:
    """What the model takes, and what was given."""
    given = f"{given_bytes / 1_048_576:.0f} MB"
    return f"`audio` may have at most {most_bytes >> 20} MB; yours has {given}. An MP3 is smaller."


def audio_length(least_s: int, most_s: int, given_s: float) -> str:
    """What the model takes, and what was given, in seconds."""
    return (
        f"`audio` must be from {least_s} seconds to {most_s // 60} minutes long; yours has "
        f"{given_s:.0f} seconds. Cut it, or choose another one."
    )
