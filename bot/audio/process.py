"""A worker process as the bot sees it: one errand at a time, one line each way."""

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any, Self

import bot
from bot.errors import ComposeError, WorkshopTrouble, in_short

ANSWER_LIMIT_BYTES = 1 << 20
ENDS_WITHIN_S = 1.0  # once its side of the pipe is closed
BY_FORCE = -9  # as the system ends what takes too much memory of the machine; no limit of ours does
ROOT = Path(bot.__file__).parents[1]
# A worker needs no more of the environment, and least of all the bot's secrets.
PASSED_ON = {
    "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH",
    "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV",
}  # fmt: skip


class WorkerLost(ComposeError):
    """The process ended without an answer: it crashed, or was ended for what it used.

    `by_force` says that somebody else ended it, for a reason that may have nothing to do with it.
    """

    def __init__(self, message: str, *, by_force: bool = False) -> None:
        super().__init__(message)
        self.by_force = by_force


class WorkerProcess:
    """One process. After anything but an answer it is of no more use: `end` it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._reading = asyncio.Lock()

    @classmethod
    async def start(cls) -> Self:
        """Start one; raises `WorkshopTrouble` if the system won't."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot.audio.worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=ANSWER_LIMIT_BYTES,
                cwd=ROOT,
                env=_environment(),
                start_new_session=True,  # Ctrl-C in a terminal is for the bot
            )
        except OSError as error:
            raise WorkshopTrouble(f"no worker can be started: {in_short(error)}") from None
        return cls(process)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it is gone already."""
        return self._process.returncode is not None

    async def ask(self, errand: dict[str, Any]) -> bytes:
        """The answer to one errand; raises `WorkerLost`."""
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        try:
            self._process.stdin.write(json.dumps(errand).encode() + b"\n")
            await self._process.stdin.drain()
            async with self._reading:
                return await self._process.stdout.readuntil()
        except asyncio.LimitOverrunError as error:
            raise WorkerLost(in_short(error)) from None
        except (OSError, EOFError) as error:
            raise WorkerLost(in_short(error), by_force=await self._ended_by_force()) from None

    async def _ended_by_force(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDS_WITHIN_S):
                await self._process.wait()
        return self._process.returncode == BY_FORCE

    async def end(self) -> None:
        """Kill it, and wait until nothing is left of it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.close()
        async with self._reading:  # whoever waits for an answer learns first that none comes
            with contextlib.suppress(OSError):
                await self._process.stdout.read()  # or its pipe would stay open
        await self._process.wait()


def _environment() -> dict[str, str]:
    passed_on = {name: value for name, value in os.environ.items() if name in PASSED_ON}
    # Threads of linear algebra would claim memory for each core; there is none to do.
    return passed_on | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
