"""`python -m bot restore` and `restored`: a database comes back from a backup.

What that means for jobs and messages is in `bot.store.restoration`.
"""

import asyncio
from pathlib import Path

from bot.clock import utc_now
from bot.errors import DatabaseTrouble, DatabaseUnusable, WrongUse
from bot.machine import file_modes as private
from bot.ops.backup import line_for_postgres
from bot.settings import Settings
from bot.store.database.engine import (
    SQLITE,
    connect,
    engine_url,
    migrate,
    open_database,
    sqlite_file,
)
from bot.store.database.instance_lock import a_bot_runs_on, instance_lock
from bot.store.database.sqlite_copies import (
    as_one_file,
    checked_revision,
    copy_database,
    put_in_place,
    unfinished,
)
from bot.store.process_store import ProcessStore
from bot.store.restoration import Restored, after_restoring

PG_RESTORE = (
    "pg_restore --clean --if-exists --no-owner --single-transaction --dbname={address} {file}"
)


def restore(settings: Settings, file: Path) -> None:
    """Put a backup in the database's place, brought up to date.

    Raises `WrongUse`, `DatabaseUnusable` and `OSError`; then the database is as it was.
    """
    database = sqlite_file(settings.database_url)
    if database is None:
        line = line_for_postgres(PG_RESTORE, settings, file)
        raise WrongUse(
            "DATABASE_URL is a PostgreSQL server. Stop the bot, and use its own program: "
            f"{line} && python -m bot restored"
        )
    if not file.is_file():
        raise WrongUse(f"there is no file {file}")
    checked_revision(file)
    private.make_folder(database.parent)
    if a_bot_runs_on(database):
        raise DatabaseUnusable(f"a bot is running on {database}. Stop it first")
    with instance_lock(engine_url(settings.database_url)), unfinished(database) as part:
        copy_database(file, part)
        taken_in = asyncio.run(_bring_up_to_date(part))
        as_one_file(part)
        checked_revision(part)
        kept = put_in_place(part, database, utc_now())
    print(f"{database} is restored from {file}. {_in_words(taken_in)}")
    if kept:
        print(f"What was there before is kept as {kept}")


async def _bring_up_to_date(part: Path) -> Restored:
    engine = connect(f"{SQLITE}{part}")
    try:
        await migrate(engine)
        return await after_restoring(engine, utc_now())
    except DatabaseTrouble as error:
        raise DatabaseUnusable(f"the backup {error}") from error
    finally:
        await engine.dispose()


def restored(settings: Settings) -> None:
    """Tell a database that it came back from a backup by other means.

    Raises `WrongUse`, `DatabaseUnusable` and `DatabaseTrouble`.
    """
    database = sqlite_file(settings.database_url)
    if database and not database.exists():
        raise WrongUse(f"there is no database: {database}")
    print(_in_words(asyncio.run(_take_in(settings))))


async def _take_in(settings: Settings) -> Restored:
    async with open_database(settings.database_url) as engine:
        processes = ProcessStore(engine, "")
        async with processes.database_clock() as ask:
            now = await ask() if ask else utc_now()
        # A SQLite file has a lock, which tells at once.
        if ask and await processes.alive(now):
            raise DatabaseUnusable(
                "a bot is running on this database, or was 20 seconds ago. Stop it first"
            )
        return await after_restoring(engine, now)


def _in_words(restored: Restored) -> str:
    return (
        f"Requests that waited, and are left to their members: {restored.stopped}. Tracks that "
        f"were being made, and are followed: {restored.running}. Messages that are looked for "
        f"before they are posted: {restored.untold}"
    )
