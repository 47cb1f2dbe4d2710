"""A loop over due work: what all workers have in common."""

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from bot.clock import Clock
from bot.said_once import SaidOnce

Item = TypeVar("Item")

# New work wakes a worker at once; this is how often it looks anyway, for work that another
# process put down or left behind.
LONGEST_REST_S = 2.0
REST_AFTER_ERROR_S = 1.0
# A loop turns every few seconds; one that has not for so long hangs.
LONGEST_TURN_S = 30.0


class Worker(ABC, Generic[Item]):
    """Claims due items and handles up to `slots` of them at the same time.

    One item's failure stops neither the loop nor another item: it is logged, and the item's claim
    runs out, after which it is claimed again. Nothing is begun while it may not.

    What is slow may step aside: it goes on without its slot, beside at most `slots` others, so that
    a few slow items don't keep all others waiting.
    """

    def __init__(
        self,
        *,
        slots: int,
        wakeup: asyncio.Event,
        clock: Clock,
        within_s: float | None = None,
        may_begin: Callable[[], bool] = lambda: True,
    ) -> None:
        self._slots = slots
        self._within_s = within_s
        self._may_begin = may_begin
        self.clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self._in_slots: dict[asyncio.Task[Any] | None, Item] = {}
        self._wakeup = wakeup
        self._turned_at_s: float | None = None
        self._said = SaidOnce(logging.getLogger(type(self).__module__))

    @abstractmethod
    async def claim(self, limit: int) -> Sequence[Item]:
        """Take up to `limit` items that are due."""

    @abstractmethod
    async def handle(self, item: Item) -> None:
        """Do one item's work, and store the outcome."""

    @abstractmethod
    async def next_due_at(self) -> datetime | None:
        """When there will be something to claim, as far as is known."""

    @property
    def part(self) -> str:
        """What health checks and metrics call it, which hosts' alerts rely on."""
        return type(self).__name__.lower()

    def wake(self) -> None:
        """There may be new work: look now."""
        self._wakeup.set()

    @property
    def in_slots(self) -> Collection[Item]:
        """The items under way that hold a slot."""
        return self._in_slots.values()

    @property
    def alive(self) -> bool:
        """Whether the loop runs, and has looked for work within `LONGEST_TURN_S`."""
        turned_at_s = self._turned_at_s
        return turned_at_s is not None and time.monotonic() - turned_at_s < LONGEST_TURN_S

    def start(self, item: Item) -> None:
        """Begin to handle a claimed item, whether or not there is a slot."""
        task = asyncio.create_task(self._handle_safely(item))
        self._tasks.add(task)
        self._in_slots[task] = item
        task.add_done_callback(self._done)

    def step_aside(self, task: asyncio.Task[Any] | None) -> bool:
        """Let what this task handles go on without a slot; `False` if too many do so already."""
        if task in self._in_slots:
            if len(self._tasks) - len(self._in_slots) >= self._slots:
                return False
            self._give_up_slot(task)
        return True

    async def run_once(self) -> int:
        """Claim what is due, finish it, and say how many items that were."""
        started = await self._start_due()
        if self._tasks:
            await asyncio.wait(self._tasks)
        return started

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. What is in flight then is left to `finish`."""
        stopping = asyncio.ensure_future(stop.wait())
        stopping.add_done_callback(lambda _: self.wake())
        try:
            while not stop.is_set():
                self._turned_at_s = time.monotonic()
                self._wakeup.clear()
                await self._rest(await self._turn())
        finally:
            self._turned_at_s = None
            stopping.cancel()

    async def finish(self, within_s: float) -> None:
        """Let what is in flight end by itself, and cut off what takes longer.

        To be called after `run`, which may be claiming something yet. If it is cancelled itself,
        nothing goes on behind its back, either.
        """
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=within_s)
        finally:
            late = list(self._tasks)
            for task in late:
                task.cancel()
        if late:
            await asyncio.wait(late)

    async def _turn(self) -> float:
        """Start what is due; the seconds to rest after it."""
        name, rest_s = type(self).__name__, REST_AFTER_ERROR_S
        with self._said.watching(
            "work", f"{name} could not look for work: %s", over=f"{name} looks for work again"
        ):
            await self._start_due()
            rest_s = await self._seconds_to_rest()
        return rest_s  # noqa: RET504  # an error may have cut the block short

    async def _start_due(self) -> int:
        free = self._slots - len(self._in_slots)
        if free <= 0 or not self._may_begin():
            return 0
        items = await self.claim(free)
        for item in items:
            self.start(item)
        return len(items)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._give_up_slot(task)

    def _give_up_slot(self, task: asyncio.Task[Any] | None) -> None:
        self._in_slots.pop(task, None)
        self.wake()

    async def _handle_safely(self, item: Item) -> None:
        failed = f"{type(self).__name__} failed on one item; it will be taken up again: %s"
        with self._said.watching("item", failed, over=f"{type(self).__name__} fails no more"):
            # Longer than the claim holds, somebody else would work on the same item.
            async with asyncio.timeout(self._within_s):
                await self.handle(item)

    async def _seconds_to_rest(self) -> float:
        if len(self._in_slots) >= self._slots or not self._may_begin():
            return LONGEST_REST_S
        due_at = await self.next_due_at()
        if due_at is None:
            return LONGEST_REST_S
        return min(max((due_at - self.clock()).total_seconds(), 0.0), LONGEST_REST_S)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.01)):
                await self._wakeup.wait()
