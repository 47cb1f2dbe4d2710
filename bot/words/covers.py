"""Covers, and composing from messages."""

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
