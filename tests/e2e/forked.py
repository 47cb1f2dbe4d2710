"""Bots whose modules are loaded already: that is nine tenths of what the start of one costs.

Each is forked from a process that has loaded them, and is the whole bot from `main` on. Starting
`python -m bot` itself is for `test_running.py`.
"""

import asyncio
import multiprocessing
import os
import pkgutil
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess

from cogs import ui
from sandbox import stack
from tests.e2e.fork import be_the_bot

LATER = ("aiosqlite", "babel.dates", "babel.messages.mofile")  # once the bot runs
# All but the cogs themselves: discord.py loads these anyway, whether they are loaded or not.
LOADED = [
    "bot.__main__",
    "bot.app",
    *LATER,
    *(module.name for module in pkgutil.walk_packages(ui.__path__, "cogs.ui.")),
]
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(LOADED)


class BotProcess(stack.BotProcess):
    """The bot as a child process that is ready in a moment."""

    async def _spawn(self, env: Mapping[str, str]) -> stack.Process:
        self._open_log().close()
        module = "bot.__main__" if self._module == "bot" else self._module
        process = FORKING.Process(
            target=be_the_bot, args=(dict(env), self._folder, self.log, module)
        )
        await asyncio.to_thread(process.start)
        return _Forked(process)


class _Forked:
    """As `asyncio.subprocess.Process` has it."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    def _end(self) -> None:
        self._ended.get_loop().remove_reader(self._process.sentinel)
        self._ended.set_result(None)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        await asyncio.shield(self._ended)
        self._process.join()
        return self._process.exitcode or 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)
