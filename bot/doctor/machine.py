"""The machine: the database and its disk, whether a bot runs already, and workers for audio."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import sqlalchemy as sa

from bot.audio.process import WorkerLost, missing_here
from bot.doctor.findings import Finding, Ill, ok, warn
from bot.errors import DatabaseTrouble, DatabaseUnusable, WorkshopTrouble
from bot.hosting import ephemeral_disk
from bot.jobs import JobState
from bot.settings import Settings
from bot.store.database import connect, is_current, sqlite_file
from bot.store.single import a_bot_runs_on
from bot.store.survey import Survey
from bot.store.trouble import explain
from bot.workers.worker import utc_now

LOW_DISK_BYTES = 200 * 2**20


@contextlib.asynccontextmanager
async def open_survey(settings: Settings) -> AsyncIterator[Survey | None]:
    """The database as it is, or `None` where it has no tables of this version yet.

    Raises `Ill`. A SQLite file that is missing is not made.
    """
    file = sqlite_file(settings.database_url)
    if file and not file.exists():
        yield None
        return
    try:
        engine = connect(settings.database_url)
    except DatabaseUnusable as error:
        raise Ill(str(error)) from error
    try:
        yield Survey(engine) if await is_current(engine) else None
    except DatabaseTrouble as error:
        raise Ill(f"it {error}") from error
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise Ill(f"it {explain(error)}") from error
    finally:
        await engine.dispose()


async def check_database(settings: Settings) -> Sequence[Finding]:
    """Open it, and look whether its schema is ours, and who works on it."""
    file = sqlite_file(settings.database_url)
    if file and not file.exists():
        return [ok("will be created at the first start")]
    async with open_survey(settings) as survey:
        census = await survey.census(utc_now()) if survey else None
    findings = [ok("can be opened; its tables are brought up to date at the next start")]
    if census:
        waiting, running = census.jobs[JobState.QUEUED], census.jobs[JobState.GENERATING]
        findings = [ok(f"up to date; {waiting} jobs wait, {running} are at the provider")]
    if file and a_bot_runs_on(file):
        findings.append(ok("a bot is running on this database"))
    return findings


async def check_audio(_: Settings) -> Sequence[Finding]:
    """A worker for audio starts, and how well it is locked in."""
    try:
        missing = await missing_here()
    except (WorkerLost, WorkshopTrouble) as error:
        raise Ill(f"no worker for audio can work: {error}. Install requirements.txt") from error
    if missing:
        return [warn(f"workers for audio start, but without: {', '.join(missing)}")]
    return [ok("workers for audio start, locked in with all that Linux has for it")]


async def check_disk(settings: Settings) -> Sequence[Finding]:
    """Room for the database; tracks pass through the temporary folder one by one."""
    file = sqlite_file(settings.database_url)
    folder = _existing_folder(file)
    free_bytes = shutil.disk_usage(folder).free
    text = f"{free_bytes / 2**30:.1f} GB free in {folder}"
    if free_bytes < LOW_DISK_BYTES:
        raise Ill(f"only {text}. Make room")
    lost = ephemeral_disk(file)
    return [ok(text), warn(lost)] if lost else [ok(text)]


def _existing_folder(file: Path | None) -> Path:
    """The folder of a file, or the nearest one above it that exists; else the working directory."""
    folder = file.parent if file else Path.cwd()
    return next(place for place in (folder, *folder.parents) if place.exists())
