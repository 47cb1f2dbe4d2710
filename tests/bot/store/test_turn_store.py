"""Turns, on both databases: one process at a time does what is due, for all of them."""

import asyncio
from datetime import timedelta

from bot.store.process_store import ProcessStore
from bot.store.turn_store import Turn
from tests.factories import NOW, HandClock, Stored

LATER = NOW + timedelta(hours=6)


async def test_one_of_many_processes_has_the_turn_when_it_was_never_done(stored: Stored) -> None:
    stores = [stored.as_worker(worker).stores.turns for worker in ("one", "two", "three")]
    taken = await asyncio.gather(*(one.take("prices", NOW, lease_s=60) for one in stores))
    assert [one for one in taken if one] == [Turn(name="prices", due_at=NOW, memo=None)]


async def test_turn_is_for_whoever_comes_first_when_it_is_due_again(stored: Stored) -> None:
    one, two = (stored.as_worker(worker).stores.turns for worker in ("one", "two"))
    assert await one.take("prices", NOW, lease_s=60)
    assert await one.done("prices", LATER, memo="what was read")
    assert await two.take("prices", LATER - timedelta(seconds=1), lease_s=60) is None
    assert await two.take("prices", LATER, lease_s=60) == Turn(
        name="prices", due_at=LATER, memo="what was read"
    )


async def test_another_process_has_the_turn_when_the_first_has_died(
    stored: Stored, clock: HandClock
) -> None:
    one, two = (stored.as_worker(worker).stores.turns for worker in ("one", "two"))
    assert await one.take("prices", clock(), lease_s=600)
    assert await two.take("prices", clock.advance(1), lease_s=600) is None
    await ProcessStore(stored.engine, "one").leave()
    assert await two.take("prices", clock.advance(1), lease_s=600)


async def test_another_process_has_the_turn_when_the_first_takes_too_long(
    stored: Stored, clock: HandClock
) -> None:
    one, two = (stored.as_worker(worker).stores.turns for worker in ("one", "two"))
    assert await one.take("prices", clock(), lease_s=60)
    assert await two.take("prices", clock.advance(59), lease_s=60) is None
    assert await two.take("prices", clock.advance(1), lease_s=60)
    assert not await one.done("prices", LATER, memo="too late")
    assert await two.done("prices", LATER, memo="in time")
    again = await one.take("prices", LATER, lease_s=60)
    assert again
    assert again.memo == "in time"


async def test_tasks_have_turns_of_their_own(stored: Stored) -> None:
    turns = stored.stores.turns
    assert await turns.next_due_at("prices") is None
    assert await turns.take("prices", NOW, lease_s=60)
    assert await turns.take("logs", NOW, lease_s=60)
    assert await turns.done("prices", LATER)
    assert await turns.next_due_at("prices") == LATER
    assert await turns.next_due_at("logs") == NOW


async def test_turn_is_taken_when_the_clock_was_set_back_since(
    stored: Stored, clock: HandClock
) -> None:
    turns = stored.stores.turns
    clock.advance(10 * 365 * 86_400)
    assert await turns.take("logs", clock(), lease_s=60)
    assert await turns.done("logs", clock.advance(5))
    clock.now = NOW
    assert await turns.take("logs", clock(), lease_s=60)
    assert await turns.done("logs", LATER)
    assert await turns.take("logs", clock.advance(60), lease_s=60) is None
