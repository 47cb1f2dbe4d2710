"""The real bot as its own process, between stand-ins of Discord and of the provider."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.driver import MemberDriver
from sandbox.stack import Sandbox
from tests.databases import experienced_database
from tests.e2e.conforming import assert_conforming
from tests.e2e.forked import BotProcess
from tests.e2e.house import House
from tests.e2e.place import Place
from tests.e2e.shared import quick_sandbox, shared_stage
from tests.e2e.stage import NO_BUDGET, SPEED, Stage

OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Where the tests of a module have their stages, one after the other."""
    async with House(lambda: tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def open_stage(house: House) -> OpenStage:
    """Opens a ready bot in its module's event loop; arguments in capitals are its settings.

    In the end all that the bot and the stand-ins said has to be as the services publish it.
    """

    @asynccontextmanager
    async def opened(*, speed: float = SPEED, **settings: str) -> AsyncIterator[Stage]:
        wish = speed, frozenset(settings.items())
        stage = await house.enter(wish)
        try:
            yield stage
        finally:
            await house.leave(wish)

    return opened


@pytest_asyncio.fixture(loop_scope="module")
async def stage(open_stage: OpenStage) -> AsyncIterator[Stage]:
    """A ready bot with default settings."""
    async with open_stage() as opened:
        yield opened


@pytest.fixture
def open_fresh(tmp_path: Path) -> Iterator[OpenStage]:
    """The same with a bot of the test's own, that nobody has used before."""
    opened_sandboxes: list[Sandbox] = []

    @asynccontextmanager
    async def opened(
        *, speed: float = SPEED, sandbox: Sandbox | None = None, **settings: str
    ) -> AsyncIterator[Stage]:
        database = tmp_path / "compose.db"
        await experienced_database(database)
        async with sandbox or Sandbox(speed=speed) as open_sandbox:
            opened_sandboxes.append(open_sandbox)
            env = open_sandbox.bot_env(database) | NO_BUDGET | settings
            bot = BotProcess(open_sandbox, env, log=tmp_path / "bot.log", folder=tmp_path)
            async with bot:
                await bot.ready()
                yield Stage(open_sandbox, bot, tmp_path)

    yield opened
    assert_conforming(opened_sandboxes)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A ready bot, and a provider that takes a second, for tests in places of their own."""
    async with shared_stage(tmp_path_factory.mktemp("quick"), quick_sandbox()) as opened:
        yield opened


@pytest.fixture
def place(quick_stage: Stage, request: pytest.FixtureRequest) -> Place:
    """A channel and a member of the test's own."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    return Place(quick_stage, name[-30:].strip())


@pytest.fixture
def other(quick_stage: Stage) -> MemberDriver:
    """Somebody who sees the channel, and may no more than that."""
    return quick_stage.member("Chika")


@pytest.fixture
def moderator(quick_stage: Stage) -> MemberDriver:
    return quick_stage.member("Ada")
