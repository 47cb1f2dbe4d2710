"""A worker process as the bot sees it: one errand at a time, one line each way."""

import asyncio
import contextlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import TypeAdapter, ValidationError

import bot
from bot.audio.cage.work_folder import WorkFolder
from bot.errors import ComposeError, WorkshopTrouble, in_short

ANSWER_LIMIT_BYTES = 1 << 20
ENDS_WITHIN_S = 1.0  # once its side of the pipe is closed
BY_FORCE = -9  # as the system ends what takes too much memory of the machine; no limit of ours does
NOTHING: dict[str, Any] = {"do": "nothing", "cpu_s": 1}
MODULE = "bot.audio.caged"
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


@dataclass(frozen=True, kw_only=True)
class Greeting:
    """The first line of a worker: what its cage is without, and why it can't work, if so."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    missing: tuple[str, ...]
    broken: str | None = None


_GREETING = TypeAdapter(Greeting)


class WorkerProcess:
    """One process. After anything but an answer it is of no more use: `end` it.

    `missing` is what this system has no means for in its cage; known from the first answer on.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        folder: WorkFolder,
        belongings: contextlib.ExitStack,
    ) -> None:
        self._process = process
        self._folder = folder
        self._belongings = belongings
        self._greeted = False
        self._reading = asyncio.Lock()
        self.missing: tuple[str, ...] = ()

    @classmethod
    async def start(cls) -> Self:
        """Start one; raises `WorkshopTrouble` if the system won't."""
        try:
            with contextlib.ExitStack() as stack:
                folder = stack.enter_context(WorkFolder.made_for_one())
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", MODULE, str(folder.given), str(folder.made)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    limit=ANSWER_LIMIT_BYTES,
                    cwd=ROOT,
                    env=_environment(),
                    start_new_session=True,  # Ctrl-C in a terminal is for the bot
                )
                return cls(process, folder, stack.pop_all())
        except OSError as error:
            raise WorkshopTrouble(f"no worker can be started: {in_short(error)}") from None

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it is gone already."""
        return self._process.returncode is not None

    async def ask(self, errand: dict[str, Any]) -> bytes:
        """The answer to one errand; raises `WorkerLost`, and `WorkshopTrouble` over its files."""
        if not self._greeted:
            await self._greet()
        async with self._folder.lending(errand) as lent:
            self._grant(errand["cpu_s"])
            return await self._answer_to(json.dumps(lent).encode() + b"\n")

    async def _greet(self) -> None:
        try:
            greeting = _GREETING.validate_json(await self._answer_to(b""))
        except ValidationError:
            raise WorkerLost("a greeting that makes no sense") from None
        if greeting.broken is not None:
            raise WorkerLost(f"it can't work here: {greeting.broken}")
        self._greeted, self.missing = True, greeting.missing

    def _grant(self, seconds: int) -> None:
        """From now on so many seconds of a core, and then SIGXCPU: that ends also what hangs in C.

        From outside, for in its cage it can't change its limits. Only Linux lets anyone do so;
        elsewhere the time that an errand may take is its only bound.
        """
        if sys.platform != "linux":
            return
        import resource  # noqa: PLC0415 - not on Windows

        with contextlib.suppress(OSError):
            used_s = int(time.clock_gettime(_cpu_clock(self.pid)))
            _, hardest = resource.prlimit(self.pid, resource.RLIMIT_CPU)
            limit_s = used_s + 1 + seconds
            if hardest != resource.RLIM_INFINITY:
                limit_s = min(limit_s, hardest)
            resource.prlimit(self.pid, resource.RLIMIT_CPU, (limit_s, hardest))

    async def _answer_to(self, line: bytes) -> bytes:
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        try:
            self._process.stdin.write(line)
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
        """Kill it, and wait until nothing is left of it, nor of its folder."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.close()
        async with self._reading:  # whoever waits for an answer learns first that none comes
            with contextlib.suppress(OSError):
                await self._process.stdout.read()  # or its pipe would stay open
        await self._process.wait()
        self._belongings.close()


async def missing_here() -> tuple[str, ...]:
    """What this system has no means for in a worker's cage; starts one to see.

    Raises `WorkerLost` or `WorkshopTrouble` where none can work.
    """
    worker = await WorkerProcess.start()
    try:
        await worker.ask(NOTHING)
    finally:
        await worker.end()
    return worker.missing


def _cpu_clock(pid: int) -> int:
    """Of all threads of a process, as `clock_gettime` knows it. Source: clock_getcpuclockid(3)."""
    return (~pid << 3) | 2


def _environment() -> dict[str, str]:
    passed_on = {name: value for name, value in os.environ.items() if name in PASSED_ON}
    # Threads of linear algebra would claim memory for each core; there is none to do.
    return passed_on | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
