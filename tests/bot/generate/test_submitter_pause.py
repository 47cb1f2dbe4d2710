"""The pause after refusals: who waits, who is told, and what ends it."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.jobs import FailureKind, JobState, NoticeKind
from bot.generate.submitter import STOPPED_TIMES, Submitter
from bot.loops.wakeups import Wakeup, Wakeups
from bot.provider.client import GENERATIONS, Provider
from bot.store.process_store import ProcessStore
from sandbox.aimlapi import AimlapiStandIn, error_body
from tests.bot.generate.parts import a_submitter
from tests.bot.generate.submitting import HTML, is_in_doubt, kinds_of_notices, refusing
from tests.factories import HandClock, Stored


async def test_one_probe_goes_out_at_a_time_while_the_provider_refuses(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    rule = refusing(stand_in, 503)
    for _ in range(5):
        await stored.queue()
    assert await submitter.run_once() == 5
    assert await submitter.run_once() == 0
    clock.advance(2)
    assert await submitter.run_once() == 1
    assert await submitter.run_once() == 0
    clock.advance(4)
    assert await submitter.run_once() == 1
    stand_in.scenario.rules.remove(rule)
    clock.advance(8)
    assert await submitter.run_once() == 1
    assert await submitter.run_once() == 4
    assert await stored.count(JobState.GENERATING) == 5


async def test_no_second_probe_goes_out_while_the_first_is_under_way(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    rule = refusing(stand_in, 503)
    for _ in range(3):
        await stored.queue()
    await submitter.run_once()
    stand_in.scenario.rules.remove(rule)
    hold = stand_in.scenario.on("POST", GENERATIONS).hold_before()
    clock.advance(2)
    probe = asyncio.create_task(submitter.run_once())
    await hold.reached()
    clock.advance(60)
    assert list(await submitter.claim(5)) == []
    hold.release()
    assert await probe == 1


async def test_next_look_is_at_the_probe_while_the_provider_refuses(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    refusing(stand_in, 429, **{"Retry-After": "30"})
    await stored.queue()
    await submitter.run_once()
    assert await submitter.next_due_at() == clock() + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "set AIMLAPI_KEY"), (402, "Top it up"), (403, "Top it up")]
)
async def test_waiting_members_are_told_once_when_the_host_must_act(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    clock: HandClock,
    wakeups: Wakeups,
    caplog: pytest.LogCaptureFixture,
    status: int,
    advice: str,
) -> None:
    refusing(stand_in, status)
    waiting = [await stored.queue(member_id=member_id) for member_id in (1, 2, 3)]
    for _ in range(4):
        await submitter.run_once()
        clock.advance(100)
    for job in waiting:
        assert await kinds_of_notices(stored, job.id) == [NoticeKind.DELAYED]
    assert wakeups.event(Wakeup.DELIVER).is_set()
    assert caplog.text.count(advice) == 1


async def test_members_are_told_of_other_trouble_only_when_it_lasts(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    refusing(stand_in, 503)
    job = await stored.queue()
    for seconds in (2, 4, 8, 16):
        await submitter.run_once()
        clock.advance(seconds)
    assert await kinds_of_notices(stored, job.id) == []
    clock.advance(60)
    await submitter.run_once()
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.DELAYED]


async def test_member_is_not_told_of_waiting_when_only_the_pause_is_old(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    stand_in.scenario.on("POST", GENERATIONS).reset_after()
    await stored.queue(member_id=1)
    await submitter.run_once()  # of unknown outcome: the pause stays, while nothing waits
    refusing(stand_in, 429, **{"Retry-After": "10"})
    clock.advance(120)
    job = await stored.queue(member_id=2)
    await submitter.run_once()
    assert await kinds_of_notices(stored, job.id) == []
    for _ in range(5):
        clock.advance(10)
        await submitter.run_once()
    assert await kinds_of_notices(stored, job.id) == []
    clock.advance(10)
    await submitter.run_once()
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.DELAYED]


async def test_member_is_told_of_waiting_between_probes(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    rule = refusing(stand_in, 429, **{"Retry-After": "3000"})
    first = await stored.queue(member_id=1)
    await submitter.run_once()
    clock.advance(30)
    later = await stored.queue(member_id=2)
    for waited_s, told in ((29, []), (5, [first]), (30, [first, later])):
        clock.advance(waited_s)
        await submitter.next_due_at()
        await submitter.run_once()
        for job in (first, later):
            assert bool(await kinds_of_notices(stored, job.id)) is (job in told)
    assert rule.hits == 1


# --- stopped on the way -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 402, 403, 418])
async def test_key_and_balance_are_not_blamed_when_something_on_the_way_refuses(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    rule = refusing(stand_in, status, HTML)
    job = await stored.queue()
    await submitter.run_once()
    assert await kinds_of_notices(stored, job.id) == []
    assert "AIMLAPI_KEY" not in caplog.text
    assert "proxy or firewall" in caplog.text
    stand_in.scenario.rules.remove(rule)
    clock.advance(3)
    assert await submitter.run_once() == 1
    assert (await stored.job(job.id)).state is JobState.GENERATING


async def test_others_go_first_when_one_request_is_stopped_on_the_way(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    job = await stored.queue()
    for number in range(STOPPED_TIMES):
        assert (await stored.job(job.id)).state is JobState.QUEUED
        stand_in.scenario.on("POST", GENERATIONS).respond(403, HTML)
        assert await submitter.run_once() == 1
        other = await stored.queue(member_id=number)
        clock.advance(2)
        await submitter.run_once()
        assert (await stored.job(other.id)).state is JobState.GENERATING
        clock.advance(1)
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.REJECTED)


async def test_request_waits_without_end_when_everything_is_stopped_on_the_way(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    refusing(stand_in, 403, HTML)
    jobs = [await stored.queue(member_id=number) for number in range(3)]
    for _ in range(60):
        await submitter.run_once()
        clock.advance(60)
    assert {(await stored.job(job.id)).state for job in jobs} == {JobState.QUEUED}


async def test_other_jobs_go_on_when_the_probe_itself_is_rejected(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    rule = refusing(stand_in, 503)
    first, second = await stored.queue(), await stored.queue()
    await submitter.run_once()
    stand_in.scenario.rules.remove(rule)
    stand_in.scenario.on("POST", GENERATIONS).respond(400, error_body(400, "no"))
    clock.advance(2)
    assert [await submitter.run_once() for _ in range(2)] == [1, 1]
    states = {(await stored.job(job.id)).state for job in (first, second)}
    assert states == {JobState.FAILED, JobState.GENERATING}


async def test_pause_holds_for_all_processes_and_ends_for_all(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    provider: Provider,
    submitter: Submitter,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    wakeups = Wakeups()
    other = a_submitter(stored.as_worker("two"), provider, wakeups)
    rule = refusing(stand_in, 401)
    waiting = [await stored.queue(member_id=number) for number in range(1, 7)]
    assert await submitter.run_once() == 6
    assert await other.run_once() == 0
    for distance_s in (2, 4, 8):
        clock.advance(distance_s)
        assert [await one.run_once() for one in (other, submitter)] == [1, 0]
    assert rule.hits == 6 + 3
    for job in waiting:
        assert await kinds_of_notices(stored, job.id) == [NoticeKind.DELAYED]
    stand_in.scenario.rules.remove(rule)
    clock.advance(16)
    wakeups.event(Wakeup.SUBMIT).clear()
    assert await other.run_once() == 1
    assert wakeups.event(Wakeup.SUBMIT).is_set()
    assert await submitter.run_once() == 5
    assert caplog.text.count("set AIMLAPI_KEY") == 1
    assert caplog.text.count("accepts submissions again") == 1


async def test_no_second_probe_goes_out_while_another_process_has_one_under_way(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    provider: Provider,
    submitter: Submitter,
    clock: HandClock,
    wakeups: Wakeups,
) -> None:
    other = a_submitter(stored.as_worker("two"), provider, wakeups)
    rule = refusing(stand_in, 503)
    for _ in range(3):
        await stored.queue()
    await submitter.run_once()
    stand_in.scenario.rules.remove(rule)
    hold = stand_in.scenario.on("POST", GENERATIONS).hold_before()
    clock.advance(2)
    probe = asyncio.create_task(submitter.run_once())
    await hold.reached()
    clock.advance(30)
    assert await other.run_once() == 0
    assert await other.next_due_at() is None
    hold.release()
    assert await probe == 1
    assert await other.run_once() == 2


async def test_first_submission_is_a_probe_when_the_bot_was_restarted_in_a_pause(
    stored: Stored, stand_in: AimlapiStandIn, provider: Provider, wakeups: Wakeups, clock: HandClock
) -> None:
    rule = refusing(stand_in, 403)
    for _ in range(3):
        await stored.queue()
    await a_submitter(stored, provider, wakeups).run_once()
    restarted = a_submitter(stored.as_worker("two"), provider, wakeups)
    assert await restarted.run_once() == 0
    clock.advance(2)
    assert await restarted.run_once() == 1
    assert rule.hits == 4


async def test_pause_goes_on_when_the_process_with_the_probe_died(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, clock: HandClock
) -> None:
    refusing(stand_in, 503)
    for _ in range(3):
        await stored.queue()
    await submitter.run_once()
    clock.advance(2)
    [probe] = await stored.as_worker("two").claim_submissions()
    assert await submitter.run_once() == 0
    await ProcessStore(stored.engine, "two").leave()
    assert await submitter.run_once() == 1
    assert await is_in_doubt(stored, probe)


async def test_probe_goes_out_at_once_after_a_restart(
    stored: Stored, stand_in: AimlapiStandIn, provider: Provider, wakeups: Wakeups, clock: HandClock
) -> None:
    rule = refusing(stand_in, 401)
    await stored.queue()
    submitter = a_submitter(stored, provider, wakeups)
    for wait_s in (0, 2, 4, 8):
        clock.advance(wait_s)
        assert await submitter.run_once() == 1
    stand_in.scenario.rules.remove(rule)
    clock.advance(1)
    assert await submitter.run_once() == 0
    await stored.as_worker("two").stores.pauses.probe_at_once(clock())
    assert await a_submitter(stored.as_worker("two"), provider, wakeups).run_once() == 1
    assert len(stand_in.generations) == 1


async def test_trouble_that_comes_and_goes_is_said_once(
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(5):
        await stored.queue()
        rule = refusing(stand_in, 503)
        assert await submitter.run_once() == 1
        stand_in.scenario.rules.remove(rule)
        clock.advance(2)
        assert await submitter.run_once() == 1
    assert caplog.text.count("does not accept submissions right now") == 1
    assert caplog.text.count("accepts submissions again") == 1
