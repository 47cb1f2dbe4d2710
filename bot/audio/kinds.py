"""What a file is called, by what FFmpeg found in it, and whether Discord's players take it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import AudioUnusable

WEBM = b"webm"  # the document type in the head of a Matroska file, RFC 9559, 5.1.2
DOCUMENT_TYPE_WITHIN_BYTES = 64


class Extension(StrEnum):
    """The ends of names, with their dots. Discord tells the type of a file by them."""

    WAV = ".wav"
    FLAC = ".flac"
    MP3 = ".mp3"
    MP2 = ".mp2"
    OGG = ".ogg"
    SPEEX = ".spx"
    M4A = ".m4a"
    AAC = ".aac"
    AIFF = ".aiff"
    AU = ".au"
    CAF = ".caf"
    W64 = ".w64"
    WEBM = ".webm"
    MATROSKA = ".mka"
    WAVPACK = ".wv"
    TTA = ".tta"
    APE = ".ape"
    AMR = ".amr"
    AC3 = ".ac3"
    EAC3 = ".eac3"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The end of its name, and whether the players of Discord's clients are known to play it."""

    extension: Extension
    plays: bool


# By FFmpeg's names of containers and codecs. What plays is what Chromium plays, in which Discord's
# desktop client runs: Chromium's source, media/filters and media/base/mime_util_internal.cc.
_PLAYING = {
    "wav": {
        "pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw",
    },
    "flac": {"flac"},
    "mp3": {"mp3"},
    "ogg": {"opus", "vorbis", "flac"},
    "mov,mp4,m4a,3gp,3g2,mj2": {"aac", "mp3", "opus", "flac"},
    "aac": {"aac"},
}  # fmt: skip
# Most containers are called as their files end.
_EXTENSIONS = {extension.removeprefix("."): extension for extension in Extension} | {
    "mov,mp4,m4a,3gp,3g2,mj2": Extension.M4A,
    "matroska,webm": Extension.MATROSKA,
}
# Where one container is called differently by what is in it.
_BY_CODEC = {
    ("mp3", "mp1"): Extension.MP2,
    ("mp3", "mp2"): Extension.MP2,
    ("ogg", "speex"): Extension.SPEEX,
}


def kind_of(container: str, codec: str, head: bytes) -> Kind:
    """By FFmpeg's names for both, and the first bytes; raises `AudioUnusable` for what is new."""
    if container not in _EXTENSIONS:
        raise AudioUnusable(f"{container} is no container that music comes in")
    extension = _BY_CODEC.get((container, codec), _EXTENSIONS[container])
    if extension is Extension.MATROSKA and WEBM in head[:DOCUMENT_TYPE_WITHIN_BYTES]:
        extension = Extension.WEBM
    return Kind(extension=extension, plays=codec in _PLAYING.get(container, set()))
