"""Alembic's part: running the migrations. To be loaded only when there are some to run."""

import contextlib
from collections.abc import AsyncIterator

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database.advisory_locks import AdvisoryLock, advisory_lock
from bot.store.database.schema import MIGRATIONS


def migrations() -> Config:
    """Alembic's settings. It reads them as a configuration file's, where `%` needs doubling."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Run what has not run yet; processes that do so at once wait for each other."""

    def run(connection: sa.Connection) -> None:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with tables_may_be_replaced(engine), engine.begin() as connection:
        await advisory_lock(connection, AdvisoryLock.MIGRATING)
        await connection.run_sync(run)


@contextlib.asynccontextmanager
async def tables_may_be_replaced(engine: AsyncEngine) -> AsyncIterator[None]:
    """SQLite changes a table by writing it again, which its foreign keys would not let pass.

    They can be switched only outside of a transaction. Source: SQLite docs, ALTER TABLE > Making
    Other Kinds Of Table Schema Changes.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    await _switch_foreign_keys(engine, "OFF")
    try:
        yield
    finally:
        await _switch_foreign_keys(engine, "ON")


async def _switch_foreign_keys(engine: AsyncEngine, to: str) -> None:
    """For the one connection that the pool keeps."""
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        if raw.driver_connection is None:
            raise AssertionError("a connection without its driver's")
        await raw.driver_connection.execute(f"PRAGMA foreign_keys = {to}")
