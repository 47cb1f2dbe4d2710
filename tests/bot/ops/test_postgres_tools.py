"""PostgreSQL: moving there from SQLite, and coming back from a dump."""

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import utc_now
from bot.domain.jobs import JobState, NoticeKind
from bot.errors import DatabaseUnusable, WrongUse
from bot.ops.backup import backup
from bot.ops.move import move
from bot.ops.restore import restore, restored
from bot.settings import Settings
from bot.store.database.engine import connect, open_database
from bot.store.database.tables import jobs, metadata, notices
from bot.store.held_store import KeptAudio
from bot.store.process_store import ProcessStore
from tests.bot.ops.test_doctor import settings_of
from tests.factories import NO_LIMITS, HandClock, Stored, a_new_job
from tests.postgres import binaries, fresh_database

BLOB = bytes(range(256)) * 4096


@pytest.fixture
async def empty_url(postgres_server: str) -> AsyncIterator[str]:
    """The address of a database without tables."""
    async with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def source(tmp_path: Path) -> Settings:
    return settings_of(f"sqlite:///{tmp_path / 'old' / 'compose.db'}")


async def fill(settings: Settings) -> dict[str, int]:
    """Some of everything: jobs that name others, blobs, odd texts; how many rows of each table."""
    async with open_database(settings.database_url) as engine:
        stored = Stored(engine, HandClock(utc_now()))
        await ProcessStore(engine, "one").beat(stored.clock())
        parent = await stored.succeed()
        stored.clock.advance(-60)  # a host's clock that was put back
        child = await stored.succeed(parent_id=parent.id)
        failed = await stored.fail(reason="“odd”, 🎷 and ünïcode")
        await stored.fail(retry_of=failed.id)
        new = a_new_job(variations=3)
        await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
        kept = KeptAudio(file_name="a.wav", content=BLOB)
        assert await stored.stores.held.keep(parent.id, kept, stored.clock())
        await stored.stores.likes.toggle(child.id, 7, stored.clock())
        await stored.share(parent, 1, guild_id=2, message_id=3)
        for _ in range(1100):  # more than one batch
            await stored.receive()
        return await counts(engine)


async def counts(engine: AsyncEngine) -> dict[str, int]:
    async with engine.connect() as connection:
        return {
            table.name: (
                await connection.execute(sa.select(sa.func.count()).select_from(table))
            ).scalar_one()
            for table in metadata.sorted_tables
        }


async def rows(engine: AsyncEngine, table: sa.Table) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        ordered = sa.select(table).order_by(*table.primary_key.columns)
        return [tuple(row) for row in await connection.execute(ordered)]


async def test_everything_is_there_after_a_move_and_new_rows_go_on_from_it(
    source: Settings, empty_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = await fill(source)
    await move(source, empty_url)
    said = capsys.readouterr().out
    assert f"{expected['jobs']} jobs" in said
    assert str(urlsplit(empty_url).password) not in said
    async with open_database(source.database_url) as old, open_database(empty_url) as new:
        assert await counts(new) == expected
        for table in metadata.sorted_tables:
            assert await rows(new, table) == await rows(old, table)
        stored = Stored(new, HandClock(utc_now()))
        await ProcessStore(new, "one").beat(stored.clock())
        job = await stored.receive()
        assert await stored.notices.add(job.id, NoticeKind.DELAYED, stored.clock())
        last = sa.select(sa.func.max(notices.c.id))
        async with old.connect() as connection:
            assert (await stored.notice(job.id, NoticeKind.DELAYED)).id == (
                await connection.execute(last)
            ).scalar_one() + 1


async def test_empty_database_can_be_moved_and_used(source: Settings, empty_url: str) -> None:
    async with open_database(source.database_url):
        pass
    await move(source, empty_url)
    async with open_database(empty_url) as engine:
        stored = Stored(engine, HandClock(utc_now()))
        await ProcessStore(engine, "one").beat(stored.clock())
        job = await stored.succeed()
        assert (await stored.notice(job.id)).id == 1


async def test_move_is_refused_when_the_target_has_rows_and_both_stay_as_they_are(
    source: Settings, empty_url: str
) -> None:
    await fill(source)
    async with open_database(empty_url) as engine:
        await Stored(engine, HandClock(utc_now())).receive()
        before = await rows(engine, jobs)
    with pytest.raises(WrongUse, match=r"not empty \(jobs\)") as caught:
        await move(source, empty_url)
    assert str(urlsplit(empty_url).password) not in str(caught.value)
    async with open_database(empty_url) as engine:
        assert await rows(engine, jobs) == before


async def test_move_is_refused_while_a_bot_runs(source: Settings, empty_url: str) -> None:
    await fill(source)
    async with open_database(source.database_url):
        with pytest.raises(DatabaseUnusable, match="another bot is running"):
            await move(source, empty_url)


async def test_nothing_is_copied_when_one_row_is_not_taken(
    source: Settings, empty_url: str
) -> None:
    await fill(source)
    async with open_database(source.database_url) as engine, engine.begin() as connection:
        longer = sa.update(jobs).values(model="x" * 65)  # SQLite counts no characters
        await connection.execute(longer.where(jobs.c.state == JobState.FAILED))
    with pytest.raises(DatabaseUnusable, match="nothing was copied"):
        await move(source, empty_url)
    async with open_database(empty_url) as engine:
        assert set((await counts(engine)).values()) == {0}


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://bot:hunter2@x@127.0.0.1/name", "is not of the form"),
        ("mysql://bot:hunter2@127.0.0.1/name", "is neither"),
        ("sqlite:///other.db", "PostgreSQL"),
    ],
)
async def test_wrong_address_is_told_without_its_password(
    source: Settings, address: str, reason: str
) -> None:
    async with open_database(source.database_url):
        pass
    with pytest.raises(WrongUse, match=reason) as caught:
        await move(source, address)
    assert "hunter2" not in str(caught.value)


async def test_server_that_is_away_is_told_without_its_password(
    source: Settings, unused_port: int
) -> None:
    async with open_database(source.database_url):
        pass
    with pytest.raises(DatabaseUnusable, match="can't be reached") as caught:
        await move(source, f"postgresql://bot:hunter2@127.0.0.1:{unused_port}/compose")
    assert "hunter2" not in str(caught.value)


async def test_move_is_refused_when_there_is_no_sqlite_file_to_copy(
    source: Settings, empty_url: str
) -> None:
    with pytest.raises(DatabaseUnusable, match="no database yet"):
        await move(source, empty_url)
    with pytest.raises(WrongUse, match="has to be the SQLite file"):
        await move(settings_of(empty_url), empty_url)


async def test_lines_that_are_told_dump_and_restore_and_restored_marks_what_came_back(
    postgres_server: str, empty_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a backup.dump"
    async with fresh_database(postgres_server) as url:
        async with open_database(url) as engine:
            stored = Stored(engine, HandClock(utc_now()))
            waiting = await stored.queue()
        await asyncio.to_thread(run_line, told(backup, url, file), url)
    await asyncio.to_thread(run_line, told(restore, empty_url, file), empty_url)
    await asyncio.to_thread(restored, settings_of(empty_url))
    assert "left to their members: 1." in capsys.readouterr().out
    engine = connect(empty_url)
    failed = await Stored(engine, HandClock()).job(waiting.id)
    assert failed.state is JobState.FAILED
    await engine.dispose()


def told(tool: object, url: str, file: Path) -> str:
    """The line that is to be typed instead; it has no password in it."""
    with pytest.raises(WrongUse) as caught:
        tool(settings_of(url), file)  # type: ignore[operator]
    said = str(caught.value)
    assert str(urlsplit(url).password) not in said
    found = re.search(r"program: (.+?)(?: && python -m bot restored)?$", said)
    assert found
    return found[1]


def run_line(line: str, url: str) -> None:
    programs = binaries()
    assert programs
    env = {"PATH": f"{programs}:{os.environ['PATH']}"}
    env["PGPASSWORD"] = str(urlsplit(url).password)
    subprocess.run(line, shell=True, check=True, env=env, timeout=60)  # noqa: S602


async def test_restored_is_refused_while_a_bot_runs_on_the_server(empty_url: str) -> None:
    async with open_database(empty_url) as engine:
        processes = ProcessStore(engine, "one")
        await processes.beat(utc_now())
        with pytest.raises(DatabaseUnusable, match="a bot is running"):
            await asyncio.to_thread(restored, settings_of(empty_url))
        await processes.leave()
        await asyncio.to_thread(restored, settings_of(empty_url))
