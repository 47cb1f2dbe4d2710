"""Prices, on both databases: the list as it was read last, and what tracks did cost."""

import sqlalchemy as sa

from bot.domain.jobs import Job
from bot.store.database.tables import jobs
from bot.store.price_store import LOOKED_AT, RECENT, Paid
from tests.factories import HandClock, Stored, a_request

LYRIA = "google/lyria2"
ELEVEN = "elevenlabs/eleven_music"


async def paid(stored: Stored, job: Job, cost_credits: int | None) -> None:
    """What the track is known to have cost."""
    cost = sa.update(jobs).where(jobs.c.id == job.id).values(cost_credits=cost_credits)
    async with stored.engine.begin() as connection:
        await connection.execute(cost)


async def test_list_is_what_was_read_last(stored: Stored) -> None:
    prices = stored.stores.prices
    assert await prices.listed() == {}
    await prices.replace([LYRIA, ELEVEN], {LYRIA: '{"kind": "fixed"}', ELEVEN: "null"})
    await prices.replace([LYRIA, ELEVEN], {LYRIA: '{"kind": "variable"}'})
    assert await prices.listed() == {LYRIA: '{"kind": "variable"}', ELEVEN: None}


async def test_last_tracks_with_a_known_cost_are_told_of_each_model(
    stored: Stored, clock: HandClock
) -> None:
    first = await stored.succeed()
    clock.advance(60)
    free, unknown = await stored.succeed(), await stored.succeed()
    clock.advance(60)
    longer = await stored.succeed(request=a_request(model=ELEVEN, seconds=30))
    for job, cost in ((first, 120_000), (free, 0), (unknown, None), (longer, 700_000)):
        await paid(stored, job, cost)
    assert await stored.stores.prices.paid([LYRIA, ELEVEN, "stable-audio"]) == {
        LYRIA: [Paid(cost_credits=120_000, seconds=None)],
        ELEVEN: [Paid(cost_credits=700_000, seconds=30)],
        "stable-audio": [],
    }


async def test_only_the_last_tracks_tell(stored: Stored, clock: HandClock) -> None:
    first = await stored.succeed()
    await paid(stored, first, 900_000)
    last = await stored.succeed()
    columns = [column for column in jobs.c if column.name not in {"id", "take", "finished_at"}]
    numbers = sa.select(sa.literal(2).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n <= LOOKED_AT))
    copies = (
        sa.select(
            sa.cast(numbers.c.n, sa.String),
            numbers.c.n,
            sa.literal(clock.advance(60), jobs.c.finished_at.type),
            *columns,
        )
        .select_from(jobs.join(numbers, sa.true()))
        .where(jobs.c.id == last.id)
    )
    names = ["id", "take", "finished_at", *(column.name for column in columns)]
    async with stored.engine.begin() as connection:
        await connection.execute(sa.insert(jobs).from_select(names, copies))
    assert await stored.stores.prices.paid([LYRIA]) == {LYRIA: []}
    known = sa.update(jobs).where(jobs.c.id != first.id).values(cost_credits=1)
    async with stored.engine.begin() as connection:
        await connection.execute(known)
    found = (await stored.stores.prices.paid([LYRIA]))[LYRIA]
    assert found == [Paid(cost_credits=1, seconds=None)] * RECENT
