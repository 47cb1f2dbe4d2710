"""One sandbox and one bot for the tests of a module, each of which finds them as if just opened.

Servers, members and channels are new for each test, under the same names; the provider has
forgotten its generations, and no fault is left. A test that leaves something unfinished takes its
bot with it: the next test gets another one.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.discord.seed import repopulate
from sandbox.stack import BotProcess, Sandbox
from tests.e2e.conforming import assert_conforming
from tests.e2e.experience import experienced_database
from tests.e2e.stage import SPEED, Stage

IDLE_WITHIN_S = 2.0
LOOK_EVERY_S = 0.02
UNFINISHED = """
    SELECT 1 FROM jobs WHERE state NOT IN ('succeeded', 'failed', 'cancelled')
    UNION ALL SELECT 1 FROM notices WHERE told_at IS NULL AND rung IS NULL
"""


class House:
    """Opens a sandbox with a bot when a test asks for a stage, and closes it with the block."""

    def __init__(self, new_folder: Callable[[], Path]) -> None:
        self._new_folder = new_folder
        self._sandboxes: list[Sandbox] = []
        self._open = AsyncExitStack()
        self._stage: Stage | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._close()
        assert_conforming(self._sandboxes)

    async def stage(self) -> Stage:
        """Nothing has happened on it yet."""
        if self._stage is None:
            self._stage = await self._opened()
        else:
            repopulate(self._stage.world)
        return Stage(self._stage.sandbox, self._stage.bot, self._stage.folder)

    async def leave(self) -> None:
        """A test has ended."""
        assert self._stage is not None
        for stand_in in (self._stage.discord, self._stage.provider):
            stand_in.scenario.clear()
        if await self._is_idle(self._stage):
            self._stage.provider.forget()
        else:
            await self._close()

    async def _opened(self) -> Stage:
        folder, sandbox = self._new_folder(), Sandbox(speed=SPEED)
        await experienced_database(folder / "compose.db")
        await self._open.enter_async_context(sandbox)
        self._sandboxes.append(sandbox)
        env = sandbox.bot_env(folder / "compose.db")
        bot = BotProcess(sandbox, env, log=folder / "bot.log", folder=folder)
        await self._open.enter_async_context(bot)
        await bot.ready()
        return Stage(sandbox, bot, folder)

    async def _is_idle(self, stage: Stage) -> bool:
        """Whether it runs, and has nothing left to do. A database tells nobody of changes."""
        try:
            async with asyncio.timeout(IDLE_WITHIN_S):
                while _is_busy(stage.folder / "compose.db"):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            return False
        return stage.bot.exit_code is None and bool(stage.discord.gateway.connected_shards())

    async def _close(self) -> None:
        self._stage = None
        await self._open.aclose()


def _is_busy(database: Path) -> bool:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(UNFINISHED).fetchone() is not None
