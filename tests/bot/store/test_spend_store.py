"""What was spent, by jobs and by days that are added up: both ways the same, on both databases."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.jobs import FailureKind, JobState
from bot.domain.models import ELEVEN_MUSIC, LYRIA_2
from bot.domain.money import CostSource
from bot.store.database.engine import connect, open_database, reading
from bot.store.database.tables import jobs, spend_days
from bot.store.job_updates import Cost
from bot.store.spend_days import forget_day
from bot.store.spend_store import By, Held, Spent
from tests.factories import NOW, HandClock, Stored, a_new_job

TODAY = NOW.date()
DAY = timedelta(days=1)
PRICE = 120_000


def a_row(**changes: Any) -> dict[str, Any]:
    """A job that was submitted today, and whose cost the answer told."""
    new = a_new_job()
    row = {
        "id": new.id,
        "state": JobState.SUCCEEDED,
        "model": LYRIA_2.id,
        "prompt": "rain",
        "interaction_id": new.interaction_id,
        "application_id": 1,
        "channel_id": 1,
        "guild_id": 400,
        "member_id": 7,
        "upload_limit_bytes": 1,
        "created_at": NOW,
        "due_at": NOW,
        "submitted_at": NOW,
        "held_credits": PRICE,
        "cost_credits": PRICE,
        "cost_source": CostSource.USAGE,
    }
    return row | changes


UNKNOWN = {"cost_credits": None, "cost_source": None}
FREE = {"cost_credits": 0, "cost_source": CostSource.FREE}


async def store(engine: AsyncEngine, *rows: dict[str, Any]) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.insert(jobs), list(rows))


async def all_sums(stored: Stored, first: date, last: date) -> list[Any]:
    spend = stored.stores.spend
    return [sorted(map(str, await spend.spent(first, last, by))) for by in By]


async def days_made(engine: AsyncEngine) -> set[date]:
    async with engine.connect() as connection:
        return set((await connection.execute(sa.select(spend_days.c.day))).scalars())


async def test_spending_is_told_by_day_server_member_and_model(stored: Stored) -> None:
    await store(
        stored.engine,
        a_row(),
        a_row(submitted_at=NOW - DAY, guild_id=None, member_id=8, model=ELEVEN_MUSIC.id),
        a_row(cost_credits=None, cost_source=None, state=JobState.GENERATING),
    )
    known, held = CostSource.USAGE, CostSource.ESTIMATE

    def expected(today: Any, yesterday: Any) -> set[Spent]:
        return {
            Spent(of=today, source=known, tracks=1, credits=PRICE),
            Spent(of=today, source=held, tracks=1, credits=PRICE),
            Spent(of=yesterday, source=known, tracks=1, credits=PRICE),
        }

    async def told(by: By) -> set[Spent]:
        return set(await stored.stores.spend.spent(TODAY - DAY, TODAY, by))

    for _ in range(2):  # by jobs, and with yesterday added up
        assert await told(By.DAY) == expected(TODAY, TODAY - DAY)
        assert await told(By.SERVER) == expected(400, 0)
        assert await told(By.MEMBER) == expected(7, 8)
        assert await told(By.MODEL) == expected(LYRIA_2.id, ELEVEN_MUSIC.id)
        assert await stored.stores.spend_days.add_up(NOW) in {0, 1}
    assert await days_made(stored.engine) == {TODAY - DAY}


async def test_what_costs_nothing_is_not_told(stored: Stored) -> None:
    old = {"held_credits": None, "cost_credits": None, "cost_source": None}
    await store(
        stored.engine,
        a_row(**FREE),
        a_row(**old),  # from before costs were known
        a_row(submitted_at=None, state=JobState.CANCELLED, **UNKNOWN),
    )
    assert await stored.stores.spend.spent(TODAY, TODAY, By.DAY) == []


async def test_day_is_counted_from_midnight_to_midnight_utc(stored: Stored) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    moments = (midnight - timedelta(microseconds=1), midnight, midnight + DAY)
    await store(stored.engine, *(a_row(submitted_at=moment) for moment in moments))
    [today] = await stored.stores.spend.spent(TODAY, TODAY, By.DAY)
    assert (today.of, today.tracks) == (TODAY, 1)


async def test_waiting_and_unsettled_ones_are_held(stored: Stored) -> None:
    waiting = {"state": JobState.QUEUED, "submitted_at": None}
    await store(
        stored.engine,
        a_row(**waiting, **UNKNOWN),
        a_row(**waiting | {"state": JobState.RECEIVED}, **UNKNOWN),
        a_row(state=JobState.GENERATING, **UNKNOWN),
        a_row(state=JobState.FAILED, **UNKNOWN),
        a_row(state=JobState.FAILED, submitted_at=NOW - 2 * DAY, **UNKNOWN),
        a_row(state=JobState.FAILED, **FREE),
    )
    spend = stored.stores.spend
    assert await spend.waiting() == Held(tracks=2, credits=2 * PRICE)
    assert await spend.unsettled(NOW - DAY) == Held(tracks=1, credits=PRICE)
    assert await spend.unsettled(NOW + DAY) == Held(tracks=0, credits=0)


async def test_day_waits_three_days_for_its_costs(stored: Stored, clock: HandClock) -> None:
    await store(stored.engine, a_row(), a_row(**UNKNOWN))
    clock.now = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
    assert await stored.stores.spend_days.add_up(clock()) == 0
    clock.advance(60)
    assert await stored.stores.spend_days.add_up(clock()) == 1
    [known, guessed] = await stored.stores.spend.spent(TODAY, TODAY, By.MODEL)
    assert {known.source, guessed.source} == {CostSource.USAGE, CostSource.ESTIMATE}


async def test_cost_that_changes_later_counts_at_once(stored: Stored) -> None:
    row = a_row(submitted_at=NOW - 5 * DAY, **UNKNOWN)
    await store(stored.engine, row)
    await stored.stores.spend_days.add_up(NOW)
    async with stored.engine.begin() as connection:
        change = sa.update(jobs).where(jobs.c.id == row["id"])
        await connection.execute(change.values(cost_credits=7, cost_source=CostSource.LEDGER))
        await forget_day(connection, row["submitted_at"])
    day = TODAY - 5 * DAY
    expected = [Spent(of=day, source=CostSource.LEDGER, tracks=1, credits=7)]
    assert await stored.stores.spend.spent(day, TODAY, By.DAY) == expected
    assert await stored.stores.spend_days.add_up(NOW) == 1
    assert await stored.stores.spend.spent(day, TODAY, By.DAY) == expected


@pytest.mark.parametrize("state", [JobState.GENERATING, JobState.FAILED])
async def test_late_end_counts_at_once_when_its_day_was_added_up(
    stored: Stored, state: JobState
) -> None:
    """As of a backup of days ago that was restored."""
    submitted_at, day = NOW - 5 * DAY, TODAY - 5 * DAY
    late = a_row(state=state, submitted_at=submitted_at, **UNKNOWN)
    if state is JobState.FAILED:
        late |= {"failure_kind": FailureKind.RESTORED, "submitted_at": None}
    await store(stored.engine, late)
    await store(stored.engine, a_row(submitted_at=submitted_at))
    assert await stored.stores.spend_days.add_up(NOW) == 1
    spend = stored.stores.spend
    if state is JobState.FAILED:
        assert await stored.jobs.revive(late["id"], "x", NOW, submitted_at=submitted_at)
        assert sum(one.tracks for one in await spend.spent(day, day, By.DAY)) == 2
        assert await stored.stores.spend_days.add_up(NOW) == 1
    assert await stored.jobs.succeed(late["id"], "x", NOW, cost=Cost(7, CostSource.USAGE))
    [sum_] = await spend.spent(day, day, By.DAY)
    assert sum_ == Spent(of=day, source=CostSource.USAGE, tracks=2, credits=PRICE + 7)


async def test_cost_that_changes_while_its_day_is_added_up_is_not_lost(stored: Stored) -> None:
    """Whoever of the two is first."""
    for number in range(6):
        moment = NOW - (5 + number) * DAY
        row = a_row(submitted_at=moment, **UNKNOWN)
        await store(stored.engine, row)

        async def settle(row: dict[str, Any] = row, moment: datetime = moment) -> None:
            async with stored.engine.begin() as connection:
                change = sa.update(jobs).where(jobs.c.id == row["id"])
                await connection.execute(change.values(cost_credits=7, cost_source=CostSource.LOGS))
                await forget_day(connection, moment)

        await asyncio.gather(settle(), stored.stores.spend_days.add_up(NOW))
        told = await stored.stores.spend.spent(moment.date(), moment.date(), By.DAY)
        assert [(one.source, one.credits) for one in told] == [(CostSource.LOGS, 7)]


async def test_two_processes_that_add_up_at_once_count_nothing_twice(stored: Stored) -> None:
    await store(stored.engine, *(a_row(submitted_at=NOW - at * DAY) for at in range(1, 6)))
    before = await all_sums(stored, TODAY - 9 * DAY, TODAY)
    others = [stored.as_worker(worker).stores.spend_days for worker in ("one", "two")]
    await asyncio.gather(*(one.add_up(NOW) for one in others))
    assert len(await days_made(stored.engine)) == 5
    assert await all_sums(stored, TODAY - 9 * DAY, TODAY) == before


async def test_reader_holds_up_no_writer(stored: Stored, database_url: str) -> None:
    """Another program that reads, as `spend` does, on a connection of its own."""
    engine = connect(database_url)
    async with reading(engine).connect() as reader:
        before = await reader.scalar(sa.select(sa.func.count()).select_from(jobs))
        await asyncio.wait_for(store(stored.engine, a_row()), 3)
        assert await reader.scalar(sa.select(sa.func.count()).select_from(jobs)) == before
    await engine.dispose()


def random_rows(dice: Random, count: int) -> Sequence[dict[str, Any]]:
    rows = []
    for _ in range(count):
        known: dict[str, Any] = dice.choice(
            [{}, {}, UNKNOWN, FREE, {"cost_source": CostSource.LOGS}]
        )
        held = dice.choice([PRICE, PRICE, 7, 0, None])
        cost = {} if known else {"cost_credits": dice.randrange(1, 3 * PRICE)}
        rows.append(
            a_row(
                submitted_at=NOW - timedelta(hours=dice.randrange(0, 9 * 24)),
                held_credits=held,
                guild_id=dice.choice([None, 400, 401]),
                member_id=dice.randrange(1, 4),
                model=dice.choice([LYRIA_2.id, ELEVEN_MUSIC.id]),
                state=dice.choice([JobState.SUCCEEDED, JobState.FAILED, JobState.GENERATING]),
                **cost | known,
            )
        )
    return rows


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dice=st.randoms(use_true_random=False),
    count=st.integers(1, 60),
    added_at=st.lists(st.integers(0, 6 * 24), max_size=3),
    changed=st.integers(0, 10),
)
def test_both_ways_tell_the_same(
    spending: "Spending", dice: Random, count: int, added_at: list[int], changed: int
) -> None:
    spending.run(spending.check(random_rows(dice, count), added_at, dice, changed))


class Spending:
    """Runs examples on the one database of a test, in the test's own loop."""

    def __init__(self, stored: Stored, runner: asyncio.Runner) -> None:
        self.stored = stored
        self.run = runner.run

    async def check(
        self, rows: Sequence[dict[str, Any]], added_at: list[int], dice: Random, changed: int
    ) -> None:
        """However often days are added up, and costs change between: the jobs tell the same."""
        engine, days = self.stored.engine, self.stored.stores.spend_days
        async with engine.begin() as connection:
            for table in (spend_days, jobs):
                await connection.execute(sa.delete(table))
        await store(engine, *rows)
        for hours in added_at:
            await days.add_up(NOW + timedelta(hours=hours))
        for row in dice.choices(rows, k=changed):
            async with engine.begin() as connection:
                change = sa.update(jobs).where(jobs.c.id == row["id"])
                cost = {"cost_credits": dice.randrange(PRICE), "cost_source": CostSource.LEDGER}
                await connection.execute(change.values(cost))
                await forget_day(connection, row["submitted_at"])
        first, last = TODAY - 9 * DAY, TODAY + DAY
        told = await all_sums(self.stored, first, last)
        async with engine.begin() as connection:
            await connection.execute(sa.delete(spend_days))
        assert await all_sums(self.stored, first, last) == told


@pytest.fixture
def spending(database_url: str) -> Any:
    with asyncio.Runner() as runner:
        opened = open_database(database_url)
        engine = runner.run(opened.__aenter__())
        yield Spending(Stored(engine, HandClock()), runner)
        runner.run(opened.__aexit__(None, None, None))


async def test_looks_of_every_minute_read_recent_jobs_alone(stored: Stored) -> None:
    if stored.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has statistics")
    asked: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        asked.append(given[2:4])

    sa.event.listen(stored.engine.sync_engine, "before_cursor_execute", note)
    await stored.stores.spend.above_hold(NOW - DAY)
    await stored.stores.spend.unsettled(NOW - DAY)
    sa.event.remove(stored.engine.sync_engine, "before_cursor_execute", note)
    looks = [(sql, values) for sql, values in asked if sql.startswith("SELECT")]
    async with stored.engine.connect() as connection:
        for sql, values in looks:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            assert "SEARCH jobs USING INDEX ix_jobs_spending" in str(plan.all())
    assert len(looks) == 2
