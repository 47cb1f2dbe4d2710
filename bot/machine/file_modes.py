"""Files and folders that nobody but the bot's user can read, whatever the umask is."""

import contextlib
import logging
import os
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
OF_OTHERS = 0o077

log = logging.getLogger(__name__)


def make_folder(folder: Path) -> None:
    """Make it and the missing folders above it. One that is there already is left as it is.

    Raises `OSError`.
    """
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=FOLDER_MODE, exist_ok=True)


def make_file(file: Path) -> None:
    """Make it if it is missing, before somebody does with other permissions. May be repeated."""
    with contextlib.suppress(OSError):  # whoever opens it next finds out why, and says so
        os.close(os.open(file, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, FILE_MODE))


def close_to_others(file: Path) -> None:
    """Take away what an earlier version, or somebody else, let other users do with it."""
    try:
        mode = file.stat().st_mode
        if os.name != "posix" or not mode & OF_OTHERS:
            return
        file.chmod(FILE_MODE)
        closed = not file.stat().st_mode & OF_OTHERS
    except FileNotFoundError:
        return
    except OSError:
        closed = False
    if closed:
        log.warning("%s was open to other users of this machine; it no longer is", file)
    else:
        log.warning("%s is open to other users of this machine, and can't be closed", file)
