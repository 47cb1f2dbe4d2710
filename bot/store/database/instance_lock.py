"""One bot for one SQLite file: a second one would take the same jobs for abandoned.

The lock is the operating system's, so it is free as soon as the process is gone, however it went.
`doctor` does not take it, and works beside a running bot.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.engine import URL

from bot.errors import DatabaseUnusable
from bot.machine import file_modes as private

PATIENCE_S = 0.3  # longer than `a_bot_runs_on` has the lock when it tries it


def a_bot_runs_on(file: Path) -> bool:
    """Whether a bot has this SQLite file. The lock is tried, and not kept."""
    lock_file = _lock_file(file)
    if not lock_file.exists():
        return False
    lock = FileLock(lock_file, timeout=0, mode=private.FILE_MODE)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def _lock_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.lock")


@contextlib.contextmanager
def instance_lock(url: URL) -> Iterator[None]:
    """Hold the lock of a SQLite file; other databases are made for many processes.

    Raises `DatabaseUnusable` when another bot has it.
    """
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    file = Path(url.database).resolve()
    lock = FileLock(_lock_file(file), timeout=PATIENCE_S, mode=private.FILE_MODE)
    try:
        lock.acquire()
    except Timeout:
        raise DatabaseUnusable(
            f"another bot is running on {file}. Stop it first, or give this one a DATABASE_URL of "
            "its own"
        ) from None
    except OSError as error:
        raise DatabaseUnusable(
            f"the folder of {file} can't be written to ({error.strerror}): give the bot's user the "
            "right to, or change DATABASE_URL"
        ) from error
    try:
        yield
    finally:
        lock.release()
