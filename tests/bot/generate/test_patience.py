"""What waits too long, and what waits for the budget: over processes, and as time passes."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.budgets import Budgets
from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind
from bot.domain.money import CostSource
from bot.generate.patience import TELL_AGAIN_S
from bot.loops.wakeups import Wakeup, Wakeups
from bot.provider.client import Provider
from bot.store import lapsing
from sandbox.aimlapi import AimlapiStandIn
from tests.bot.generate.parts import a_submitter, patience_on
from tests.bot.generate.submitting import kinds_of_notices, refusing
from tests.factories import HandClock, Stored

DAY_S = 24 * 3600.0
PRICE = 100
ONE = Budgets(per_day=PRICE)


async def told(stored: Stored, job: Job) -> list[NoticeKind]:
    return await kinds_of_notices(stored, job.id)


# --- lapsing ------------------------------------------------------------------------------------


async def test_request_lapses_once_when_two_processes_look_at_the_same_moment(
    stored: Stored, clock: HandClock
) -> None:
    job, wakeups = await stored.queue(held_credits=PRICE), Wakeups()
    both = [patience_on(one, wakeups) for one in (stored, stored.as_worker("two"))]
    clock.now = job.created_at + timedelta(seconds=DAY_S - 1)
    await asyncio.gather(*(one.look() for one in both))
    assert (await stored.job(job.id)).state is JobState.QUEUED
    clock.advance(1)
    await asyncio.gather(*(one.look() for one in both))
    lapsed = await stored.job(job.id)
    assert (lapsed.state, lapsed.failure_kind) == (JobState.FAILED, FailureKind.LAPSED)
    assert (lapsed.cost_credits, lapsed.cost_source) == (0, CostSource.FREE)
    assert lapsed.finished_at == clock()
    assert await told(stored, job) == [NoticeKind.FAILURE]
    assert wakeups.event(Wakeup.DELIVER).is_set()


async def test_all_lapse_at_once_however_many_there_are(
    stored: Stored, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lapsing, "_SOME_STALE", lapsing._SOME_STALE.limit(2))
    for _ in range(5):
        await stored.queue()
    clock.advance(DAY_S)
    young = await stored.queue()
    assert await stored.stores.lapsing.lapse(young.created_at - timedelta(hours=1), clock()) == 5
    assert await stored.count(JobState.QUEUED) == 1


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.QUEUED}))
async def test_only_what_waits_for_the_provider_lapses(
    stored: Stored, clock: HandClock, state: JobState
) -> None:
    job = await stored.bring_to(state)
    clock.advance(10 * DAY_S)
    await patience_on(stored, Wakeups()).look()
    assert (await stored.job(job.id)).state is state


async def test_no_stale_request_is_submitted_after_a_top_up(
    stored: Stored, stand_in: AimlapiStandIn, provider: Provider, clock: HandClock
) -> None:
    refusal = refusing(stand_in, 403)
    stale = [await stored.queue() for _ in range(3)]
    submitter = a_submitter(stored, provider, Wakeups())
    await submitter.run_once()
    clock.advance(25 * 3600)
    stand_in.scenario.rules.remove(refusal)
    await submitter.run_once()
    assert stand_in.generations == []
    assert await stored.stores.pauses.looks(right=True)
    fresh = await stored.queue(member_id=7)
    await submitter.run_once()
    assert len(stand_in.generations) == 1
    assert (await stored.job(fresh.id)).state is JobState.GENERATING
    for job in stale:
        assert (await stored.job(job.id)).failure_kind is FailureKind.LAPSED
        again = await stored.receive(retry_of=job.id)
        assert again.retry_of == job.id


# --- waiting for the budget ---------------------------------------------------------------------


async def test_member_is_told_once_when_the_budget_shrinks(
    stored: Stored, clock: HandClock
) -> None:
    fits = await stored.queue(held_credits=PRICE)
    dear = [await stored.queue(held_credits=PRICE + 1)]
    clock.advance(1)
    dear.append(await stored.queue(held_credits=PRICE + 1))
    other = await stored.queue(held_credits=PRICE + 1, member_id=7)
    both = [patience_on(one, Wakeups(), ONE) for one in (stored, stored.as_worker("two"))]
    for _ in range(3):
        await asyncio.gather(*(one.look() for one in both))
        clock.advance(TELL_AGAIN_S)
    assert [await told(stored, job) for job in (fits, *dear, other)] == [
        [],
        [NoticeKind.DELAYED],
        [],
        [NoticeKind.DELAYED],
    ]


async def test_nobody_is_told_of_waiting_when_all_fits(stored: Stored) -> None:
    job = await stored.queue(held_credits=PRICE)
    await patience_on(stored, Wakeups(), ONE).look()
    await patience_on(stored, Wakeups()).look()
    assert await told(stored, job) == []


async def test_track_goes_out_by_itself_when_the_day_begins_again(
    stored: Stored, stand_in: AimlapiStandIn, provider: Provider, clock: HandClock
) -> None:
    jobs = [await stored.queue(held_credits=PRICE) for _ in range(2)]
    submitter = a_submitter(stored, provider, Wakeups(), budgets=ONE)
    assert await submitter.run_once() == 1
    assert await submitter.next_due_at() is None  # it rests, and looks again soon
    clock.advance(12 * 3600 - 1)
    assert await submitter.run_once() == 0
    clock.advance(1)
    assert await submitter.run_once() == 1
    assert len(stand_in.generations) == 2
    assert [await told(stored, job) for job in jobs].count([NoticeKind.DELAYED]) == 1


async def test_track_that_waits_for_the_budget_can_be_cancelled(stored: Stored) -> None:
    job = await stored.queue(held_credits=PRICE + 1)
    await patience_on(stored, Wakeups(), ONE).look()
    assert await stored.jobs.cancel(job.id, stored.clock(), source=JobState.QUEUED)
    assert await stored.claim_submissions(budgets=ONE) == []
