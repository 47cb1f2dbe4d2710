"""Heartbeats: who is alive, who leaves, and what a silence of the database must not cost."""

from datetime import datetime

import sqlalchemy as sa

from bot.store.database.tables import processes
from bot.store.process_store import ALIVE_S, ProcessStore
from tests.factories import HandClock, Stored


async def submitting(stored: Stored, worker_id: str) -> str:
    """A job that this process hands over to the provider; its id."""
    job = await stored.queue()
    claimed = await stored.as_worker(worker_id).claim_submissions(lease_s=10_000)
    assert [one.id for one in claimed] == [job.id]
    return job.id


async def known(stored: Stored) -> dict[str, datetime]:
    async with stored.engine.connect() as connection:
        rows = (await connection.execute(sa.select(processes))).all()
    return {row.id: row.alive_until for row in rows}


async def test_process_is_counted_from_its_first_beat_until_its_last_runs_out(
    stored: Stored, clock: HandClock
) -> None:
    three, watch = ProcessStore(stored.engine, "three"), ProcessStore(stored.engine, "two")
    assert await three.beat(clock()) == 3
    clock.advance(ALIVE_S - 1)
    assert await three.beat(clock()) == 3
    clock.advance(ALIVE_S - 1)
    assert await watch.beat(clock()) == 3
    clock.advance(1)
    assert await watch.beat(clock()) == 2


async def test_process_is_forgotten_when_it_left(stored: Stored) -> None:
    await ProcessStore(stored.engine, "one").leave()
    assert set(await known(stored)) == {"two"}


async def test_long_dead_are_forgotten_when_a_new_process_comes(
    stored: Stored, clock: HandClock
) -> None:
    await ProcessStore(stored.engine, "old").beat(clock())
    clock.advance(24 * 3600 + ALIVE_S + 1)
    await ProcessStore(stored.engine, "new").beat(clock())
    assert set(await known(stored)) == {"one", "two", "new"}


async def test_submission_is_given_up_only_when_a_living_process_looks(
    stored: Stored, clock: HandClock
) -> None:
    await ProcessStore(stored.engine, "dead").beat(clock())
    job_id = await submitting(stored, "dead")
    clock.advance(ALIVE_S)
    assert await stored.as_worker("dead").jobs.doubt_abandoned(clock()) == []
    assert await stored.as_worker("never beat").jobs.doubt_abandoned(clock()) == []
    assert await stored.as_worker("two").jobs.doubt_abandoned(clock()) == [job_id]


async def test_nobody_is_taken_for_dead_when_the_database_was_away(
    stored: Stored, clock: HandClock
) -> None:
    a, b = ProcessStore(stored.engine, "a"), ProcessStore(stored.engine, "b")
    for process in (a, b):
        await process.beat(clock())
    await submitting(stored, "b")
    clock.advance(10 * ALIVE_S)  # all the time nobody could beat
    jobs = stored.as_worker("a").jobs
    assert await jobs.doubt_abandoned(clock()) == []
    await a.beat(clock())
    assert await jobs.doubt_abandoned(clock()) == []
    clock.advance(ALIVE_S - 1)
    await b.beat(clock())
    await a.beat(clock())
    clock.advance(2)
    assert await jobs.doubt_abandoned(clock()) == []


async def test_who_died_while_the_database_was_away_is_found_dead_soon(
    stored: Stored, clock: HandClock
) -> None:
    a, b = ProcessStore(stored.engine, "a"), ProcessStore(stored.engine, "b")
    for process in (a, b):
        await process.beat(clock())
    job_id = await submitting(stored, "b")
    clock.advance(10 * ALIVE_S)
    await a.beat(clock())
    clock.advance(ALIVE_S - 1)
    await a.beat(clock())
    clock.advance(1)
    assert await stored.as_worker("a").jobs.doubt_abandoned(clock()) == [job_id]


async def test_who_died_long_before_stays_dead_when_the_database_was_away(
    stored: Stored, clock: HandClock
) -> None:
    a, b = ProcessStore(stored.engine, "a"), ProcessStore(stored.engine, "b")
    await b.beat(clock())
    job_id = await submitting(stored, "b")
    clock.advance(3 * ALIVE_S)
    await a.beat(clock())
    clock.advance(3 * ALIVE_S)
    await a.beat(clock())
    assert await stored.as_worker("a").jobs.doubt_abandoned(clock()) == [job_id]
