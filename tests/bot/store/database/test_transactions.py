"""Works that share a transaction, and do not share each other's fate."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import DatabaseTrouble
from bot.store.database.tables import processes
from bot.store.database.transactions import WORKS_LIMIT, Transactions, Work
from tests.factories import NOW, Stored


def entering(name: str) -> Work[str]:
    """A work that leaves a trace in the database."""

    async def work(connection: AsyncConnection) -> str:
        await connection.execute(sa.insert(processes).values(id=name, alive_until=NOW))
        return name

    return work


async def entered(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set((await connection.execute(sa.select(processes.c.id))).scalars())


async def test_each_gets_its_own_result_when_many_wait(engine: AsyncEngine) -> None:
    transactions = Transactions(engine)
    names = [f"p{number}" for number in range(2 * WORKS_LIMIT + 1)]
    assert await asyncio.gather(*(transactions.run(entering(name)) for name in names)) == names
    assert await entered(engine) == set(names)


async def test_works_that_wait_together_are_committed_together_where_there_is_one_writer(
    engine: AsyncEngine,
) -> None:
    commits: list[sa.Connection] = []
    sa.event.listen(engine.sync_engine, "commit", commits.append)
    transactions = Transactions(engine)
    await asyncio.gather(
        *(transactions.run(entering(f"p{number}")) for number in range(WORKS_LIMIT))
    )
    assert len(commits) == (1 if engine.dialect.name == "sqlite" else WORKS_LIMIT)


async def test_patient_work_goes_together_with_the_next(engine: AsyncEngine) -> None:
    commits: list[sa.Connection] = []
    sa.event.listen(engine.sync_engine, "commit", commits.append)
    transactions = Transactions(engine)
    works = (transactions.run(entering(name), patience_s=3600) for name in ("a", "b"))
    patient = asyncio.gather(*works)
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        assert await transactions.run(entering("next")) == "next"
        assert await patient == ["a", "b"]
    assert len(commits) == (1 if engine.dialect.name == "sqlite" else 3)


async def test_patient_work_goes_alone_when_nobody_comes(engine: AsyncEngine) -> None:
    async with asyncio.timeout(60):
        assert await Transactions(engine).run(entering("alone"), patience_s=0.01) == "alone"
    assert await entered(engine) == {"alone"}


async def failing(connection: AsyncConnection) -> None:
    """A work that is refused after it has written something."""
    await entering("half")(connection)
    raise LookupError("after all not")


@pytest.mark.parametrize("refused", [{1}, {0}, {3}, {0, 1, 2}, {0, 1, 2, 3}], ids=str)
async def test_failing_works_fail_alone_and_leave_nothing_when_others_go_with_them(
    engine: AsyncEngine, refused: set[int]
) -> None:
    commits: list[sa.Connection] = []
    sa.event.listen(engine.sync_engine, "commit", commits.append)
    transactions = Transactions(engine)
    works = [failing if number in refused else entering(f"p{number}") for number in range(4)]
    outcomes = await asyncio.gather(
        *(transactions.run(work) for work in works), return_exceptions=True
    )
    assert {n for n, outcome in enumerate(outcomes) if isinstance(outcome, LookupError)} == refused
    assert await entered(engine) == {f"p{number}" for number in range(4) if number not in refused}
    assert len(commits) == (1 if engine.dialect.name == "sqlite" else 4 - len(refused))


async def test_works_are_run_once_when_others_are_refused(engine: AsyncEngine) -> None:
    runs: list[str] = []

    def counted(name: str) -> Work[None]:
        async def work(_connection: AsyncConnection) -> None:
            runs.append(name)

        return work

    transactions = Transactions(engine)
    works = (counted("before"), failing, counted("after"))
    await asyncio.gather(*(transactions.run(work) for work in works), return_exceptions=True)
    assert sorted(runs) == ["after", "before"]  # two connections keep no order


async def test_nobody_is_told_of_success_when_the_commit_fails(engine: AsyncEngine) -> None:
    def fail(_connection: sa.Connection) -> None:
        raise DatabaseTrouble("is full")

    transactions = Transactions(engine)
    sa.event.listen(engine.sync_engine, "commit", fail)
    works = (entering("one"), failing, entering("two"))
    outcomes = await asyncio.gather(
        *(transactions.run(work) for work in works), return_exceptions=True
    )
    sa.event.remove(engine.sync_engine, "commit", fail)
    told = [type(outcome) for outcome in outcomes]
    refused = DatabaseTrouble if engine.dialect.name == "sqlite" else LookupError
    assert told == [DatabaseTrouble, refused, DatabaseTrouble]
    assert await entered(engine) == set()


async def test_works_of_different_stores_are_committed_together(stored: Stored) -> None:
    jobs = [await stored.succeed() for _ in range(2)]
    commits: list[sa.Connection] = []
    sa.event.listen(stored.engine.sync_engine, "commit", commits.append)
    await asyncio.gather(
        stored.stores.likes.toggle(jobs[0].id, 1, NOW),
        stored.stores.card_edits.mark(jobs[1].id, NOW),
        stored.jobs.measured(jobs[1].id, duration_s=1.0, tempo_bpm=None),
    )
    assert len(commits) == (1 if stored.engine.dialect.name == "sqlite" else 3)


async def test_all_are_told_and_later_ones_served_when_the_database_has_trouble(
    engine: AsyncEngine,
) -> None:
    async def troubled(_connection: AsyncConnection) -> None:
        raise DatabaseTrouble("is full")

    transactions = Transactions(engine)
    first = transactions.run(troubled)
    outcomes = await asyncio.gather(first, return_exceptions=True)
    assert isinstance(outcomes[0], DatabaseTrouble)
    assert await transactions.run(entering("later")) == "later"


async def test_others_go_on_when_one_who_waits_is_cancelled(engine: AsyncEngine) -> None:
    transactions = Transactions(engine)
    given_up = asyncio.create_task(transactions.run(entering("given up")))
    going_on = asyncio.create_task(transactions.run(entering("going on")))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await going_on == "going on"
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert "going on" in await entered(engine)
