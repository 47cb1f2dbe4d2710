"""What all loops have in common: slots, failures, waking and stopping."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import pytest

from bot.clock import utc_now
from bot.loops import worker
from bot.loops.worker import Worker

Handle = Callable[[int], Awaitable[None]]


class Hands(Worker[int]):
    """A worker on a list of numbers."""

    def __init__(self, handle: Handle, *items: int, slots: int = 10) -> None:
        super().__init__(slots=slots, wakeup=asyncio.Event(), clock=utc_now)
        self.items = list(items)
        self.limits: list[int] = []
        self.due_at: datetime | None = None
        self._do = handle

    async def claim(self, limit: int) -> Sequence[int]:
        self.limits.append(limit)
        claimed, self.items = self.items[:limit], self.items[limit:]
        return claimed

    async def handle(self, item: int) -> None:
        await self._do(item)

    async def next_due_at(self) -> datetime | None:
        return self.due_at


class Bench:
    """Handles items until told, and counts how many are on it at the same time."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.most = 0
        self.busy = 0
        self.started = asyncio.Semaphore(0)
        self.go_on = asyncio.Event()

    async def handle(self, item: int) -> None:
        self.busy += 1
        self.most = max(self.most, self.busy)
        self.started.release()
        try:
            await self.go_on.wait()
            self.done.append(item)
        finally:
            self.busy -= 1


async def _fail_on_odd(item: int) -> None:
    if item % 2:
        raise RuntimeError(f"{item} is odd")


async def within(coroutine: Awaitable[object]) -> None:
    async with asyncio.timeout(40):
        await coroutine


async def test_run_once_finishes_what_is_due_and_counts_it() -> None:
    bench = Bench()
    bench.go_on.set()
    hands = Hands(bench.handle, 1, 2, 3)
    assert await hands.run_once() == 3
    assert bench.done == [1, 2, 3]
    assert await hands.run_once() == 0


async def test_no_more_items_are_claimed_than_there_are_slots() -> None:
    bench = Bench()
    hands, stop = Hands(bench.handle, *range(7), slots=3), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    for _ in range(3):
        await within(bench.started.acquire())
    bench.go_on.set()
    for _ in range(4):
        await within(bench.started.acquire())
    stop.set()
    await within(loop)
    await hands.finish(5)
    assert (bench.most, sorted(bench.done)) == (3, list(range(7)))
    assert max(hands.limits) == 3


async def test_other_items_are_handled_when_one_fails(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    async def handle(item: int) -> None:
        await _fail_on_odd(item)
        done.append(item)

    assert await Hands(handle, 1, 2, 3, 4).run_once() == 4
    assert done == [2, 4]
    assert caplog.text.count("failed on one item") == 2


async def test_item_that_fails_again_and_again_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hands = Hands(_fail_on_odd)
    for _ in range(5):
        hands.items = [1]
        await hands.run_once()
    assert caplog.text.count("failed on one item") == 1
    assert caplog.text.count("Traceback") == 1


async def test_others_are_handled_when_slow_items_step_aside() -> None:
    bench, others = Bench(), asyncio.Semaphore(0)
    stepped: list[bool] = []

    async def handle(item: int) -> None:
        if item >= 5:
            others.release()
            return
        stepped.append(hands.step_aside(asyncio.current_task()))
        await bench.handle(item)

    hands, stop = Hands(handle, *range(7), slots=2), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    for _ in range(4):
        await within(bench.started.acquire())
    assert (stepped, list(hands.in_slots)) == ([True, True, False, False], [2, 3])
    bench.go_on.set()
    for _ in range(2):
        await within(others.acquire())
    stop.set()
    await within(loop)
    await hands.finish(5)
    assert sorted(bench.done) == list(range(5))


async def test_finish_waits_for_what_stepped_aside() -> None:
    bench = Bench()

    async def handle(item: int) -> None:
        assert hands.step_aside(asyncio.current_task())
        await bench.handle(item)

    hands = Hands(handle)
    hands.start(1)
    await within(bench.started.acquire())
    bench.go_on.set()
    await hands.finish(5)
    assert bench.done == [1]


async def test_loop_goes_on_when_claiming_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "REST_AFTER_ERROR_S", 0.01)
    handled = asyncio.Event()

    async def handle(_: int) -> None:
        handled.set()

    class Stumbling(Hands):
        async def claim(self, limit: int) -> Sequence[int]:
            if not self.limits:
                self.limits.append(limit)
                raise OSError("database is locked")
            return await super().claim(limit)

    hands, stop = Stumbling(handle, 1), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    await within(handled.wait())
    stop.set()
    await within(loop)
    assert "could not look for work" in caplog.text
    assert "database is locked" in caplog.text


async def test_loop_looks_at_once_when_it_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LONGEST_REST_S", 1000.0)
    handled = asyncio.Event()

    async def handle(_: int) -> None:
        handled.set()

    hands, stop = Hands(handle), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    for item in range(3):
        hands.items.append(item)
        hands.wake()
        await within(handled.wait())
        handled.clear()
    stop.set()
    await within(loop)


async def test_loop_looks_again_at_the_next_due_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LONGEST_REST_S", 1000.0)
    handled = asyncio.Event()

    async def handle(_: int) -> None:
        handled.set()

    class Later(Hands):
        async def next_due_at(self) -> datetime | None:
            if self.due_at is None:
                self.due_at = utc_now() + timedelta(milliseconds=30)
                self.items.append(1)
            return self.due_at

    hands, stop = Later(handle), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    await within(handled.wait())
    stop.set()
    await within(loop)


async def test_stop_cuts_the_rest_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LONGEST_REST_S", 1000.0)
    rested = asyncio.Event()

    class Resting(Hands):
        async def next_due_at(self) -> datetime | None:
            rested.set()
            return None

    hands, stop = Resting(_fail_on_odd), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    await within(rested.wait())
    stop.set()
    await within(loop)


async def test_nothing_is_claimed_when_it_was_stopped_before_it_began() -> None:
    hands, stop = Hands(_fail_on_odd, 2), asyncio.Event()
    stop.set()
    await within(hands.run(stop))
    assert hands.limits == []


async def test_finish_lets_end_what_is_in_flight() -> None:
    bench = Bench()
    hands, stop = Hands(bench.handle, 1), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    await within(bench.started.acquire())
    stop.set()
    await within(loop)
    bench.go_on.set()
    await hands.finish(5)
    assert bench.done == [1]


async def test_finish_cuts_off_what_takes_too_long() -> None:
    bench = Bench()
    hands, stop = Hands(bench.handle, 1, 2), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    for _ in range(2):
        await within(bench.started.acquire())
    stop.set()
    await within(loop)
    await within(hands.finish(0.01))
    assert (bench.done, bench.busy) == ([], 0)


async def test_finish_leaves_nothing_running_when_it_is_cut_off_itself() -> None:
    bench = Bench()
    hands, stop = Hands(bench.handle, 1), asyncio.Event()
    loop = asyncio.create_task(hands.run(stop))
    await within(bench.started.acquire())
    stop.set()
    await within(loop)
    finish = asyncio.create_task(hands.finish(1000))
    await asyncio.sleep(0)  # until it waits
    finish.cancel()
    with pytest.raises(asyncio.CancelledError):
        await finish
    await asyncio.sleep(0)  # until its item notices
    assert (bench.done, bench.busy) == ([], 0)


async def test_finish_is_done_at_once_when_nothing_is_in_flight(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    await within(Hands(_fail_on_odd).finish(1000))
