"""What a database error means, said of real ones."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.store.database.database_errors import in_words


def failing(connection: sqlite3.Connection, statement: str) -> OperationalError:
    with contextlib.closing(connection), pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute(statement)
    return OperationalError(statement, {}, caught.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "compose.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    return path


def test_read_only_file_is_named_with_a_way_out(file: Path) -> None:
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    said = in_words(failing(connection, "INSERT INTO t VALUES (1)"))
    assert "read-only" in said
    assert "right to write" in said


def test_full_disk_is_named_with_a_way_out(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA max_page_count = 2")
    said = in_words(failing(connection, "INSERT INTO t VALUES (zeroblob(100000))"))
    assert "the disk is full" in said
    assert "make room" in said


def test_lock_of_another_program_is_named_with_a_way_out(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = in_words(failing(sqlite3.connect(file, timeout=0), "INSERT INTO t VALUES (1)"))
    assert "locked by another program" in said


def test_statement_and_values_are_not_repeated(file: Path) -> None:
    error = failing(sqlite3.connect(file), "SELECT secret FROM nowhere")
    assert "secret" not in in_words(error)
