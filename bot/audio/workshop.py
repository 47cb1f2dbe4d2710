"""Where files are examined and converted: by a few worker processes, apart from the bot's own.

Nothing here loads an audio library. Workers are started when they are needed, and end when nothing
was to do for a while.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from bot.audio.formats import EXTENSIONS, AudioFormat
from bot.audio.process import NOTHING, WorkerLost, WorkerProcess
from bot.audio.sound import Examined, Fitted
from bot.audio.tags import Tags
from bot.errors import AudioUnavailable, AudioUnusable, WorkshopTrouble
from bot.said_once import SaidOnce

log = logging.getLogger(__name__)

EXAMINE_S = 60.0
FIT_S = 180.0
MEASURE_S = 5.0
TURN_S = 60.0  # to wait for a worker
IDLE_S = 300.0
WAITING_LIMIT = 64
TRIES = 2
CPU_SHARE = 0.5  # of the time that an errand may take


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What a worker says of a fitted file; where it lies was not the worker's choice."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    format: AudioFormat
    bitrate_kbit_s: int | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a worker writes: one of these, or none where nothing was found."""

    __pydantic_config__: ClassVar[Any] = {"allow_inf_nan": False, "extra": "forbid"}

    examined: Examined | None = None
    fitted: Conversion | None = None
    length_s: float | None = None
    unusable: str | None = None
    cut_off: str | None = None
    trouble: str | None = None


_ANSWER = TypeAdapter(Answer)


class Workshop:
    """Open it with `Workshop.open`. Each call may be repeated, and cancelled at any time.

    What is done `aside` leaves a worker free for the rest, as far as there is more than one.
    """

    def __init__(self, workers: int, idle_s: float) -> None:
        self._turns = asyncio.Semaphore(workers)
        self._turns_aside = asyncio.Semaphore(max(workers - 1, 1))
        self._waiting = 0
        self._idle_s = idle_s
        self._workers: set[WorkerProcess] = set()
        self._idle: dict[WorkerProcess, asyncio.TimerHandle] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False
        self._missing: tuple[str, ...] = ()
        self._said = SaidOnce(log)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, *, workers: int = 2, idle_s: float = IDLE_S) -> AsyncIterator["Workshop"]:
        """A workshop with at most so many processes; none is left after the block."""
        workshop = cls(workers, idle_s)
        try:
            yield workshop
        finally:
            await workshop._close()

    @property
    def worker_pids(self) -> list[int]:
        """The processes that are there now."""
        return [worker.pid for worker in self._workers]

    @property
    def missing(self) -> tuple[str, ...]:
        """What this system has no means for in workers' cages; known once one has answered."""
        return self._missing

    async def warm_up(self) -> None:
        """Have a worker ready, so that the next file need not wait for its start."""
        await self._ask(NOTHING, timeout_s=EXAMINE_S)

    @contextlib.asynccontextmanager
    async def warming_up(self) -> AsyncIterator[asyncio.Task[None]]:
        """Have a worker started beside the block, which may await that: a file is on its way."""
        warming = asyncio.create_task(self.warm_up())
        try:
            yield warming
        finally:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)

    async def examine(
        self,
        path: Path,
        *,
        colour: int,
        whole: bool = False,
        timeout_s: float = EXAMINE_S,
        aside: bool = False,
    ) -> Examined:
        """Decode a file once, and draw it in the colour 0xRRGGBB.

        A file that is known to be `whole` was not cut off, whatever it says of its own length.
        Raises `AudioUnusable` if it can't be played or drags a worker down twice,
        `AudioUnavailable` if it was cut off on its way, `WorkshopTrouble` if it can't be known now.
        """
        errand = {
            "do": "examine",
            "path": str(_absolute(path)),
            "colour": colour,
            "whole": whole,
        }
        answer = await self._ask(errand, timeout_s=timeout_s, aside=aside)
        if answer.examined is None:
            raise WorkshopTrouble("a worker examined a file and told nothing")
        return answer.examined

    async def fit(
        self,
        path: Path,
        *,
        limit_bytes: int,
        tags: Tags,
        preferred: AudioFormat = AudioFormat.ORIGINAL,
        whole: bool = False,
        timeout_s: float = FIT_S,
        aside: bool = False,
    ) -> Fitted | None:
        """The file, or a converted one of at most `limit_bytes`; None where nothing fits.

        A converted file lies beside the original, and is the caller's to remove, with the folder.
        `whole` as in `examine`. Raises what `examine` raises.
        """
        target = _absolute(path).with_name(f"{path.stem}-{secrets.token_hex(4)}")
        errand = {
            "do": "fit",
            "path": str(_absolute(path)),
            "target": str(target),
            "limit_bytes": limit_bytes,
            "preferred": preferred,
            "metadata": tags.as_metadata(),
            "whole": whole,
        }
        fitted = (await self._ask(errand, timeout_s=timeout_s, aside=aside)).fitted
        if fitted is None:
            return None
        if fitted.format is AudioFormat.ORIGINAL:
            return Fitted(path=path, format=AudioFormat.ORIGINAL)
        converted = target.with_suffix(EXTENSIONS[fitted.format])
        if not converted.is_file() or converted.stat().st_size > limit_bytes:
            raise WorkshopTrouble("a worker told of a converted file that there is not")
        return Fitted(
            path=converted,
            format=fitted.format,
            bitrate_kbit_s=fitted.bitrate_kbit_s,
        )

    async def measure(
        self, path: Path, *, known_bytes: int, timeout_s: float = MEASURE_S
    ) -> float | None:
        """How many seconds a file is long, without decoding it; `None` where it does not tell.

        It has its full size, but after its first `known_bytes` only what is at its end must be
        there. Where the container says nothing, it is an estimate. Raises what `examine` raises.
        """
        errand = {"do": "measure", "path": str(_absolute(path)), "known_bytes": known_bytes}
        return (await self._ask(errand, timeout_s=timeout_s)).length_s

    async def _ask(
        self, errand: dict[str, Any], *, timeout_s: float, aside: bool = False
    ) -> Answer:
        async with self._turn(aside=aside):
            answer = await self._try(errand, timeout_s)
        if answer.unusable is not None:
            raise AudioUnusable(answer.unusable)
        if answer.cut_off is not None:
            raise AudioUnavailable(answer.cut_off)
        if answer.trouble is not None:
            raise WorkshopTrouble(answer.trouble)
        return answer

    @contextlib.asynccontextmanager
    async def _turn(self, *, aside: bool) -> AsyncIterator[None]:
        """Wait until a worker is free; first come, first served."""
        if self._waiting >= WAITING_LIMIT:
            raise WorkshopTrouble(f"{self._waiting} files wait for a worker already")
        async with contextlib.AsyncExitStack() as stack:
            self._waiting += 1
            try:
                async with asyncio.timeout(TURN_S):
                    if aside:
                        await stack.enter_async_context(self._turns_aside)
                    await stack.enter_async_context(self._turns)
            except TimeoutError:
                raise WorkshopTrouble(f"no worker came free within {TURN_S:.0f} s") from None
            finally:
                self._waiting -= 1
            yield

    async def _try(self, errand: dict[str, Any], timeout_s: float) -> Answer:
        """A worker may be lost for a reason of its own, but hardly twice on the same file.

        What keeps a core busy without end is such a loss, too; what gets no core is not.
        """
        errand = errand | {"cpu_s": max(int(timeout_s * CPU_SHARE), 1)}
        by_force = False
        for _ in range(TRIES):
            try:
                return await self._ask_one(errand, timeout_s)
            except WorkerLost as error:
                log.warning("a worker was lost over a file: %s", error)
                by_force |= error.by_force
        if by_force or not await self._workers_live():
            raise WorkshopTrouble(f"{TRIES} workers were lost, and not surely over the file")
        raise AudioUnusable(f"{TRIES} workers were lost over it")

    async def _workers_live(self) -> bool:
        """Whether a worker without a file to deal with does not get lost."""
        try:
            await self._ask_one(NOTHING, EXAMINE_S)
        except WorkerLost as error:
            lost = "workers are lost whatever they do: %s"
            self._said.say("lost", lost, error, level=logging.ERROR)
            return False
        self._said.over("lost", "workers live again")
        return True

    async def _ask_one(self, errand: dict[str, Any], timeout_s: float) -> Answer:
        if self._closed:
            raise WorkshopTrouble("the bot is stopping")
        worker = self._take() or await self._start()
        answer = None
        try:
            async with asyncio.timeout(timeout_s):
                answer = _ANSWER.validate_json(await worker.ask(errand))
        except TimeoutError:
            raise WorkshopTrouble(f"it took longer than {timeout_s:.0f} s") from None
        except ValidationError as error:
            raise WorkerLost(
                f"an answer that makes no sense, {error.error_count()} errors"
            ) from None
        finally:
            # Whatever came instead of an answer, also a cancellation: nobody waits for it now.
            if answer is None:
                self._end(worker)
        self._put_back(worker)
        self._tell_missing(worker.missing)
        return answer

    def _tell_missing(self, missing: tuple[str, ...]) -> None:
        """Once is enough: it is the system that lacks it."""
        if missing and not self._missing:
            self._missing = missing
            log.warning("workers for audio run without: %s", ", ".join(missing))

    async def _start(self) -> WorkerProcess:
        worker = await WorkerProcess.start()
        self._workers.add(worker)
        return worker

    def _take(self) -> WorkerProcess | None:
        while self._idle:
            worker, timer = self._idle.popitem()
            timer.cancel()
            if not worker.ended:
                return worker
            self._end(worker)
        return None

    def _put_back(self, worker: WorkerProcess) -> None:
        loop = asyncio.get_running_loop()
        self._idle[worker] = loop.call_later(self._idle_s, self._dismiss, worker)

    def _dismiss(self, worker: WorkerProcess) -> None:
        del self._idle[worker]
        self._end(worker)

    def _end(self, worker: WorkerProcess) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
            task = asyncio.create_task(worker.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _close(self) -> None:
        self._closed = True
        for timer in self._idle.values():
            timer.cancel()
        self._idle.clear()
        for worker in list(self._workers):
            self._end(worker)
        await asyncio.gather(*self._ending)


def _absolute(path: Path) -> Path:
    """Workers run in a folder of their own choice."""
    return path.absolute()
