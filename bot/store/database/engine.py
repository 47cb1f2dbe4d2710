"""Opening the database: its address and its connections."""

import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import DatabaseTrouble, DatabaseUnusable
from bot.machine import file_modes as private
from bot.store.database.database_errors import in_words
from bot.store.database.instance_lock import instance_lock
from bot.store.database.schema import is_current

SQLITE = "sqlite:///"
BUSY_TIMEOUT_S = 5
POOL_TIMEOUT_S = 60
ONLY_READS = "only_reads"
POOLED = (
    "the database's address leads to a pooler that gives each transaction another connection. "
    "The bot works with it, but slower. Use session pooling, or the direct address"
)
_OURS = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError)

log = logging.getLogger(__name__)


def engine_url(database_url: str) -> URL:
    """The address as SQLAlchemy wants it, with the asyncio driver.

    What follows `sqlite:///` is the file's path, to the letter: a folder may be called anything.

    Hosters hand out `postgres://…?sslmode=require`; asyncpg calls that option `ssl`. What else
    they add is meant for libpq and left out (`application_name`, `channel_binding`): SQLAlchemy
    would hand it to `asyncpg.connect` as an argument, which takes none of that name.
    """
    if database_url.startswith(SQLITE):
        return URL.create("sqlite+aiosqlite", database=database_url.removeprefix(SQLITE))
    url = make_url(database_url)
    query = {"ssl": url.query["sslmode"]} if "sslmode" in url.query else {}
    return url.set(drivername="postgresql+asyncpg", query=query)


def without_password(database_url: str) -> str:
    """The address of a PostgreSQL server, as its own programs take it."""
    url = make_url(database_url)
    query = {name: url.query[name] for name in ("sslmode",) if name in url.query}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def sqlite_file(database_url: str) -> Path | None:
    """The absolute path of a SQLite database; `None` for a database that is no file."""
    url = engine_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database).resolve()


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema up to date; safe to call on each start, in several processes at once.

    Raises `DatabaseTrouble` where the schema is one that we don't know.
    """
    if await is_current(engine):
        return
    from bot.store.database.migrating import upgrade  # noqa: PLC0415  # loads Alembic

    await upgrade(engine)


@contextlib.asynccontextmanager
async def open_database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The engine, with the schema brought up to date; raises `DatabaseUnusable`."""
    pooled = await is_pooled(database_url)
    if pooled:
        log.warning("%s", POOLED)
    engine = connect(database_url, pooled=pooled)
    try:
        with instance_lock(engine.url):
            _keep_to_this_user(engine.url)
            try:
                await migrate(engine)
            except (DatabaseTrouble, sa.exc.SQLAlchemyError, OSError) as error:
                raise DatabaseUnusable(_why(engine.url, error)) from error
            yield engine
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def open_as_it_is(database_url: str) -> AsyncIterator[AsyncEngine | None]:
    """The database for those who only read, beside a bot; `None` without tables of this version.

    Raises `DatabaseUnusable`, `DatabaseTrouble` and what the driver does. A SQLite file that is
    missing is not made.
    """
    file = sqlite_file(database_url)
    if file and not file.exists():
        yield None
        return
    engine = connect(database_url, pooled=await is_pooled(database_url))
    readers = reading(engine)
    try:
        yield readers if await is_current(readers) else None
    finally:
        await engine.dispose()


async def is_pooled(database_url: str) -> bool:
    """Whether a pooler shares the server's connections out by transaction. Raises nothing."""
    url = engine_url(database_url)
    if url.get_backend_name() == "sqlite":
        return False
    from bot.store.database.pooling import pools_by_transaction  # noqa: PLC0415  # loads asyncpg

    return await pools_by_transaction(url)


def _keep_to_this_user(url: URL) -> None:
    """SQLite's files, which hold every prompt. What it puts beside the database has its rights."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return
    file = Path(url.database).resolve()
    private.make_file(file)
    for beside in ("", "-wal", "-shm", "-journal"):
        private.close_to_others(file.with_name(f"{file.name}{beside}"))


class _Pool(sa.AsyncAdaptedQueuePool):
    """Says in our words that no connection came free: this error passes no event."""

    def _do_get(self) -> Any:
        try:
            return super()._do_get()
        except sa.exc.TimeoutError as error:
            raise DatabaseTrouble("does not keep up: no connection came free") from error


def connect(database_url: str, *, pooled: bool = False) -> AsyncEngine:
    """An engine that has not connected yet. Folders of a SQLite file are made.

    `pooled` by transaction, it leaves nothing behind on the server (`bot.store.database.pooling`).
    """
    url = engine_url(database_url)
    options: dict[str, Any] = {
        "poolclass": _Pool,
        "max_overflow": 0,
        "pool_timeout": POOL_TIMEOUT_S,
        "hide_parameters": True,  # tokens and prompts are nothing for a traceback
    }
    if url.get_backend_name() == "sqlite":
        engine = _sqlite_engine(url, options)
    else:
        from bot.store.database.postgres import postgres_engine  # noqa: PLC0415  # loads asyncpg

        engine = postgres_engine(url, pooled=pooled, **options)
    sa.event.listen(engine.sync_engine, "handle_error", _translate)
    return engine


def reading(engine: AsyncEngine) -> AsyncEngine:
    """The same database, for those who only read: a transaction sees what was there at its start.

    It holds up nobody who writes.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{ONLY_READS: True})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_engine(url: URL, options: dict[str, Any]) -> AsyncEngine:
    if url.database:
        try:
            private.make_folder(Path(url.database).parent)
        except OSError as error:
            raise DatabaseUnusable(_why(url, error)) from error
    # One connection: SQLite has one writer anyway, and waiting for a turn here is fairer and
    # cheaper than its busy loop.
    engine = create_async_engine(url, pool_size=1, **options)
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _translate(context: sa.ExceptionContext) -> None:
    """Our own error for what may go away by itself; mistakes of ours stay what they are."""
    error = context.sqlalchemy_exception or context.original_exception
    if isinstance(error, OSError):  # a time-out, say: what the server still sends fits no question
        context.is_disconnect = True
    if isinstance(error, sa.exc.DBAPIError | OSError) and not isinstance(error, _OURS):
        raise DatabaseTrouble(in_words(error)) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Durable commits, readers beside the writer, and transactions that we begin ourselves."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    """Take the write lock at once: a transaction that reads first could not upgrade later."""
    only_reads = connection.get_execution_options().get(ONLY_READS, False)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _why(url: URL, error: BaseException) -> str:
    reason = str(error) if isinstance(error, DatabaseTrouble) else in_words(error)
    return f"the database {shown(url)} {reason}"


def shown(url: URL) -> str:
    """The address for people: no password, and no options, which might hold one."""
    bare = url.set(drivername=url.get_backend_name(), query={})
    return bare.render_as_string(hide_password=True)
