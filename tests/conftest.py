"""What tests of every kind may ask for: a database on PostgreSQL."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bot.store.database.engine import open_database
from tests.postgres import MISSING, binaries, fresh_database, running_server, wipe


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server: the one of TEST_POSTGRES_URL, or one of our own."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    if binaries() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with running_server() as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _postgres_database(postgres_server: str) -> AsyncIterator[str]:
    """One database with the schema, for all tests that leave nothing but rows behind."""
    async with fresh_database(postgres_server) as url:
        async with open_database(url):
            pass
        yield url


@pytest.fixture
async def postgres_url(_postgres_database: str) -> AsyncIterator[str]:
    """The address of a PostgreSQL database that has the schema, and nothing in it."""
    yield _postgres_database
    await wipe(_postgres_database)
