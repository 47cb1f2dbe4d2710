"""What metrics tell of money: the database's sums, whoever asks and however often."""

from datetime import timedelta

import sqlalchemy as sa

from bot.domain.budgets import Budgets, Period
from bot.domain.models import ELEVEN_MUSIC, LYRIA_2
from bot.domain.money import CostSource
from bot.metrics import Metrics
from bot.store.database.tables import jobs
from bot.store.spend_days import forget_day
from bot.store.spend_store import SpendStore
from bot.store.spending import PAST_FRESH, Accounts
from tests.bot.store.test_spend_store import DAY, PRICE, UNKNOWN, a_row, store
from tests.factories import NOW, HandClock, Stored

BUDGETS = Budgets(per_day=10 * PRICE)


def accounts(stored: Stored) -> Accounts:
    """Of a process that has just started."""
    return Accounts(SpendStore(stored.engine), BUDGETS)


async def test_metrics_equal_the_database_after_three_restarts(
    stored: Stored, clock: HandClock
) -> None:
    await store(
        stored.engine,
        *(a_row(submitted_at=NOW - at * DAY) for at in (0, 1, 2, 3, 4, 40, 200)),
        a_row(submitted_at=NOW - 30 * DAY, model=ELEVEN_MUSIC.id),
        a_row(**UNKNOWN),
        a_row(submitted_at=NOW - 5 * DAY, **UNKNOWN),
    )
    for _ in range(3):
        metrics = Metrics()
        metrics.set_spending(await accounts(stored).read(clock()))
        value = metrics.registry.get_sample_value
        of_lyria, of_eleven = ({"model": model.id} for model in (LYRIA_2, ELEVEN_MUSIC))
        assert value("compose_credits_spent_total", of_lyria) == 7 * PRICE
        assert value("compose_credits_spent_total", of_eleven) == PRICE
        assert value("compose_usd_held") == 0.12
        await stored.stores.spend_days.add_up(clock.advance(3600))


async def test_nothing_is_missed_or_counted_twice_as_days_go_by(
    stored: Stored, clock: HandClock
) -> None:
    lasting = accounts(stored)
    for _ in range(40):
        await store(stored.engine, a_row(submitted_at=clock()))
        await stored.stores.spend_days.add_up(clock())
        assert await lasting.read(clock()) == await accounts(stored).read(clock())
        clock.advance(5 * 3600)


async def test_cost_of_an_old_track_is_known_within_the_hour(
    stored: Stored, clock: HandClock
) -> None:
    row = a_row(submitted_at=NOW - 9 * DAY, **UNKNOWN)
    await store(stored.engine, row)
    await stored.stores.spend_days.add_up(NOW)
    lasting = accounts(stored)
    assert (await lasting.read(clock())).known == {}
    async with stored.engine.begin() as connection:
        change = sa.update(jobs).where(jobs.c.id == row["id"])
        await connection.execute(change.values(cost_credits=7, cost_source=CostSource.LEDGER))
        await forget_day(connection, row["submitted_at"])
    clock.advance(PAST_FRESH.total_seconds())
    assert (await lasting.read(clock())).known == {LYRIA_2.id: 7}


async def test_used_begins_with_the_day_and_the_month(stored: Stored, clock: HandClock) -> None:
    first = NOW.replace(day=1, hour=0)
    moments = (NOW, first, first - timedelta(microseconds=1))
    await store(stored.engine, *(a_row(submitted_at=moment) for moment in moments))
    used = (await accounts(stored).read(clock())).used
    assert used == {Period.DAY: PRICE, Period.MONTH: 2 * PRICE}
