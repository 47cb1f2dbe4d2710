"""A long time between two lives of the bot, for a database that no bot has open."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

LONG = timedelta(minutes=30)
"""Discord has forgotten nonces and interaction tokens by then."""


def age(database: Path, by: timedelta) -> None:
    """Shift every point in time that is stored in a SQLite file into the past."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.create_function("aged", 1, lambda value: _aged(value, by))
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for column in _times(connection, table):
                connection.execute(f"UPDATE {table} SET {column} = aged({column})")  # noqa: S608


def _times(connection: sqlite3.Connection, table: str) -> list[str]:
    columns = connection.execute(f"PRAGMA table_info({table})")
    return [name for _, name, kind, *_ in columns if kind in {"DATETIME", "TIMESTAMP"}]


def _aged(value: str | None, by: timedelta) -> str | None:
    if value is None:
        return None
    return (datetime.fromisoformat(value) - by).isoformat(" ", "microseconds")
