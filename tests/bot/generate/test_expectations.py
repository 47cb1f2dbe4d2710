"""What a member who waits is told: a moment that lies ahead, or why there's none."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import words
from bot.domain.budgets import Budgets
from bot.domain.jobs import JobState
from bot.generate.expectations import SOON, Expectation, Expectations
from bot.store.pause_store import Pause, PauseReason
from tests.bot.generate.parts import OVERDUE_S, expectations_on
from tests.factories import HandClock, Stored

USUAL = timedelta(seconds=35)


@pytest.fixture
def expectations(stored: Stored) -> Expectations:
    return expectations_on(stored)


async def pause(stored: Stored) -> None:
    """The provider takes no requests."""
    now = stored.clock()
    begun = Pause(
        reason=PauseReason.UNAVAILABLE,
        began_at=now,
        probe_at=now + timedelta(seconds=60),
        distance_s=60,
    )
    await stored.stores.pauses.change(lambda _: begun)


async def test_running_track_is_expected_from_its_submission_on(
    stored: Stored, expectations: Expectations, clock: HandClock
) -> None:
    job, began_at = await stored.generate(), clock()
    clock.advance(20)
    assert (await expectations.of(job)).at == began_at + USUAL


async def test_waiting_track_is_expected_from_now_on_and_later_behind_others(
    stored: Stored, expectations: Expectations, clock: HandClock
) -> None:
    job = await stored.queue()
    clock.advance(1000)
    assert (await expectations.of(job)).at == clock() + USUAL
    first, eleventh = [(await expectations.of(job, place=place)).at for place in (1, 11)]
    assert first is not None
    assert eleventh is not None
    assert clock() + USUAL < first < eleventh


async def test_no_moment_is_named_that_has_passed_or_is_about_to(
    stored: Stored, expectations: Expectations, clock: HandClock
) -> None:
    job = await stored.generate()
    until = (await expectations.of(job)).until
    assert until == clock() + USUAL - SOON
    clock.now = until
    for instead, seconds in ((words.any_moment, OVERDUE_S), (words.takes_longer, 86_400)):
        assert await expectations.of(job) == Expectation(instead=instead)
        clock.advance(seconds)


@pytest.mark.parametrize("state", [JobState.RECEIVED, JobState.QUEUED])
async def test_waiting_track_waits_for_the_provider_while_that_takes_no_requests(
    stored: Stored, expectations: Expectations, state: JobState
) -> None:
    job = await stored.bring_to(state)
    await pause(stored)
    assert await expectations.of(job, place=1) == Expectation(instead=words.service_closed)
    await stored.stores.pauses.end()
    assert (await expectations.of(job, place=1)).at


async def test_running_track_is_expected_as_ever_while_no_others_are_taken(
    stored: Stored, expectations: Expectations
) -> None:
    job = await stored.generate()
    await pause(stored)
    assert (await expectations.of(job)).at


async def test_track_that_the_budget_is_too_small_for_waits_until_it_starts_again(
    stored: Stored,
) -> None:
    budgets = Budgets(per_day=100, per_month=300)
    for price, end in ((100, None), (101, (2026, 11, 23)), (301, (2026, 12, 1))):
        job = await stored.queue(held_credits=price)
        expected = await expectations_on(stored, budgets).of(job, place=1)
        again_at = datetime(*end, tzinfo=UTC) if end else None
        assert expected.again_at == again_at
        if again_at:
            assert expected.instead() == words.waits_for_budget(again_at)
            assert expected.until == again_at


async def test_track_that_has_gone_out_does_not_wait_for_the_budget(stored: Stored) -> None:
    job = await stored.generate(held_credits=101)
    assert (await expectations_on(stored, Budgets(per_day=100)).of(job)).at
