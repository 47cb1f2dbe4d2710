"""The one pause, on both databases, for as many processes as there are."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.jobs import JobState
from bot.errors import RequestsClosed
from bot.store.pause_store import OF_ACCOUNT, Pause, PauseReason
from tests.factories import NOW, HandClock, Stored

PAUSE = Pause(
    reason=PauseReason.UNAVAILABLE,
    began_at=NOW,
    probe_at=NOW + timedelta(seconds=2),
    distance_s=2.0,
)


async def begin(stored: Stored, pause: Pause = PAUSE) -> None:
    await stored.stores.pauses.change(lambda _: pause)


async def test_pause_is_what_was_made_of_the_last_one(stored: Stored) -> None:
    pauses = stored.stores.pauses
    assert await pauses.current() is None
    assert await pauses.change(lambda _: PAUSE) == (None, PAUSE)
    longer = replace(PAUSE, reason=PauseReason.KEY_REJECTED, distance_s=4.0)
    changed = await pauses.change(lambda seen: longer if seen == PAUSE else PAUSE)
    assert changed == (PAUSE, longer)
    assert await stored.as_worker("two").stores.pauses.current() == longer


@pytest.mark.parametrize("reason", PauseReason)
async def test_every_reason_can_be_stored(stored: Stored, reason: PauseReason) -> None:
    await begin(stored, replace(PAUSE, reason=reason))
    pause = await stored.stores.pauses.current()
    assert pause == replace(PAUSE, reason=reason)


async def test_pause_ends_once(stored: Stored) -> None:
    await begin(stored)
    assert [await stored.stores.pauses.end() for _ in range(2)] == [True, False]
    assert await stored.stores.pauses.current() is None


async def test_no_change_is_lost_when_processes_make_them_at_the_same_moment(
    stored: Stored,
) -> None:
    def one_more(pause: Pause | None) -> Pause:
        return replace(pause, distance_s=pause.distance_s + 1) if pause else PAUSE

    stores = [stored.as_worker(f"p{number}").stores.pauses for number in range(8)]
    await asyncio.gather(*(store.change(one_more) for store in stores))
    assert await stored.stores.pauses.current() == replace(PAUSE, distance_s=9.0)


async def test_nothing_is_claimed_before_the_probe_and_then_one_at_a_time(
    stored: Stored, clock: HandClock
) -> None:
    for _ in range(3):
        await stored.queue()
    await begin(stored)
    assert await stored.claim_submissions() == []
    clock.advance(2)
    other = stored.as_worker("two")
    [probe] = await other.claim_submissions()
    assert await stored.claim_submissions() == []
    assert await other.jobs.requeue(probe.id, clock())
    assert len(await stored.claim_submissions()) == 1


async def test_one_probe_is_claimed_when_processes_ask_at_the_same_moment(
    stored: Stored, clock: HandClock
) -> None:
    for _ in range(8):
        await stored.queue()
    await begin(stored)
    clock.advance(2)
    askers = [stored.as_worker(worker_id) for worker_id in ("one", "two") * 4]
    claims = await asyncio.gather(*(asker.claim_submissions() for asker in askers))
    assert sum(len(claimed) for claimed in claims) == 1


async def test_all_are_claimed_when_the_pause_has_ended(stored: Stored) -> None:
    for _ in range(3):
        await stored.queue()
    await begin(stored)
    await stored.stores.pauses.end()
    assert len(await stored.claim_submissions()) == 3


async def test_outlook_tells_of_the_next_job_and_of_the_pause(stored: Stored) -> None:
    empty = await stored.jobs.next_submission()
    assert (empty.due_at, empty.probe_at) == (None, None)
    job = await stored.queue()
    await begin(stored)
    upcoming = await stored.jobs.next_submission()
    assert (upcoming.due_at, upcoming.probe_at) == (job.due_at, PAUSE.probe_at)


async def test_next_probe_is_at_once_after_a_restart(stored: Stored, clock: HandClock) -> None:
    pauses = stored.stores.pauses
    assert not await pauses.probe_at_once(clock())
    await begin(stored, replace(PAUSE, probe_at=NOW + timedelta(seconds=60), distance_s=60.0))
    assert await pauses.probe_at_once(clock())
    assert await pauses.current() == replace(PAUSE, probe_at=NOW, distance_s=60.0)


async def test_probe_is_not_nearer_than_the_provider_asked_for(
    stored: Stored, clock: HandClock
) -> None:
    await begin(stored, replace(PAUSE, reason=PauseReason.RATE_LIMITED))
    assert not await stored.stores.pauses.probe_at_once(clock())


# --- requests are refused -----------------------------------------------------------------------

OUT = replace(PAUSE, reason=PauseReason.OUT_OF_CREDITS)
QUARTER_S = 15 * 60


@pytest.mark.parametrize("reason", sorted(OF_ACCOUNT))
async def test_requests_are_refused_when_the_host_has_had_to_act_for_long(
    stored: Stored, clock: HandClock, reason: PauseReason
) -> None:
    await begin(stored, replace(OUT, reason=reason))
    clock.advance(QUARTER_S - 1)
    await stored.receive()
    clock.advance(1)
    with pytest.raises(RequestsClosed):
        await stored.receive()
    assert await stored.count(JobState.RECEIVED) == 1
    await stored.stores.pauses.end()
    await stored.receive()


@pytest.mark.parametrize("reason", sorted(set(PauseReason) - OF_ACCOUNT.keys()))
async def test_requests_wait_for_the_provider_however_long_when_it_comes_back_by_itself(
    stored: Stored, clock: HandClock, reason: PauseReason
) -> None:
    await begin(stored, replace(OUT, reason=reason))
    clock.advance(10 * QUARTER_S)
    await stored.receive()


async def test_requests_are_taken_once_all_looks_right_and_refused_when_it_does_not(
    stored: Stored, clock: HandClock
) -> None:
    pauses = stored.stores.pauses
    await begin(stored, OUT)
    clock.advance(QUARTER_S)
    assert [await pauses.looks(right=True) for _ in range(2)] == [True, False]
    assert await pauses.looks(right=False)
    with pytest.raises(RequestsClosed):
        await stored.receive()
    assert await pauses.looks(right=True)
    job = await stored.queue()
    assert [one.id for one in await stored.claim_submissions()] == [job.id]


@pytest.mark.parametrize("state", [JobState.RECEIVED, JobState.QUEUED])
async def test_no_look_counts_while_a_job_waits_to_be_the_probe(
    stored: Stored, state: JobState
) -> None:
    await stored.bring_to(state)
    await begin(stored, OUT)
    assert not await stored.stores.pauses.looks(right=True)


async def test_look_changes_nothing_without_a_pause(stored: Stored) -> None:
    assert not await stored.stores.pauses.looks(right=True)
    assert await stored.stores.pauses.current() is None
