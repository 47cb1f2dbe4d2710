"""One clock for processes whose hosts disagree about the time."""

import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.jobs import JobState
from bot.loops.heartbeat import Heartbeat
from bot.loops.rate_limiter import RateLimiter
from bot.loops.shared_clock import SharedClock
from bot.store.database.engine import open_database
from bot.store.process_store import ALIVE_S, ProcessStore
from tests.factories import HandClock, Stored

WRONG = [timedelta(minutes=5), timedelta(minutes=-5)]


class Host:
    """A process on a host whose clock is off."""

    def __init__(self, engine: AsyncEngine, name: str, *, off_by: timedelta) -> None:
        self.clock = SharedClock(lambda: datetime.now(UTC) + off_by)
        self.processes = ProcessStore(engine, name)
        self.heartbeat = Heartbeat(
            self.processes, RateLimiter(1.0), polls_per_s=1.0, clock=self.clock
        )
        self.stored = Stored(engine, HandClock(), name)

    async def beat(self) -> None:
        await self.heartbeat.beat()
        self.stored.clock.now = self.clock()


async def beat(clock: SharedClock, processes: ProcessStore) -> None:
    await Heartbeat(processes, RateLimiter(1.0), polls_per_s=1.0, clock=clock).beat()


async def hosts(engine: AsyncEngine, off_by: timedelta) -> tuple[Host, Host]:
    """One that is right, and one that is not."""
    right = Host(engine, "right", off_by=timedelta(0))
    wrong = Host(engine, "wrong", off_by=off_by)
    for host in (right, wrong):
        await host.beat()
    return right, wrong


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """Only a server has a clock that others can ask."""
    return postgres_url


@pytest.mark.parametrize("off_by", WRONG, ids=str)
async def test_processes_agree_on_the_time_when_a_hosts_clock_is_minutes_off(
    engine: AsyncEngine, off_by: timedelta
) -> None:
    right, wrong = await hosts(engine, off_by)
    assert abs(wrong.clock() - right.clock()) < timedelta(seconds=2)


@pytest.mark.parametrize("off_by", WRONG, ids=str)
async def test_nobody_is_taken_for_dead_when_a_hosts_clock_is_minutes_off(
    engine: AsyncEngine, off_by: timedelta
) -> None:
    for claimer, other in (await hosts(engine, off_by), (await hosts(engine, off_by))[::-1]):
        job = await claimer.stored.queue()
        assert len(await claimer.stored.claim_submissions(lease_s=60)) == 1
        assert await other.stored.jobs.doubt_abandoned(other.clock()) == []
        assert (await other.stored.job(job.id)).state is JobState.SUBMITTING
        assert await claimer.stored.jobs.start_generation(job.id, "id", claimer.clock())
        assert len(await claimer.stored.jobs.claim_polls(9, claimer.clock(), lease_s=60)) == 1
        assert await other.stored.jobs.claim_polls(9, other.clock(), lease_s=60) == []
        await claimer.stored.jobs.cancel(job.id, claimer.clock(), source=JobState.GENERATING)


async def test_clock_that_is_minutes_off_is_told_of_once(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = Host(engine, "wrong", off_by=timedelta(minutes=5))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await wrong.beat()
    assert caplog.text.count("this host's clock is +300 s off") == 1


async def test_step_of_the_hosts_clock_is_made_good_by_the_next_beat(engine: AsyncEngine) -> None:
    own = HandClock()
    clock, processes = SharedClock(own), ProcessStore(engine, "one")
    await beat(clock, processes)
    before = clock()
    own.advance(3600)
    await beat(clock, processes)
    assert timedelta(0) <= clock() - before < timedelta(seconds=ALIVE_S)


async def test_answer_that_was_long_on_its_way_counts_from_the_middle() -> None:
    own = HandClock()
    middle = own() + timedelta(seconds=302)

    async def ask() -> datetime:
        own.advance(4)
        return middle

    clock = SharedClock(own)
    await clock.set_by(ask)
    assert clock() == middle + timedelta(seconds=2)


@pytest.mark.parametrize("seconds", [40, -40], ids=["late", "own clock set back"])
async def test_answer_that_was_too_long_on_its_way_changes_nothing(seconds: float) -> None:
    own = HandClock()
    clock = SharedClock(own)

    async def ask(takes_s: float) -> datetime:
        own.advance(takes_s)
        return own() + timedelta(seconds=300)

    await clock.set_by(partial(ask, 0))
    await clock.set_by(partial(ask, seconds))
    assert clock() == own() + timedelta(seconds=300)


async def test_wait_for_a_connection_does_not_count(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = HandClock()
    clock, connect = SharedClock(own), AsyncEngine.connect
    monkeypatch.setattr(AsyncEngine, "connect", lambda it: (own.advance(600), connect(it))[1])
    async with ProcessStore(engine, "one").database_clock() as ask:
        assert ask
        await clock.set_by(ask)
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=20)


async def test_own_clock_counts_when_the_database_has_none(
    tmp_path: Path, clock: HandClock
) -> None:
    async with open_database(f"sqlite:///{tmp_path / 'compose.db'}") as engine:
        shared = SharedClock(clock)
        await beat(shared, ProcessStore(engine, "one"))
        assert shared() == clock()
