"""`python -m bot backup`: a copy of a SQLite database; for PostgreSQL, the line to type instead."""

import shlex
from pathlib import Path

from bot.errors import DatabaseUnusable, WrongUse
from bot.settings import Settings
from bot.store.database.engine import sqlite_file, without_password
from bot.store.database.sqlite_copies import (
    checked_revision,
    copy_database,
    sync_folder,
    unfinished,
)

PG_DUMP = "pg_dump --format=custom --no-owner --file={file} {address}"


def backup(settings: Settings, file: Path) -> None:
    """Put a sound copy of the database there, beside a running bot or without one.

    Raises `WrongUse`, `DatabaseUnusable` and `OSError`; then there is no file of that name.
    """
    database = sqlite_file(settings.database_url)
    if database is None:
        line = line_for_postgres(PG_DUMP, settings, file)
        raise WrongUse(f"DATABASE_URL is a PostgreSQL server. Use its own program: {line}")
    if not database.exists():
        raise DatabaseUnusable(f"there is no database yet: {database}")
    if not file.parent.is_dir():
        raise WrongUse(f"there is no folder {file.parent}")
    _refuse_to_replace(file)
    with unfinished(file) as part:
        copy_database(database, part)
        revision = checked_revision(part)
        _refuse_to_replace(file)
        part.rename(file)
    sync_folder(file)
    said = f"{file.stat().st_size / 1e6:.1f} MB, schema {revision}, checked"
    print(f"{file}: {said}. It holds all prompts, so keep it private")


def _refuse_to_replace(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise WrongUse(f"{file} is there already, and stays as it is. Choose another name")


def line_for_postgres(command: str, settings: Settings, file: Path) -> str:
    """A line to type, with no password in it: the program asks for it, or takes PGPASSWORD."""
    address = shlex.quote(without_password(settings.database_url))
    return command.format(file=shlex.quote(str(file)), address=address)
