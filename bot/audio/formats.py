"""The formats in which a track can be handed out."""

from bot.audio.kinds import Extension
from bot.domain.requests import AudioFormat

__all__ = ["EXTENSIONS", "AudioFormat"]

EXTENSIONS = {
    AudioFormat.FLAC: Extension.FLAC,
    AudioFormat.MP3: Extension.MP3,
    AudioFormat.OPUS: Extension.OGG,
}
