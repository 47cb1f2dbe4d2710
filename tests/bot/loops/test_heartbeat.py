"""The heartbeat: it comes before any work, shares the poll rate, and ends in good order."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from bot.errors import DatabaseTrouble
from bot.loops import heartbeat
from bot.loops.heartbeat import Heartbeat
from bot.loops.rate_limiter import RateLimiter
from bot.loops.shared_clock import SharedClock
from bot.store.database.tables import processes
from bot.store.process_store import ProcessStore
from tests.factories import HandClock, Stored

RATE = 12.0


class Beats(ProcessStore):
    """Tells of each beat, and fails when it is told to."""

    def __init__(self, stored: Stored, worker_id: str) -> None:
        super().__init__(stored.engine, worker_id)
        self.seen = asyncio.Semaphore(0)
        self.broken = False

    async def beat(self, now: object) -> int:
        self.seen.release()
        if self.broken:
            raise DatabaseTrouble("is away")
        return await super().beat(now)  # type: ignore[arg-type]

    async def next(self) -> None:
        await asyncio.wait_for(self.seen.acquire(), 40)


class Rate(RateLimiter):
    """A rate limiter that remembers its rate."""

    def set_rate(self, per_s: float) -> None:
        self.rate = per_s
        super().set_rate(per_s)


@pytest.fixture
def a_pulse(stored: Stored, clock: HandClock) -> Callable[[str], tuple[Heartbeat, Beats, Rate]]:
    def make(worker_id: str) -> tuple[Heartbeat, Beats, Rate]:
        beats, rate_limiter = Beats(stored, worker_id), Rate(RATE)
        return (
            Heartbeat(beats, rate_limiter, polls_per_s=RATE, clock=SharedClock(clock)),
            beats,
            rate_limiter,
        )

    return make


Make = Callable[[str], tuple[Heartbeat, Beats, Rate]]


async def known(stored: Stored) -> set[str]:
    async with stored.engine.connect() as connection:
        return set((await connection.execute(sa.select(processes.c.id))).scalars())


async def test_poll_rate_is_shared_by_all_that_are_alive(stored: Stored, a_pulse: Make) -> None:
    for gone in ("one", "two"):
        await ProcessStore(stored.engine, gone).leave()
    (first, _, rate_limiter), (second, _, other) = a_pulse("a"), a_pulse("b")
    await first.beat()
    assert rate_limiter.rate == RATE
    await second.beat()
    await first.beat()
    assert rate_limiter.rate == other.rate == RATE / 2


async def test_process_is_known_from_the_beginning_and_gone_at_the_end(
    stored: Stored, a_pulse: Make
) -> None:
    beating, _, _ = a_pulse("a")
    async with beating.beating(alone=False):
        assert await known(stored) == {"a", "one", "two"}
    assert await known(stored) == {"one", "two"}


async def test_others_are_dead_at_once_when_there_can_be_none(
    stored: Stored, a_pulse: Make
) -> None:
    beating, _, _ = a_pulse("a")
    async with beating.beating(alone=True):
        assert await known(stored) == {"a"}


async def test_heart_beats_on_when_a_beat_could_not_be_stored(
    a_pulse: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_S", 0.0)
    beating, beats, rate_limiter = a_pulse("a")
    async with beating.beating(alone=False):
        beats.broken = True
        for _ in range(3):
            await beats.next()
        beats.broken = False
        rate_limiter.rate = 0.0
        while not rate_limiter.rate:
            await beats.next()
