"""How long a file is, told without decoding it, and also where only a part of it is there."""

from pathlib import Path

from bot.audio import announced, ogg
from bot.audio.container import Recording, opened


def length_s(path: Path, known_bytes: int) -> float | None:
    """As its container says, else by its packets; `None` if neither tells.

    The file has its full size, but between its first `known_bytes` and its end there may be a hole.
    Raises `AudioUnusable`, `AudioUnavailable` or `OSError`.
    """
    with opened(path) as recording:
        told_s = recording.announced_s if _tells_of_all(recording, path, known_bytes) else None
        if known_bytes == path.stat().st_size:
            packed_s = recording.packed_s()
            # A header may promise more than there is; packets may hold more than is to be played.
            return packed_s if told_s is None else min(told_s, packed_s or told_s)
        return told_s or recording.extrapolated_s(known_bytes)


def _tells_of_all(recording: Recording, path: Path, known_bytes: int) -> bool:
    """Whether the container's word is about the whole file. An Ogg's is in its last page."""
    if recording.container != "ogg":
        return True
    return announced.ogg_is_ended(path) and not ogg.is_chained(path, known_bytes)
