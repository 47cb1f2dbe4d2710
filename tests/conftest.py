"""What holds for all tests, and what all may ask for: a database on PostgreSQL."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from multiprocessing.util import get_temp_dir
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from bot.store.database.engine import open_database
from tests.contract import published
from tests.postgres import MISSING, binaries, fresh_database, running_server, wipe

# A busy machine is no reason to fail: each test is bounded by pytest-timeout.
settings.register_profile("any pace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any pace")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what can't be held against anything: `tests/contract` has one test that says so."""
    if published.is_here():
        return
    left_out = {item for item in items if item.get_closest_marker("published")}
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(left_out))


@pytest.fixture(scope="session", autouse=True)
def _temporary_files_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No bot of a test sweeps, or meets, what another bot has on this machine."""
    tmp_path_factory.getbasetemp()  # where pytest always has it, for whoever looks into a failure
    get_temp_dir()  # multiprocessing removes its own, after all else
    with (
        tempfile.TemporaryDirectory(prefix="compose-tests-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patched,
    ):
        Path(folder).chmod(0o711)  # PostgreSQL may be another user
        patched.setenv("TMPDIR", folder)
        patched.setattr(tempfile, "tempdir", folder)
        yield


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
