"""A database and a clock for each test that asks for them."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_database
from tests.factories import HandClock, Stored


def _sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'compose.db'}"


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path: Path) -> str:
    """The address of an empty database; one run of the store's tests for each kind."""
    return _sqlite_url(tmp_path)


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(database_url) as engine:
        yield engine


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def stored(engine: AsyncEngine, clock: HandClock) -> Stored:
    return Stored(engine, clock)


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
