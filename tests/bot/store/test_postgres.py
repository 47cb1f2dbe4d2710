"""What only a server shows: outages, many processes at once, and plans of its own making."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.jobs import JobState, NoticeKind
from bot.errors import DatabaseTrouble
from bot.store.database.engine import open_database
from bot.store.database.postgres import POOL_SIZE
from bot.store.database.schema import is_current
from bot.store.process_store import ProcessStore
from tests.bot.store.gate import Gate
from tests.factories import HandClock, Stored
from tests.postgres import fresh_database

# Each leaves the planner fewer ways, down to the worst for a claim: a loop over a subquery.
FORBIDDEN = [
    (),
    ("enable_hashagg", "enable_sort"),
    ("enable_hashagg", "enable_sort", "enable_hashjoin", "enable_mergejoin", "enable_material"),
]


@pytest.fixture
async def on_postgres(postgres_url: str, clock: HandClock) -> AsyncIterator[Stored]:
    async with open_database(postgres_url) as engine:
        await ProcessStore(engine, "one").beat(clock())
        yield Stored(engine, clock)


def forbid(engine: AsyncEngine, ways: tuple[str, ...]) -> None:
    """Plan every statement without these from now on."""

    def at_begin(connection: sa.Connection) -> None:
        for way in ways:
            connection.exec_driver_sql(f"SET LOCAL {way} = off")

    sa.event.listen(engine.sync_engine, "begin", at_begin)


@pytest.mark.parametrize("ways", FORBIDDEN, ids=len)
async def test_claim_keeps_to_its_limit_whatever_the_plan(
    on_postgres: Stored, ways: tuple[str, ...]
) -> None:
    stored = on_postgres
    for _ in range(6):
        await stored.generate()
    forbid(stored.engine, ways)
    assert len(await stored.jobs.claim_polls(2, stored.clock(), lease_s=60)) == 2
    assert len(await stored.jobs.claim_polls(100, stored.clock(), lease_s=60)) == 4


async def test_schema_is_made_once_when_processes_start_at_the_same_time(
    postgres_server: str,
) -> None:
    async def starts(url: str) -> bool:
        async with open_database(url) as engine:
            return await is_current(engine)

    async with fresh_database(postgres_server) as url:
        assert await asyncio.gather(*(starts(url) for _ in range(4))) == [True] * 4


async def test_waiting_members_are_told_once_when_processes_find_out_together(
    on_postgres: Stored,
) -> None:
    stored = on_postgres
    ids = [(await stored.queue(member_id=member)).id for member in range(20)]
    add = stored.notices.add_to_waiting
    now = stored.clock()
    added = await asyncio.gather(*(add(NoticeKind.DELAYED, now, since=now) for _ in range(6)))
    assert sum(added) == len(ids)


async def test_all_find_a_connection_when_more_ask_than_there_are(on_postgres: Stored) -> None:
    asked = [on_postgres.receive() for _ in range(5 * POOL_SIZE)]
    assert len(await asyncio.gather(*asked)) == 5 * POOL_SIZE


async def test_trouble_is_named_while_the_server_is_away_and_work_goes_on_after(
    postgres_url: str, clock: HandClock
) -> None:
    async with Gate(postgres_url) as gate, open_database(gate.url) as engine:
        stored = Stored(engine, clock)
        job = await stored.queue()
        await gate.shut()
        for _ in range(2):  # a connection that breaks, then one that can't be made
            with pytest.raises(DatabaseTrouble) as caught:
                await stored.jobs.cancel(job.id, clock(), source=JobState.QUEUED)
            assert "can't be reached" in str(caught.value)
            assert "\n" not in str(caught.value)
        await gate.open()
        assert (await stored.job(job.id)).state is JobState.QUEUED


async def test_trouble_is_named_when_the_connection_breaks_within_a_transaction(
    postgres_url: str, clock: HandClock
) -> None:
    async with Gate(postgres_url) as gate, open_database(gate.url) as engine:
        with pytest.raises(DatabaseTrouble):
            await _cut_within_a_transaction(engine, gate)
        await gate.open()
        await Stored(engine, clock).queue()


async def _cut_within_a_transaction(engine: AsyncEngine, gate: Gate) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.select(1))
        await gate.shut()
        await connection.execute(sa.select(1))
