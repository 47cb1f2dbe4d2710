"""Alerts, on both databases: told by one process, for as long as their cause lasts."""

import asyncio

import pytest

from bot.domain.causes import Cause
from bot.store.process_store import ProcessStore
from tests.factories import NOW, HandClock, Stored

DISK = ("disk", "machine")


async def test_one_of_many_processes_may_tell(stored: Stored) -> None:
    stores = [stored.as_worker(worker).stores.alerts for worker in ("one", "two", "three")]
    claimed = await asyncio.gather(*(one.claim(*DISK, NOW, lease_s=60) for one in stores))
    assert sorted(claimed, key=str) == [NOW, None, None]


async def test_another_process_may_tell_when_the_first_did_not(
    stored: Stored, clock: HandClock
) -> None:
    alerts = stored.stores.alerts
    assert await alerts.claim(*DISK, clock(), lease_s=60) == NOW
    assert await alerts.claim(*DISK, clock.advance(59), lease_s=60) is None
    assert await alerts.claim(*DISK, clock.advance(1), lease_s=60) == NOW
    await alerts.told(*DISK, clock())
    assert await alerts.claim(*DISK, clock.advance(600), lease_s=60) is None


async def test_cause_that_comes_back_is_another_one(stored: Stored, clock: HandClock) -> None:
    alerts = stored.stores.alerts
    await alerts.claim(*DISK, clock(), lease_s=60)
    assert set(await alerts.standing()) == {DISK}
    await alerts.told(*DISK, clock())
    await alerts.over(*DISK)
    assert await alerts.standing() == {}
    later = clock.advance(600)
    assert await alerts.claim(*DISK, later, lease_s=60) == later


async def test_machines_have_causes_of_their_own(stored: Stored) -> None:
    alerts = stored.stores.alerts
    await alerts.claim(*DISK, NOW, lease_s=60)
    assert await alerts.claim("disk", "another", NOW, lease_s=60) == NOW
    await alerts.over(*DISK)
    assert set(await alerts.standing()) == {("disk", "another")}


async def test_one_process_is_the_first(stored: Stored, clock: HandClock) -> None:
    one, two = (stored.as_worker(worker).stores.alerts for worker in ("one", "two"))
    assert [await one.is_first(clock()), await two.is_first(clock())] == [True, False]
    await ProcessStore(stored.engine, "one").leave()
    assert [await one.is_first(clock()), await two.is_first(clock())] == [False, True]


@pytest.mark.parametrize("cause", Cause)
async def test_host_knows_of_a_delay_when_told_of_its_cause(
    stored: Stored, clock: HandClock, cause: Cause
) -> None:
    alerts = stored.stores.alerts
    await alerts.claim(cause, "", clock(), lease_s=60)
    assert not await alerts.host_knows()
    await alerts.told(cause, "", clock())
    assert await alerts.host_knows() is (cause in {Cause.KEY, Cause.BALANCE, Cause.PAUSED})
    await alerts.over(cause, "")
    assert not await alerts.host_knows()
