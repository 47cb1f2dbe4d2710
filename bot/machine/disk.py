"""Room on the disk: below a bound nothing new is taken in, and what was paid for goes on."""

import logging
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.said_once import SaidOnce

LEAST_FREE_BYTES = 256 * 2**20
LOOK_EVERY_S = 2.0

log = logging.getLogger(__name__)


def folders_in_use(database_file: Path | None) -> Sequence[Path]:
    """Where the bot writes: the database's folder, unless it is on a server, and the temporary one.

    For a folder that isn't there yet, the nearest one above it that is; of two on one disk, the
    first.
    """
    wanted = [database_file.parent] if database_file else []
    wanted.append(Path(tempfile.gettempdir()))
    there = [next(place for place in (one, *one.parents) if place.exists()) for one in wanted]
    return list({one.stat().st_dev: one for one in reversed(there)}.values())[::-1]


def short_of_room(folders: Sequence[Path]) -> Iterator[str]:
    """A line for each folder with less than `LEAST_FREE_BYTES` left."""
    for folder in folders:
        free_bytes = shutil.disk_usage(folder).free
        if free_bytes < LEAST_FREE_BYTES:
            yield f"only {free_bytes / 2**20:.0f} MB free in {folder}"


class Disk:
    """Looks at the disk when it is asked, every few seconds at most; says once what is wrong."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._looked_at_s = -LOOK_EVERY_S
        self._has_room = True
        self._said = SaidOnce(log)

    def has_room(self) -> bool:
        """Whether something new may be taken in."""
        now_s = time.monotonic()
        if now_s - self._looked_at_s >= LOOK_EVERY_S:
            self._looked_at_s = now_s
            self._look()
        return self._has_room

    def _look(self) -> None:
        try:
            short = list(short_of_room(self._folders))
        except OSError as error:  # gone, or not ours to look at: no reason to refuse anybody
            log.debug("the disk can't be looked at: %s", error)
            return
        if short and self._has_room:
            least = f"below {LEAST_FREE_BYTES // 2**20} MB no request is taken in. Make room"
            self._said.say("room", f"%s: {least}", ", ".join(short), level=logging.ERROR)
        elif not short:
            self._said.over("room", "there is room on the disk again: requests are taken in")
        self._has_room = not short
