"""How long a file is, told without decoding it, and also where only a part of it is there."""

from pathlib import Path

from bot.audio import announced
from bot.audio.container import opened


def length_s(path: Path, known_bytes: int) -> float | None:
    """As its container says, else by the packets in its first bytes; `None` if neither tells.

    The file has its full size, but between its first `known_bytes` and its end there may be a hole.
    Raises `AudioUnusable`, `AudioUnavailable` or `OSError`.
    """
    with opened(path) as recording:
        if recording.container == "ogg" and not announced.ogg_is_ended(path):
            return None  # its length is in the last page
        return recording.announced_s or recording.extrapolated_s(known_bytes)
