"""The machine: the database and its disk, whether a bot runs already, and workers for audio."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence

import sqlalchemy as sa

from bot.audio.process import WorkerLost, missing_here
from bot.clock import utc_now
from bot.domain.jobs import JobState
from bot.errors import DatabaseTrouble, DatabaseUnusable, WorkshopTrouble
from bot.machine.disk import LEAST_FREE_BYTES, folders_in_use, short_of_room
from bot.machine.hosting import ephemeral_disk
from bot.ops.doctor.findings import Finding, Ill, ok, warn
from bot.settings import Settings
from bot.store.database.database_errors import in_words
from bot.store.database.engine import POOLED, is_pooled, open_as_it_is, sqlite_file
from bot.store.database.instance_lock import a_bot_runs_on
from bot.store.survey import Survey


@contextlib.asynccontextmanager
async def open_survey(settings: Settings) -> AsyncIterator[Survey | None]:
    """The database as it is, or `None` where it has no tables of this version yet.

    Raises `Ill`.
    """
    try:
        async with open_as_it_is(settings.database_url) as engine:
            yield Survey(engine) if engine else None
    except DatabaseUnusable as error:
        raise Ill(str(error)) from error
    except DatabaseTrouble as error:
        raise Ill(f"it {error}") from error
    except (sa.exc.SQLAlchemyError, OSError) as error:
        raise Ill(f"it {in_words(error)}") from error


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
    if await is_pooled(settings.database_url):
        findings.append(warn(POOLED))
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
    """Room for the database, and for tracks, which pass through the temporary folder."""
    file = sqlite_file(settings.database_url)
    folders = folders_in_use(file)
    if short := ", ".join(short_of_room(folders)):
        least = LEAST_FREE_BYTES // 2**20
        raise Ill(f"{short}: below {least} MB no request is taken in. Make room")
    free = [f"{shutil.disk_usage(one).free / 2**30:.1f} GB free in {one}" for one in folders]
    lost = ephemeral_disk(file)
    return [*map(ok, free), *([warn(lost)] if lost else [])]
