"""One sandbox for a whole module: each test brings a request and a channel of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.conforming import assert_conforming
from tests.e2e.kill.scene import Scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A ready bot that may be killed."""
    async with Scene(tmp_path_factory.mktemp("kill")) as opened:
        yield opened
        await opened.bot.stop()
        assert opened.census() == []
    assert_conforming([opened.sandbox])
