"""The schema: made and known without Alembic where it can be, and the same as the tables."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import DatabaseUnusable
from bot.store.database.engine import connect, migrate, open_database
from bot.store.database.migrating import migrations, tables_may_be_replaced
from bot.store.database.schema import is_current, known_revisions
from bot.store.database.tables import jobs, metadata
from tests.bot.store.database.test_engine import ODD_NAME
from tests.factories import Stored

ROOT = Path(__file__).parents[4]
OPENS_A_DATABASE = """
import asyncio, sys
from bot.store.database import engine, schema

async def main():
    async with engine.open_database(sys.argv[1]) as opened:
        print(schema.__file__)
        print(await schema.is_current(opened))
        print("alembic" in sys.modules)

asyncio.run(main())
"""


async def _opened_elsewhere(url: str, folder: Path = ROOT) -> list[str]:
    """What another process finds: the code it ran, whether all is current, and Alembic loaded."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OPENS_A_DATABASE, url),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return said.decode().splitlines()


async def test_schema_is_made_whatever_the_folder_of_the_bot_is_called(tmp_path: Path) -> None:
    place = tmp_path / ODD_NAME
    shutil.copytree(ROOT / "bot", place / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    code = place / "bot" / "store" / "database" / "schema.py"
    said = await _opened_elsewhere("sqlite:///data/compose.db", place)
    assert said == [str(code), "True", "True"]


async def test_alembic_is_not_loaded_when_there_is_nothing_to_migrate(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'compose.db'}"
    async with open_database(url):
        pass
    assert (await _opened_elsewhere(url))[1:] == ["True", "False"]


def test_newest_revision_is_known_without_alembic() -> None:
    scripts = ScriptDirectory.from_config(migrations())
    assert known_revisions()[-1] == scripts.get_current_head()
    assert sorted(known_revisions()) == sorted(s.revision for s in scripts.walk_revisions())
    assert all(len(revision) <= 32 for revision in known_revisions())  # as Alembic stores them


async def test_migrations_make_exactly_the_tables(engine: AsyncEngine) -> None:
    def differences(connection: sa.Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_name_keys_and_limit_indexes_as_the_tables_do(
    engine: AsyncEngine,
) -> None:
    """Alembic compares neither."""

    def described(connection: sa.Connection) -> tuple[set[str], set[str]]:
        inspector = sa.inspect(connection)
        keys, limited = set(), set()
        for table in metadata.tables:
            keys.add(str(inspector.get_pk_constraint(table)["name"]))
            keys |= {str(key["name"]) for key in inspector.get_foreign_keys(table)}
            keys |= {str(key["name"]) for key in inspector.get_unique_constraints(table)}
            for index in inspector.get_indexes(table):
                rows = index.get("dialect_options", {}).get(f"{connection.dialect.name}_where")
                if rows is not None:
                    limited.add(f"{index['name']} {str(rows).strip('()')}")
        return keys, limited

    tables = metadata.tables.values()
    keys = {str(key.name) for table in tables for key in table.constraints}
    async with engine.connect() as connection:
        assert await connection.run_sync(described) == (
            keys,
            {
                "ix_jobs_live_token interaction_token IS NOT NULL",
                "ix_jobs_lookup lookup_due_at IS NOT NULL",
            },
        )


async def test_database_is_current_when_it_was_opened_and_stays_so_when_opened_again(
    engine: AsyncEngine,
) -> None:
    assert await is_current(engine)
    await migrate(engine)
    assert await is_current(engine)


@pytest.mark.parametrize("revision", ["0001", "0009", "9999_of_the_future"])
async def test_database_of_another_version_is_unusable_in_one_line_and_stays_as_it_is(
    database_url: str, revision: str
) -> None:
    async with open_database(database_url):
        pass
    await _set_revision(database_url, revision)
    try:
        with pytest.raises(DatabaseUnusable, match="move it away") as caught:
            async with open_database(database_url):
                pass
        assert revision in str(caught.value)
        assert "\n" not in str(caught.value)
    finally:  # other tests use the server's database, too
        await _set_revision(database_url, known_revisions()[-1])


async def _set_revision(database_url: str, revision: str) -> None:
    engine = connect(database_url)
    async with engine.begin() as connection:
        await connection.execute(
            sa.text("update alembic_version set version_num = :to"), {"to": revision}
        )
    await engine.dispose()


async def test_rows_that_name_others_are_kept_when_a_migration_replaces_their_table(
    engine: AsyncEngine, stored: Stored
) -> None:
    parent = await stored.queue()
    child = await stored.queue(parent_id=parent.id)

    def alter(connection: sa.Connection) -> None:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("jobs") as table:
            table.alter_column("prompt", existing_type=sa.Text, nullable=False)

    async with tables_may_be_replaced(engine), engine.begin() as connection:
        await connection.run_sync(alter)
    assert (await stored.job(child.id)).parent_id == parent.id
    with pytest.raises(sa.exc.IntegrityError):
        async with engine.begin() as connection:
            await connection.execute(sa.delete(jobs).where(jobs.c.id == parent.id))
