"""What is known of a file once it was decoded. Plain values: this module needs no audio library."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bot.audio.formats import AudioFormat
from bot.audio.kinds import Kind

COLUMNS = 600
FLOOR_DB = -120.0  # what stands for "nothing at all"
SILENT_BELOW_DB = -60.0

# How pydantic reads these from a worker's answer: no infinity, and bytes as JSON can carry them.
_FROM_JSON = {"allow_inf_nan": False, "val_json_bytes": "base64", "extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """The course of a sound in at most `COLUMNS` columns of the same duration, over all channels.

    `lows` ≤ 0 ≤ `highs` are the outermost samples, `rms` the root of their mean square; full scale
    is 1, and decoders of lossy formats may go a little beyond it.
    """

    __pydantic_config__: ClassVar[Any] = _FROM_JSON

    lows: tuple[float, ...]
    highs: tuple[float, ...]
    rms: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """One decoded file. `peak_db` and `loudness_db` (RMS) are relative to full scale.

    `codec` is FFmpeg's name for it; `format` is the one of ours that the file has, if any, and
    `kind` says what it is called.
    `tempo_bpm` is None unless it can be told with confidence.
    """

    __pydantic_config__: ClassVar[Any] = _FROM_JSON

    duration_s: float
    sample_rate_hz: int
    channels: int
    codec: str
    format: AudioFormat | None
    kind: Kind
    peak_db: float
    loudness_db: float
    envelope: Envelope
    tempo_bpm: float | None

    @property
    def silent(self) -> bool:
        """Whether there is nothing to hear in it."""
        return self.peak_db < SILENT_BELOW_DB


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A sound and its picture, a PNG."""

    __pydantic_config__: ClassVar[Any] = _FROM_JSON

    sound: Sound
    picture: bytes


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A file that may be sent. `bitrate_kbit_s` is None unless it was converted with losses.

    An untouched file has the format ORIGINAL and its own path.
    """

    path: Path
    format: AudioFormat
    bitrate_kbit_s: int | None = None


def clock(seconds: float) -> str:
    """A place in a track as players show it, such as `0:07` or `12:30`: seconds that are over."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
