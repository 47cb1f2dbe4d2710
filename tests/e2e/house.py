"""Running bots for the tests of a module, each of which finds its stage as if just opened.

Servers, members and channels are new for each test, under the same names; the provider has
forgotten its generations, and no fault is left. A test that leaves something unfinished takes its
bot with it: the next test gets another one.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.discord.seed import repopulate
from sandbox.stack import Sandbox
from tests.databases import experienced_database
from tests.e2e.conforming import assert_conforming
from tests.e2e.forked import BotProcess
from tests.e2e.stage import NO_BUDGET, SPEED, Stage

IDLE_WITHIN_S = 4.0
LOOK_EVERY_S = 0.02
AT_ONCE = 1e9
UNFINISHED = """
    SELECT 1 FROM jobs WHERE state NOT IN ('succeeded', 'failed', 'cancelled')
    UNION ALL SELECT 1 FROM notices WHERE told_at IS NULL AND rung IS NULL
"""

Wish = tuple[float, frozenset[tuple[str, str]]]
"""The provider's speed, and the bot's settings."""


@dataclass(frozen=True)
class Room:
    """A bot between its stand-ins, and all that ends with it."""

    stage: Stage
    speed: float
    ending: AsyncExitStack


class House:
    """Opens a sandbox with a bot when a test first asks for one, and closes it with the block."""

    def __init__(self, new_folder: Callable[[], Path]) -> None:
        self._new_folder = new_folder
        self._sandboxes: list[Sandbox] = []
        self._rooms: dict[Wish, Room] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for wish in list(self._rooms):
            await self._close(wish)
        assert_conforming(self._sandboxes)

    async def enter(self, wish: Wish) -> Stage:
        """Nothing has happened on it yet."""
        if room := self._rooms.get(wish):
            repopulate(room.stage.world)
            return Stage(room.stage.sandbox, room.stage.bot, room.stage.folder)
        for other in set(self._rooms) - {(SPEED, frozenset())}:  # nobody comes back to these
            await self._close(other)
        return (await self._open(wish)).stage

    async def leave(self, wish: Wish) -> None:
        """The test has ended: what it left comes to its end, or the bot goes."""
        room = self._rooms[wish]
        provider = room.stage.provider
        for stand_in in (room.stage.discord, provider):
            stand_in.scenario.clear()
        provider.forget()
        provider.speed = AT_ONCE
        if not await _is_idle(room.stage):
            await self._close(wish)
        provider.speed = room.speed
        provider.forget()

    async def _open(self, wish: Wish) -> Room:
        speed, settings = wish
        folder, sandbox = self._new_folder(), Sandbox(speed=speed)
        database = folder / "compose.db"
        await experienced_database(database)
        async with AsyncExitStack() as opening:
            await opening.enter_async_context(sandbox)
            self._sandboxes.append(sandbox)
            env = sandbox.bot_env(database) | NO_BUDGET | dict(settings)
            bot = BotProcess(sandbox, env, log=folder / "bot.log", folder=folder)
            await opening.enter_async_context(bot)
            await bot.ready()
            room = Room(Stage(sandbox, bot, folder), speed, opening.pop_all())
        self._rooms[wish] = room
        return room

    async def _close(self, wish: Wish) -> None:
        await self._rooms.pop(wish).ending.aclose()


async def _is_idle(stage: Stage) -> bool:
    """Whether the bot runs, and has nothing left to do. A database tells nobody of changes."""
    try:
        async with asyncio.timeout(IDLE_WITHIN_S):
            while _is_busy(stage.folder / "compose.db"):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        return False
    return stage.bot.exit_code is None and bool(stage.discord.gateway.connected_shards())


def _is_busy(database: Path) -> bool:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(UNFINISHED).fetchone() is not None
