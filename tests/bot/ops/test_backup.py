"""Backups of SQLite: made beside a bot, looked at, and put back in place."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from alembic import command

from bot.clock import utc_now
from bot.domain.jobs import JobState
from bot.errors import DatabaseUnusable, WrongUse
from bot.ops.backup import backup
from bot.ops.doctor.machine import check_database
from bot.ops.restore import restore, restored
from bot.settings import Settings
from bot.store.database.engine import connect, open_database
from bot.store.database.migrating import migrations
from bot.store.database.schema import is_current, known_revisions
from bot.store.database.sqlite_copies import checked_revision
from tests.bot.ops.test_doctor import settings_of
from tests.databases import migrated_database
from tests.factories import HandClock, Stored

REVISION = known_revisions()[-1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a bot whose database is restored elsewhere."""
    return settings_of(f"sqlite:///{tmp_path / 'elsewhere' / 'compose.db'}")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "compose.db"


@pytest.fixture
def running(tmp_path: Path) -> Settings:
    """Of the bot on the database of the `stored` jobs."""
    return settings_of(f"sqlite:///{tmp_path / 'compose.db'}")


@contextlib.asynccontextmanager
async def reopened(settings: Settings) -> AsyncIterator[Stored]:
    async with open_database(settings.database_url) as engine:
        yield Stored(engine, HandClock(utc_now()))


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def modes(folder: Path) -> set[int]:
    return {file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_finished_tracks_come_back_elsewhere_when_the_backup_was_made_beside_a_busy_bot(
    stored: Stored, running: Settings, settings: Settings, database: Path, tmp_path: Path
) -> None:
    finished = {(await stored.succeed()).id for _ in range(20)}
    copied = asyncio.Event()

    async def ask() -> int:
        asked = 0
        while not copied.is_set():
            await stored.receive()
            asked += 1
        return asked

    asking = asyncio.create_task(ask())
    file = tmp_path / "backups" / "one.db"
    file.parent.mkdir(mode=0o700)
    for number in range(5):
        await asyncio.to_thread(backup, running, file.with_name(f"{number}.db"))
    await asyncio.to_thread(backup, running, file)
    copied.set()
    assert await asking > 0
    assert modes(file.parent) == {0o600}
    assert len(names(file.parent)) == 6

    await asyncio.to_thread(restore, settings, file)
    assert names(database.parent) == {"compose.db", "compose.db.lock"}
    assert modes(database.parent) == {0o600}
    assert "up to date; 0 jobs wait" in (await check_database(settings))[0].text
    async with reopened(settings) as there:
        states = {id_: (await there.job(id_)).state for id_ in finished}
        assert set(states.values()) == {JobState.SUCCEEDED}
        assert await there.count(JobState.RECEIVED) == 0


async def test_backup_is_one_file_that_is_checked_when_the_bot_runs(
    stored: Stored, running: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = await stored.queue()
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "one.db"
    await asyncio.to_thread(backup, running, file)
    assert names(folder) == {"one.db"}
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT id FROM jobs").fetchall() == [(job.id,)]
    said = capsys.readouterr().out
    assert f"schema {REVISION}, checked" in said
    assert (await stored.job(job.id)).state is JobState.QUEUED


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda file: file.symlink_to("nowhere")])
async def test_backup_replaces_nothing_when_its_name_is_taken(
    stored: Stored, running: Settings, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    await stored.queue()
    file = tmp_path / "one.db"
    make(file)
    before = names(tmp_path)
    with pytest.raises(WrongUse, match="is there already"):
        await asyncio.to_thread(backup, running, file)
    assert names(tmp_path) == before


async def test_backup_is_refused_when_there_is_nothing_to_copy_or_no_place_for_it(
    stored: Stored, running: Settings, settings: Settings, tmp_path: Path
) -> None:
    await stored.queue()
    with pytest.raises(DatabaseUnusable, match="no database yet"):
        backup(settings, tmp_path / "one.db")
    with pytest.raises(WrongUse, match="no folder"):
        backup(running, tmp_path / "nowhere" / "one.db")


async def test_backup_leaves_no_file_when_the_database_is_damaged(
    settings: Settings, database: Path, tmp_path: Path
) -> None:
    await damaged(database)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(DatabaseUnusable, match="damaged"):
        backup(settings, folder / "one.db")
    assert names(folder) == set()


async def damaged(file: Path) -> bytes:
    """Put a database of ours there, with pages of garbage in it; what is in the file."""
    file.parent.mkdir(exist_ok=True)
    await migrated_database(file)
    return _overwritten(file)


def _overwritten(file: Path) -> bytes:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(file.read_bytes())
    content[4096 * 2 :] = b"\xa5" * (len(content) - 4096 * 2)
    file.write_bytes(content)
    return bytes(content)


async def test_database_that_was_there_is_kept_beside_the_restored_one(
    stored: Stored,
    running: Settings,
    settings: Settings,
    database: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    job, file = await stored.succeed(), database.parent.with_name("one.db")
    await asyncio.to_thread(backup, running, file)
    async with reopened(settings) as there:
        newer = await there.queue()
    with contextlib.closing(sqlite3.connect(database)) as left_open:  # as a killed bot leaves it
        left_open.execute("SELECT 1 FROM jobs").fetchall()
        await asyncio.to_thread(restore, settings, file)
    (kept,) = database.parent.glob("*.replaced")
    assert f"kept as {kept}" in capsys.readouterr().out
    assert checked_revision(kept) == REVISION
    with contextlib.closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT id FROM jobs").fetchall() == [(newer.id,)]
    async with reopened(settings) as there:
        assert await there.jobs.get(newer.id) is None
        assert (await there.job(job.id)).state is JobState.SUCCEEDED


async def test_damaged_database_is_kept_when_a_backup_takes_its_place(
    stored: Stored, running: Settings, settings: Settings, database: Path, tmp_path: Path
) -> None:
    job, file = await stored.succeed(), tmp_path / "one.db"
    await asyncio.to_thread(backup, running, file)
    broken = await damaged(database)
    await asyncio.to_thread(restore, settings, file)
    (kept,) = database.parent.glob("*.replaced")
    assert await asyncio.to_thread(kept.read_bytes) == broken
    async with reopened(settings) as there:
        assert (await there.job(job.id)).state is JobState.SUCCEEDED


async def test_restore_is_refused_while_a_bot_runs(
    stored: Stored, running: Settings, tmp_path: Path
) -> None:
    job, file = await stored.queue(), tmp_path / "one.db"
    await asyncio.to_thread(backup, running, file)
    with pytest.raises(DatabaseUnusable, match="a bot is running on"):
        await asyncio.to_thread(restore, running, file)
    with pytest.raises(DatabaseUnusable, match="another bot is running"):
        await asyncio.to_thread(restored, running)
    assert (await stored.job(job.id)).state is JobState.QUEUED


def _no_database(file: Path) -> None:
    file.write_bytes(b"no database at all, but a file of some length" * 100)


def _of_others(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE jobs (id)")


def _of_the_future(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        for table in ("jobs", "notices", "alembic_version"):
            connection.execute(f"CREATE TABLE {table} (version_num)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999_of_the_future')")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.touch, "not a database of this bot"),
        (_no_database, "no SQLite file"),
        (_of_others, "not a database of this bot"),
        (_of_the_future, "9999_of_the_future"),
    ],
)
async def test_restore_changes_nothing_when_the_file_is_no_backup_of_ours(
    settings: Settings, database: Path, tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    async with reopened(settings) as there:
        job = await there.queue()
    before, file = names(database.parent), tmp_path / "one.db"
    make(file)
    with pytest.raises(DatabaseUnusable, match=reason):
        await asyncio.to_thread(restore, settings, file)
    assert names(database.parent) == before
    async with reopened(settings) as there:
        assert (await there.job(job.id)).state is JobState.QUEUED


async def test_restore_changes_nothing_when_the_backup_is_damaged(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backups" / "one.db"
    await damaged(file)
    with pytest.raises(DatabaseUnusable, match="damaged"):
        await asyncio.to_thread(restore, settings, file)
    assert names(tmp_path) == {"backups"}


async def test_backup_of_an_older_version_is_brought_up_to_date(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "old.db"
    engine = connect(f"sqlite:///{file}")
    async with engine.begin() as connection:
        config = migrations()

        def upgrade(sync_connection: object) -> None:
            config.attributes["connection"] = sync_connection
            command.upgrade(config, known_revisions()[0])

        await connection.run_sync(upgrade)
    await engine.dispose()
    assert checked_revision(file) == known_revisions()[0] != REVISION
    await asyncio.to_thread(restore, settings, file)
    engine = connect(settings.database_url)
    assert await is_current(engine)
    await engine.dispose()
    assert checked_revision(file) == known_revisions()[0]


async def test_database_that_was_copied_back_by_hand_is_marked_by_restored(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with reopened(settings) as there:
        job = await there.queue()
    await asyncio.to_thread(restored, settings)
    assert "left to their members: 1." in capsys.readouterr().out
    async with reopened(settings) as there:
        assert (await there.job(job.id)).state is JobState.FAILED
