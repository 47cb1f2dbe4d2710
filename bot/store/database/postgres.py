"""PostgreSQL's engine. To be loaded only for such a database: its driver takes time and memory."""

from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import DatabaseTrouble
from bot.store.database.database_errors import in_words
from bot.store.database.pooling import WITHOUT_PREPARED

# Small plans at hosters allow 20 connections in all; one more listens (`wakeup_channel`).
POOL_SIZE = 8
CONNECT_TIMEOUT_S = 10
COMMAND_TIMEOUT_S = 60


def postgres_engine(url: URL, *, pooled: bool, **options: Any) -> AsyncEngine:
    """An engine that has not connected yet, with further `options` of SQLAlchemy's.

    `pooled` by transaction, it leaves nothing behind on the server (`bot.store.database.pooling`).
    """
    engine = create_async_engine(
        url,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": COMMAND_TIMEOUT_S,
            **(WITHOUT_PREPARED if pooled else {}),
        },
        **options,
    )
    sa.event.listen(engine.sync_engine, "do_connect", _connect)
    return engine


def _connect(dialect: sa.Dialect, _record: Any, arguments: Any, options: dict[str, Any]) -> Any:
    """A server that can't be reached is no error of SQLAlchemy's."""
    try:
        return dialect.connect(*arguments, **options)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, sa.exc.DBAPIError) as error:
        raise DatabaseTrouble(in_words(error)) from error
