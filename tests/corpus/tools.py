"""What FFmpeg's own tools and SoX say of a file: the measure that the bot is held against."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MISSING = [tool for tool in ("ffprobe", "ffmpeg", "sox") if shutil.which(tool) is None]
TOOL_S = 60


@dataclass(frozen=True, kw_only=True)
class Told:
    """By FFmpeg's names; `length_s` is that of all samples that come out of its decoder."""

    container: str
    codec: str
    rate_hz: int
    channels: int
    length_s: float
    peak_db: float
    loudness_db: float


def told_by_tools(path: Path, decoded: Path) -> Told | None:
    """`None` for what they can't decode. `decoded` is where they may write."""
    probed = _ran("ffprobe", "-show_format", "-show_streams", "-of", "json", str(path))
    if probed is None:
        return None
    found = json.loads(probed)
    sounds = [one for one in found.get("streams", []) if one.get("codec_type") == "audio"]
    if not sounds or int(sounds[0].get("channels", 0)) == 0:
        return None
    written = _ran("ffmpeg", "-y", "-i", str(path), "-vn", "-c:a", "pcm_f32le", str(decoded))
    if written is None or not decoded.exists():
        return None
    return _measured(found["format"]["format_name"], sounds[0], decoded)


def _measured(container: str, sound: dict[str, str], decoded: Path) -> Told | None:
    run = subprocess.run(
        ["sox", str(decoded), "-n", "stats"],
        capture_output=True,
        text=True,
        timeout=TOOL_S,
        check=False,
    )
    levels = {key: _first(run.stderr, key) for key in ("Pk lev dB", "RMS lev dB", "Length s")}
    if levels["Length s"] is None:
        return None
    return Told(
        container=container,
        codec=sound["codec_name"],
        rate_hz=int(sound["sample_rate"]),
        channels=int(sound["channels"]),
        length_s=levels["Length s"],
        peak_db=_or_silence(levels["Pk lev dB"]),
        loudness_db=_or_silence(levels["RMS lev dB"]),
    )


def _or_silence(level_db: float | None) -> float:
    return -120.0 if level_db is None else max(level_db, -120.0)


def _first(text: str, key: str) -> float | None:
    found = re.search(rf"^{re.escape(key)}\s+(-?[\d.]+)", text, re.MULTILINE)
    return float(found[1]) if found else None


def _ran(*command: str) -> str | None:
    run = subprocess.run(
        [command[0], "-v", "error", *command[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TOOL_S,
        check=False,
    )
    return run.stdout if run.returncode == 0 else None
