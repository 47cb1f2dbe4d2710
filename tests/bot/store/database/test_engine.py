"""Addresses as hosters hand them out, and databases that can't be used."""

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import DatabaseUnusable
from bot.store.database.engine import engine_url, open_database, sqlite_file
from bot.store.database.tables import jobs
from tests.factories import HandClock, Stored, a_new_job

SECRET = "s3cret-pass"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_hosters_address_becomes_one_for_asyncpg(scheme: str) -> None:
    url = engine_url(f"{scheme}://me:{SECRET}@db.example:5433/compose?sslmode=require")
    assert url.drivername == "postgresql+asyncpg"
    assert dict(url.query) == {"ssl": "require"}
    assert (url.host, url.port, url.database) == ("db.example", 5433, "compose")
    assert url.password == SECRET


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ("", {}),
        ("?sslmode=verify-full", {"ssl": "verify-full"}),
        ("?application_name=compose&connect_timeout=5", {}),
        ("?channel_binding=require&sslmode=require", {"ssl": "require"}),
        ("?pgbouncer=true&sslmode=disable", {"ssl": "disable"}),
    ],
)
def test_options_that_only_libpq_knows_are_left_out(options: str, kept: dict[str, str]) -> None:
    url = engine_url(f"postgres://me@db.example/compose{options}")
    assert dict(url.query) == kept


@pytest.mark.parametrize(
    ("address", "file"), [("sqlite:///a/b.db", "a/b.db"), ("sqlite:////a/b.db", "/a/b.db")]
)
def test_sqlite_address_names_a_file(address: str, file: str) -> None:
    url = engine_url(address)
    assert (url.drivername, url.database) == ("sqlite+aiosqlite", file)


ODD_NAME = "100% #1? 50%20 %(here)s 'ü' \"x\" [a]&b;$HOME"


async def test_sqlite_file_lies_where_it_was_said_whatever_its_folder_is_called(
    tmp_path: Path,
) -> None:
    file = tmp_path / ODD_NAME / "compose.db"
    async with open_database(f"sqlite:///{file}"):
        assert file.is_file()
    assert sqlite_file(f"sqlite:///{file}") == file
    assert (tmp_path / ODD_NAME).is_dir()


async def test_jobs_are_still_there_when_the_database_is_opened_again(
    database_url: str, clock: HandClock
) -> None:
    async with open_database(database_url) as engine:
        job = await Stored(engine, clock).queue()
    async with open_database(database_url) as engine:
        assert await Stored(engine, clock).job(job.id) == job


async def test_sqlite_file_is_unusable_when_another_bot_has_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/compose.db"
    async with open_database(url):
        with pytest.raises(DatabaseUnusable, match="another bot"):
            async with open_database(url):
                pass
    async with open_database(url):
        pass


async def test_folders_are_made_when_a_sqlite_file_is_new(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "compose.db"
    async with open_database(f"sqlite:///{file}"):
        assert file.is_file()


async def test_file_that_is_no_database_is_unusable_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "compose.db"
    file.write_text("dear diary, " * 200)
    with pytest.raises(DatabaseUnusable) as caught:
        async with open_database(f"sqlite:///{file}"):
            pass
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_text().startswith("dear diary")


async def test_folder_that_is_a_file_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DatabaseUnusable, match="DATABASE_URL"):
        async with open_database(f"sqlite:///{tmp_path}/data/compose.db"):
            pass


async def test_server_that_does_not_listen_is_unusable_and_its_password_is_not_shown(
    unused_port: int,
) -> None:
    address = f"postgresql://me:{SECRET}@127.0.0.1:{unused_port}/compose"
    with pytest.raises(DatabaseUnusable) as caught:
        async with open_database(address):
            pass
    assert SECRET not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


async def test_naive_datetime_is_refused_when_it_is_stored(stored: Stored) -> None:
    new = a_new_job()
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - that is the point
    with pytest.raises(sa.exc.StatementError, match="naive"):
        await stored.jobs.accept(new.id, None, naive)


async def test_error_shows_nothing_of_what_was_to_be_stored(engine: AsyncEngine) -> None:
    row = vars(a_new_job(interaction_token=SECRET))
    row = {name: value for name, value in row.items() if name in jobs.c}
    with pytest.raises(sa.exc.IntegrityError) as caught:
        async with engine.begin() as connection:
            await connection.execute(sa.insert(jobs).values(**row))
    assert SECRET not in str(caught.value)
