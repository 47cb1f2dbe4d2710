"""SQLite databases as single files: copied while others write, looked at, put in their place.

Nothing is ever half there under its name: a copy is made beside it, as `.NAME.….part`, and renamed.
"""

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.errors import DatabaseUnusable
from bot.machine import file_modes as private
from bot.store.database.database_errors import in_words
from bot.store.database.schema import known_revisions

# What SQLite keeps beside a database.
BESIDE = ("-wal", "-shm", "-journal")
BUSY_TIMEOUT_S = 30


@contextlib.contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A name for what is to become `target`; what is left there in the end goes away."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
    finally:
        for beside in ("", *BESIDE):
            part.with_name(part.name + beside).unlink(missing_ok=True)


def copy_database(source: Path, target: Path) -> None:
    """All that is committed at this moment, as one new file that only this user can read.

    Who writes meanwhile need not wait. Raises `DatabaseUnusable`.
    """
    private.make_file(target)
    with _opened(source, "rw") as old, _opened(target, "rw") as new:
        # In one step: between two, a writer would make it begin again from the start.
        old.backup(new)
    as_one_file(target)


def as_one_file(file: Path) -> None:
    """Nothing of it is beside it any more, and all of it is on the disk."""
    with _opened(file, "rw") as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with file.open("rb") as written:
        os.fsync(written.fileno())


def checked_revision(file: Path) -> str:
    """The revision of a sound database of ours; `DatabaseUnusable` says what else it is."""
    with _opened(file, "ro") as connection:
        ((verdict, *_),) = connection.execute("PRAGMA quick_check(1)")
        if verdict != "ok":
            raise DatabaseUnusable(f"{file} is damaged: {verdict}")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", "jobs", "notices"} <= tables:
            raise DatabaseUnusable(f"{file} is not a database of this bot")
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    revision = str(found[0]) if found else "unknown"
    if revision not in known_revisions():
        raise DatabaseUnusable(
            f"{file} was made by another version of the bot. Its schema is {revision}, and the "
            f"newest that this one knows is {known_revisions()[-1]}: use the version that made it"
        )
    return revision


def put_in_place(part: Path, file: Path, now: datetime) -> Path | None:
    """Let the copy be the database; under which name the one before is kept, if there was one.

    Nobody may have either open. Raises `OSError`.
    """
    kept = None
    if file.exists():
        with contextlib.suppress(DatabaseUnusable):  # it may be damaged, and is kept all the same
            as_one_file(file)
        kept = file.with_name(f"{file.name}.{now:%Y%m%d-%H%M%S}.replaced")
        for beside in (*BESIDE, ""):
            with contextlib.suppress(FileNotFoundError):
                file.with_name(file.name + beside).rename(kept.with_name(kept.name + beside))
    part.rename(file)
    sync_folder(file)
    return kept


def sync_folder(file: Path) -> None:
    """A file's name is on the disk, too, where the system can say so."""
    with contextlib.suppress(OSError):
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _opened(file: Path, mode: str) -> Iterator[sqlite3.Connection]:
    try:
        address = f"{file.absolute().as_uri()}?mode={mode}"
        with contextlib.closing(
            sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"{file} {in_words(error)}") from error
