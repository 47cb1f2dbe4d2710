"""Budgets: what is taken in and what goes out, over processes, the ends of days, and changes."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.budgets import Budgets, BudgetUsedUp, Period
from bot.domain.jobs import FailureKind, Job, JobState
from bot.domain.money import CostSource
from bot.store.budgets import beginnings, submitted
from bot.store.database.engine import open_database
from bot.store.database.tables import jobs, metadata
from bot.store.receiving import DailyLimits
from tests.databases import do_not_sync
from tests.factories import CARD_ID, HandClock, Stored, a_new_job

PRICE = 100
TWO_A_DAY = Budgets(per_day=2 * PRICE + PRICE // 2)
LATE = datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC)


def within(budgets: Budgets) -> DailyLimits:
    return DailyLimits(per_member=0, whole_bot=0, budgets=budgets)


async def ask(
    stored: Stored, budgets: Budgets = TWO_A_DAY, *, price: int | None = PRICE, **changes: Any
) -> Job:
    """A job that was taken in, and waits for the provider."""
    job = await stored.receive(within(budgets), held_credits=price, **changes)
    assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    return job


async def costs(stored: Stored, job: Job, credits_: int) -> None:
    """What it cost has become known."""
    settled = sa.update(jobs).where(jobs.c.id == job.id)
    async with stored.engine.begin() as connection:
        await connection.execute(
            settled.values(cost_credits=credits_, cost_source=CostSource.USAGE)
        )


async def left(stored: Stored, budgets: Budgets = TWO_A_DAY) -> list[int]:
    return [one.credits for one in await stored.stores.budgets.left(budgets, stored.clock())]


async def ids(claiming: Any) -> set[str]:
    return {job.id for job in await claiming}


# --- what is taken in ---------------------------------------------------------------------------


async def test_request_is_refused_when_what_is_held_and_its_price_are_more_than_the_budget(
    stored: Stored,
) -> None:
    for _ in range(2):
        await ask(stored)
    with pytest.raises(BudgetUsedUp) as caught:
        await ask(stored)
    assert caught.value.period is Period.DAY
    assert caught.value.free_at == datetime(2026, 11, 23, tzinfo=UTC)
    assert await stored.count(JobState.RECEIVED) == 0
    await ask(stored, price=PRICE // 2)


async def test_two_are_taken_in_when_ten_ask_two_processes_at_the_same_moment(
    stored: Stored,
) -> None:
    both = (stored, stored.as_worker("two"))
    asks = [ask(both[number % 2], member_id=number + 1) for number in range(10)]
    outcomes = await asyncio.gather(*asks, return_exceptions=True)
    assert sum(isinstance(outcome, BudgetUsedUp) for outcome in outcomes) == 8
    assert sum(isinstance(outcome, Job) for outcome in outcomes) == 2


async def test_all_variations_hold_their_price(stored: Stored) -> None:
    new = a_new_job(variations=3, held_credits=PRICE)
    with pytest.raises(BudgetUsedUp):
        await stored.jobs.receive(new, within(TWO_A_DAY), stored.clock(), lease_s=45)
    assert await stored.count(JobState.RECEIVED) == 0
    new = a_new_job(variations=2, held_credits=PRICE)
    await stored.jobs.receive(new, within(TWO_A_DAY), stored.clock(), lease_s=45)
    with pytest.raises(BudgetUsedUp):
        await ask(stored)


@pytest.mark.parametrize("budgets", [TWO_A_DAY, Budgets(per_day=1000, per_month=250)])
async def test_request_is_told_that_it_never_fits_when_it_costs_more_than_the_budget(
    stored: Stored, budgets: Budgets
) -> None:
    with pytest.raises(BudgetUsedUp) as caught:
        await ask(stored, budgets, price=251)
    assert caught.value.free_at is None


async def test_month_is_named_when_both_are_used_up(stored: Stored) -> None:
    both = Budgets(per_day=PRICE, per_month=PRICE)
    await ask(stored, both)
    with pytest.raises(BudgetUsedUp) as caught:
        await ask(stored, both)
    assert caught.value.period is Period.MONTH
    assert caught.value.free_at == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("price", [0, None])
async def test_what_costs_nothing_is_taken_in_when_the_budget_is_used_up(
    stored: Stored, price: int | None
) -> None:
    for _ in range(2):
        await ask(stored)
    await ask(stored, Budgets(per_day=1), price=price)
    assert len(await stored.claim_submissions(budgets=Budgets(per_day=1))) == 1


async def test_hold_is_given_back_when_a_job_ends_for_free(stored: Stored) -> None:
    job, other = await ask(stored), await ask(stored)
    await stored.jobs.cancel(job.id, stored.clock(), source=JobState.QUEUED)
    await ask(stored)
    assert len(await stored.claim_submissions(budgets=TWO_A_DAY)) == 2
    failing = stored.jobs.fail(
        other.id, FailureKind.REJECTED, "no", stored.clock(), source=JobState.SUBMITTING
    )
    assert await failing
    await costs(stored, other, 0)
    await ask(stored)


async def test_hold_counts_until_the_cost_is_known(stored: Stored) -> None:
    job = await ask(stored)
    assert await left(stored) == [250]
    await stored.claim_submissions(budgets=TWO_A_DAY)
    assert await left(stored) == [150]
    await costs(stored, job, 40)
    assert await left(stored) == [210]


async def test_refused_submission_counts_once(stored: Stored) -> None:
    job = await ask(stored)
    await stored.claim_submissions(budgets=TWO_A_DAY)
    assert await stored.jobs.requeue(job.id, stored.clock())
    assert await left(stored) == [250]
    await ask(stored)
    with pytest.raises(BudgetUsedUp):
        await ask(stored)


# --- what goes out ------------------------------------------------------------------------------


async def test_as_many_go_out_as_fit_when_the_budget_shrinks_while_jobs_wait(
    stored: Stored,
) -> None:
    for _ in range(5):
        await ask(stored, Budgets(per_day=1000))
    both = (stored, stored.as_worker("two"))
    claims = [one.claim_submissions(budgets=TWO_A_DAY) for one in both]
    claimed = await asyncio.gather(*claims)
    assert sum(map(len, claimed)) == 2
    assert await stored.claim_submissions(budgets=TWO_A_DAY) == []
    assert len(await stored.claim_submissions(budgets=Budgets(per_day=300))) == 1


async def test_cheaper_ones_pass_by_in_the_fair_order(stored: Stored, clock: HandClock) -> None:
    waiting = []
    for price in (200, 100, 100, 30, 30):
        waiting.append((await ask(stored, Budgets(), price=price, member_id=1)).id)
        clock.advance(1)
    first = await ids(stored.claim_submissions(budgets=Budgets(per_day=150)))
    assert first == {waiting[1], waiting[3]}
    assert await ids(stored.claim_submissions(budgets=Budgets(per_day=160))) == {waiting[4]}


async def test_no_more_go_out_than_there_are_places(stored: Stored) -> None:
    for price in (10, 200, 10, 10):
        await ask(stored, Budgets(), price=price)
    claimed = await stored.claim_submissions(budgets=Budgets(per_day=100), at_most_running=2)
    assert [job.held_credits for job in claimed] == [10, 10]


async def test_nothing_goes_out_when_more_was_spent_than_the_budget(stored: Stored) -> None:
    job = await ask(stored)
    await stored.claim_submissions()
    await costs(stored, job, 10_000)
    await ask(stored, Budgets())
    assert await stored.claim_submissions(budgets=TWO_A_DAY) == []


# --- the ends of days and months ----------------------------------------------------------------


async def test_job_counts_where_it_was_submitted_when_it_waited_over_the_end_of_a_month(
    stored: Stored, clock: HandClock
) -> None:
    clock.now = LATE
    both = Budgets(per_day=PRICE, per_month=PRICE)
    await ask(stored, both)
    assert len(await stored.claim_submissions(budgets=both)) == 1
    waits = await ask(stored, Budgets())
    assert await stored.claim_submissions(budgets=both) == []
    clock.advance(10)
    assert await left(stored, both) == [PRICE, PRICE]
    with pytest.raises(BudgetUsedUp):  # the one that waits will be paid for in this month
        await ask(stored, both)
    assert await ids(stored.claim_submissions(budgets=both)) == {waits.id}
    assert await left(stored, both) == [0, 0]


async def test_new_day_has_a_budget_of_its_own_and_the_month_goes_on(
    stored: Stored, clock: HandClock
) -> None:
    budgets = Budgets(per_day=2 * PRICE, per_month=3 * PRICE)
    for _ in range(2):
        await ask(stored, budgets)
    await stored.claim_submissions(budgets=budgets)
    with pytest.raises(BudgetUsedUp) as caught:
        await ask(stored, budgets)
    assert caught.value.free_at is not None
    clock.now = caught.value.free_at
    await ask(stored, budgets)
    with pytest.raises(BudgetUsedUp) as caught:
        await ask(stored, budgets)
    assert caught.value.period is Period.MONTH


async def test_spending_is_added_up_in_an_index(stored: Stored) -> None:
    if stored.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plans depend on how full the tables are")
    query = str(submitted().compile(dialect=stored.engine.dialect))
    async with stored.engine.connect() as connection:
        explained = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {query}", ("2026",) * query.count("?")
        )
        plan = " ".join(row.detail for row in explained)
    assert "COVERING INDEX ix_jobs_spending" in plan


async def test_sums_can_be_asked_for_of_one_server(stored: Stored) -> None:
    for guild_id, price in ((1, PRICE), (2, 70), (None, 30)):
        await ask(stored, price=price, guild_id=guild_id)
    await stored.claim_submissions(budgets=TWO_A_DAY)
    asked = submitted(jobs.c.guild_id == 2)
    async with stored.engine.connect() as connection:
        used = await connection.execute(asked, beginnings(TWO_A_DAY, stored.clock()))
        assert used.one().day == 70


# --- in whatever order --------------------------------------------------------------------------

SEARCH = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # making a failure shorter takes minutes
    suppress_health_check=list(HealthCheck),
)
BUDGETS = Budgets(per_day=300, per_month=500)
AN_HOUR = 3600.0


class Spending(RuleBasedStateMachine):
    """As long as nothing costs more than its hold, no budget is exceeded, and none stays unused."""

    def __init__(self, runner: asyncio.Runner, engine: AsyncEngine) -> None:
        super().__init__()
        self._run = runner.run
        self._clock = HandClock(LATE)
        one = Stored(engine, self._clock)
        self._processes = (one, one.as_worker("two"))
        self._run(self._wipe(engine))
        self._states: dict[str, JobState] = {}

    @staticmethod
    async def _wipe(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(sa.delete(table))

    def _one(self, choice: int, *states: JobState) -> Job | None:
        found = [job_id for job_id, state in self._states.items() if state in states]
        if not found:
            return None
        return self._run(self._processes[0].job(found[choice % len(found)]))

    @rule(process=st.integers(0, 1), price=st.integers(0, 400), unlimited=st.booleans())
    def admit(self, process: int, price: int, unlimited: bool) -> None:
        budgets = Budgets() if unlimited else BUDGETS
        try:
            job = self._run(ask(self._processes[process], budgets, price=price))
        except BudgetUsedUp:
            return
        self._states[job.id] = JobState.QUEUED

    @rule(process=st.integers(0, 1), places=st.integers(1, 4))
    def claim(self, process: int, places: int) -> None:
        left_before = min(self._run(left(self._processes[0], BUDGETS)))
        claiming = self._processes[process].jobs.claim_submissions(
            places,
            self._clock(),
            at_most_running=1000,
            overdue_s=600,
            lease_s=90,
            budgets=BUDGETS,
        )
        claimed = self._run(claiming)
        self._states |= {job.id: JobState.SUBMITTING for job in claimed}
        left_now = left_before - sum(job.held_credits or 0 for job in claimed)
        waiting = [i for i, state in self._states.items() if state is JobState.QUEUED]
        holds = [self._run(self._processes[0].job(job_id)).held_credits or 0 for job_id in waiting]
        assert len(claimed) == places or all(hold > left_now for hold in holds)

    @rule(choice=st.integers(0, 9), share=st.floats(0, 1))
    def settle(self, choice: int, share: float) -> None:
        job = self._one(choice, JobState.SUBMITTING)
        if job and job.cost_credits is None:  # what is known never changes
            self._run(costs(self._processes[0], job, int(share * (job.held_credits or 0))))

    @rule(choice=st.integers(0, 9))
    def requeue(self, choice: int) -> None:
        job = self._one(choice, JobState.SUBMITTING)
        if job and job.cost_credits is None:
            assert self._run(self._processes[0].jobs.requeue(job.id, self._clock()))
            self._states[job.id] = JobState.QUEUED

    @rule(choice=st.integers(0, 9))
    def cancel(self, choice: int) -> None:
        if job := self._one(choice, JobState.QUEUED):
            cancelling = self._processes[1].jobs.cancel(
                job.id, self._clock(), source=JobState.QUEUED
            )
            assert self._run(cancelling)
            self._states[job.id] = JobState.CANCELLED

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self._clock.advance(hours * AN_HOUR)

    @invariant()
    def no_budget_is_exceeded(self) -> None:
        assert min(self._run(left(self._processes[0], BUDGETS))) >= 0


@pytest.mark.timeout(300)
def test_budgets_hold_in_whatever_order_things_happen(database_url: str) -> None:
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        engine = runner.run(opened.enter_async_context(open_database(database_url)))
        try:
            runner.run(do_not_sync(engine))

            class Bound(Spending):
                def __init__(self) -> None:
                    super().__init__(runner, engine)

            run_state_machine_as_test(Bound, settings=SEARCH)
        finally:
            runner.run(opened.aclose())
