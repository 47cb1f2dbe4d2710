"""A database, a clock and a provider for each test that asks for them."""

import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.provider.client import Provider
from bot.store.database.engine import open_database, sqlite_file
from bot.store.process_store import ProcessStore
from sandbox.aimlapi import KEY, AimlapiStandIn, Audio, Generation
from tests.bot.provider.clips import WAV
from tests.databases import do_not_sync, migrated_database
from tests.factories import HandClock, Stored


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The address of an empty database; the store's own tests ask for more than one kind."""
    return f"sqlite:///{tmp_path / 'compose.db'}"


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    if file := sqlite_file(database_url):
        await migrated_database(file)
    async with open_database(database_url) as engine:
        await do_not_sync(engine)
        yield engine


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def stored(engine: AsyncEngine, clock: HandClock) -> Stored:
    """The stores of one process; others stay alive however far a test moves the clock."""
    for worker_id in ("one", "two"):
        await ProcessStore(engine, worker_id).beat(clock() + timedelta(days=365))
    return Stored(engine, clock)


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _clip(_: Generation) -> Audio:
    return Audio(WAV)


@pytest.fixture
async def stand_in() -> AsyncIterator[AimlapiStandIn]:
    """The provider's stand-in, with a short clip for music."""
    async with AimlapiStandIn(render=_clip) as stand_in:
        yield stand_in


@pytest.fixture
async def provider(stand_in: AimlapiStandIn) -> AsyncIterator[Provider]:
    async with Provider.open(stand_in.url, KEY) as provider:
        yield provider
