"""Folders for files that are needed for a moment, and what becomes of those that are left behind.

A process that is killed leaves its folders in the system's temporary directory. Each holds a lock
of the operating system's, which ends with its process, however it went; so any bot on the machine
can tell which folders nobody needs any more.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from bot.machine import file_modes as private

PREFIX = "compose-bot-"
IN_THE_MAKING = "new-"  # not locked yet, so it has no name yet that is looked for
LOCK = "lock"


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of its own, readable by this user only, that goes away with the block."""
    made = Path(tempfile.mkdtemp(prefix=IN_THE_MAKING + PREFIX))
    folder = made
    try:
        with FileLock(made / LOCK, mode=private.FILE_MODE):
            folder = made.rename(made.with_name(made.name.removeprefix(IN_THE_MAKING)))
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_abandoned() -> int:
    """Delete the folders of processes that are dead; how many there were."""
    candidates = Path(tempfile.gettempdir()).glob(f"{PREFIX}*")
    return sum(_sweep(folder) for folder in candidates if _is_ours(folder))


def _sweep(folder: Path) -> bool:
    """Delete a folder, unless somebody has it."""
    with contextlib.suppress(Timeout, OSError), FileLock(folder / LOCK, timeout=0):
        shutil.rmtree(folder)
        return True
    return False


def _is_ours(folder: Path) -> bool:
    """Whether this user made it with `scratch_folder`: others could have put a trap there."""
    try:
        found = folder.lstat()
    except OSError:  # gone by now
        return False
    is_mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return is_mine and (folder / LOCK).is_file()
