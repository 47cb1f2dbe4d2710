"""Polling the provider's stand-in: nothing that was paid for is given up."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind
from bot.generate.generations import GIVE_UP_AFTER_S
from bot.generate.poller import AHEAD_S, LEASE_S, SLOTS, Poller
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeup, Wakeups
from bot.provider.client import GENERATIONS, Provider
from bot.store.database.transactions import Transactions
from bot.store.job_store import JobStore
from sandbox.aimlapi import AimlapiStandIn, Fate, error_body
from sandbox.scenario import Rule
from tests.bot.generate.parts import OVERDUE_S, a_poller
from tests.factories import AUDIO_URL, HandClock, Stored, a_request


@pytest.fixture
def wakeups() -> Wakeups:
    return Wakeups()


@pytest.fixture
def poller(stored: Stored, provider: Provider, wakeups: Wakeups) -> Poller:
    return a_poller(stored, provider, wakeups)


async def generating(stored: Stored, provider: Provider) -> Job:
    """A job that the stand-in works on."""
    generation = await provider.submit(a_request(), request_id="job.1")
    return await stored.generate(generation_id=generation.id)


async def kinds_of_notices(stored: Stored, job_id: str) -> list[NoticeKind]:
    return [notice.kind for notice in await stored.notices.of_job(job_id)]


async def test_job_succeeds_when_the_provider_completed_it(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, wakeups: Wakeups
) -> None:
    stand_in.plan(Fate(duration_s=0))
    job = await generating(stored, provider)
    assert await poller.run_once() == 1
    done = await stored.job(job.id)
    assert (done.state, done.finished_at) == (JobState.SUCCEEDED, stored.clock())
    assert done.audio_url is not None
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.RESULT]
    assert wakeups.event(Wakeup.DELIVER).is_set()
    assert wakeups.event(Wakeup.SUBMIT).is_set()


@pytest.mark.parametrize("word", [None, "mastering", "stopped", "complete?", ""])
async def test_job_is_polled_again_when_its_status_is_pending_or_unknown(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, word: str | None
) -> None:
    stand_in.plan(Fate(duration_s=1000, pending_status=word))
    job = await generating(stored, provider)
    await poller.run_once()
    pending = await stored.job(job.id)
    assert pending.state is JobState.GENERATING
    assert pending.due_at > stored.clock()
    assert await poller.run_once() == 0


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"name": "Refused", "message": "not this"}, "not this"),
        ("plain", "plain"),
        ({"message": "half \ud800 pair"}, "half pair"),
        ({"message": "@everyone\x00"}, "@everyone"),
    ],
)
async def test_job_fails_with_the_providers_reason(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    poller: Poller,
    error: dict[str, str] | str,
    reason: str,
) -> None:
    stand_in.plan(Fate(duration_s=0, error=error))
    job = await generating(stored, provider)
    await poller.run_once()
    failed = await stored.job(job.id)
    assert (failed.failure_kind, failed.failure_reason) == (FailureKind.GENERATION, reason)


@pytest.mark.parametrize("file_size", [10**30, -1, "big", 1.5])
async def test_track_is_kept_when_its_size_makes_no_sense(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, file_size: object
) -> None:
    stand_in.plan(Fate(duration_s=0, audio_file={"file_size": file_size}))
    job = await generating(stored, provider)
    await poller.run_once()
    assert (await stored.job(job.id)).state is JobState.SUCCEEDED


async def test_job_is_polled_again_when_it_is_completed_without_a_file(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, clock: HandClock
) -> None:
    stand_in.plan(Fate(duration_s=0, audio_file={"url": None}))
    job = await generating(stored, provider)
    await poller.run_once()
    assert (await stored.job(job.id)).state is JobState.GENERATING
    clock.advance(60)
    assert await poller.run_once() == 1


async def test_member_is_to_be_told_within_two_minutes_when_a_finished_track_has_no_file(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    poller: Poller,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stand_in.plan(Fate(duration_s=0, audio_file={"url": None}))
    job = await generating(stored, provider)
    finished_at = clock()
    for _ in range(5):
        assert await poller.run_once() == 1
        clock.advance(OVERDUE_S)
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.LATE]
    due_at = await stored.notices.next_due_at()
    assert due_at is not None
    assert due_at - finished_at < timedelta(minutes=2)
    assert caplog.text.count("names no file") == 1


async def test_file_is_said_to_be_there_only_when_it_is(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    poller: Poller,
    clock: HandClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    for end in ({"status": "error"}, {"status": "completed", "audio_file": AUDIO_URL}):
        stand_in.plan(Fate(duration_s=0, audio_file={"url": None}))
        job = await generating(stored, provider)
        assert await poller.run_once() == 1
        assert "its file is there" not in caplog.text
        stand_in.scenario.on("GET", GENERATIONS).respond(200, {"id": job.generation_id} | end)
        clock.advance(OVERDUE_S)
        assert await poller.run_once() == 1
    assert caplog.text.count("its file is there") == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"id": 7, "status": "COMPLETED", "audio_file": [AUDIO_URL]}, JobState.SUCCEEDED),
        ({"status": " completed\n", "audio_file": AUDIO_URL}, JobState.SUCCEEDED),
        ({"status": "succeeded", "output": {"url": AUDIO_URL}}, JobState.SUCCEEDED),
        ({"id": None, "status": "failed", "error": "no"}, JobState.FAILED),
        ({"id": "x", "status": "canceled"}, JobState.FAILED),
    ],
)
async def test_end_is_taken_when_it_is_named_in_other_words(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    poller: Poller,
    answer: object,
    state: JobState,
) -> None:
    job = await generating(stored, provider)
    stand_in.scenario.on("GET", GENERATIONS).respond(200, answer, content_type="text/plain")
    await poller.run_once()
    assert (await stored.job(job.id)).state is state


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410, 418, 451])
@pytest.mark.parametrize("body", ["<html>", "", "gone", "{}"])
async def test_job_goes_on_when_a_poll_is_refused_by_something_on_the_way(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    poller: Poller,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: str,
) -> None:
    job = await generating(stored, provider)
    stand_in.scenario.on("GET", GENERATIONS).respond(status, body)
    await poller.run_once()
    assert (await stored.job(job.id)).state is JobState.GENERATING
    assert "balance" not in caplog.text


async def test_job_is_lost_when_the_provider_does_not_know_it(
    stored: Stored, poller: Poller, wakeups: Wakeups
) -> None:
    job = await stored.generate(generation_id="a:b/../c?d=e")
    await poller.run_once()
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.LOST)
    assert wakeups.event(Wakeup.SUBMIT).is_set()


@pytest.mark.parametrize(
    "fault",
    [
        lambda rule: rule.respond(401, error_body(401, "no")),
        lambda rule: rule.respond(403, error_body(403, "no")),
        lambda rule: rule.respond(429, error_body(429, "no"), headers={"Retry-After": "nan"}),
        lambda rule: rule.respond(500, "<html>"),
        lambda rule: rule.respond(200, "<html>"),
        lambda rule: rule.respond(200, b"[" * 200_000),
        lambda rule: rule.reset_before(),
        lambda rule: rule.reset_after(),
    ],
)
async def test_job_is_delivered_after_all_when_a_poll_went_wrong(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    poller: Poller,
    clock: HandClock,
    fault: Callable[[Rule], object],
) -> None:
    stand_in.plan(Fate(duration_s=0))
    job = await generating(stored, provider)
    # An idempotent request is sent again by the HTTP client where a kept connection broke.
    fault(stand_in.scenario.on("GET", GENERATIONS, times=2))
    for _ in range(3):
        await poller.run_once()
        clock.advance(60)
    assert (await stored.job(job.id)).state is JobState.SUCCEEDED


async def test_poll_waits_as_long_as_the_provider_asked(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, clock: HandClock
) -> None:
    job = await generating(stored, provider)
    rule = stand_in.scenario.on("GET", GENERATIONS)
    rule.respond(429, error_body(429, "no"), headers={"Retry-After": "120"})
    await poller.run_once()
    assert (await stored.job(job.id)).due_at == clock() + timedelta(seconds=120)


# --- overdue ------------------------------------------------------------------------------------


async def test_member_is_told_once_when_the_job_is_overdue(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    poller: Poller,
    clock: HandClock,
    wakeups: Wakeups,
) -> None:
    stand_in.plan(Fate(duration_s=5000))
    job = await generating(stored, provider)
    await poller.run_once()
    assert await kinds_of_notices(stored, job.id) == []
    for _ in range(3):
        clock.advance(OVERDUE_S + 1)
        assert await poller.run_once() == 1
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.OVERDUE]
    assert (await stored.job(job.id)).due_at == clock() + timedelta(seconds=60)
    assert wakeups.event(Wakeup.DELIVER).is_set()


async def test_late_track_is_delivered_when_it_was_overdue(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, clock: HandClock
) -> None:
    stand_in.plan(Fate(duration_s=20 * 3600))
    job = await generating(stored, provider)
    clock.advance(20 * 3600)
    await poller.run_once()
    stand_in.clock.advance(20 * 3600)
    clock.advance(60)
    await poller.run_once()
    assert (await stored.job(job.id)).state is JobState.SUCCEEDED
    kinds = await kinds_of_notices(stored, job.id)
    assert kinds == [NoticeKind.OVERDUE, NoticeKind.RESULT]


async def test_job_is_given_up_only_after_a_day(
    stored: Stored, provider: Provider, poller: Poller, clock: HandClock
) -> None:
    job = await generating(stored, provider)
    clock.advance(GIVE_UP_AFTER_S - 1)
    await poller.run_once()
    assert (await stored.job(job.id)).state is JobState.GENERATING
    clock.advance(61)
    await poller.run_once()
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.LOST)


async def test_finished_track_is_taken_when_the_bot_was_away_for_days(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, clock: HandClock
) -> None:
    stand_in.plan(Fate(duration_s=0))
    job = await generating(stored, provider)
    clock.advance(5 * GIVE_UP_AFTER_S)
    await poller.run_once()
    assert (await stored.job(job.id)).state is JobState.SUCCEEDED


# --- the rate limit and claims ------------------------------------------------------------------


async def test_polls_keep_to_the_pace_when_many_are_due(
    stored: Stored, provider: Provider, wakeups: Wakeups, stand_in: AimlapiStandIn
) -> None:
    poller = a_poller(stored, provider, wakeups, rate_limiter=RateLimiter(0.01))
    for _ in range(3):
        await generating(stored, provider)
    assert [await poller.run_once() for _ in range(3)] == [1, 0, 0]
    polls = [it for it in stand_in.traffic.exchanges if it.method == "GET"]
    assert len(polls) == 1
    due_at = await poller.next_due_at()
    assert due_at is not None
    assert 90 < (due_at - stored.clock()).total_seconds() <= 100


async def test_one_claim_serves_a_second_of_evenly_spaced_polls_when_many_are_due(
    stored: Stored, provider: Provider, wakeups: Wakeups
) -> None:
    now_s = 0.0
    poller = a_poller(stored, provider, wakeups, rate_limiter=RateLimiter(4.0, lambda: now_s))
    ids = {(await generating(stored, provider)).id for _ in range(7)}
    commits: list[sa.Connection] = []
    sa.event.listen(stored.engine.sync_engine, "commit", commits.append)
    polled: list[tuple[str, float]] = []
    while now_s < 1.75:
        polled += [(job.id, now_s) for job in await poller.claim(SLOTS)]
        due_at = await poller.next_due_at()
        assert due_at is not None
        now_s += 0.125  # a wakeup may wake the loop before it is time
    assert {job_id for job_id, _ in polled} == ids
    assert [at_s for _, at_s in polled] == [0.25 * number for number in range(7)]
    assert len(commits) == 2


class Patience(JobStore):
    """Notes how long outcomes may wait for others, and does not let them."""

    def __init__(self, stored: Stored) -> None:
        super().__init__(stored.engine, Transactions(stored.engine), "one")
        self.seen_s: list[float] = []

    async def poll_again(self, job_id: str, due_at: datetime, *, patience_s: float = 0.0) -> bool:
        self.seen_s.append(patience_s)
        return await super().poll_again(job_id, due_at)


async def test_outcome_waits_for_others_only_while_more_of_its_batch_is_to_come(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, wakeups: Wakeups
) -> None:
    stand_in.plan(*[Fate(duration_s=1000)] * 2)
    ids = [(await generating(stored, provider)).id for _ in range(2)]
    stored.jobs = patience = Patience(stored)
    now_s = 0.0
    poller = a_poller(stored, provider, wakeups, rate_limiter=RateLimiter(4.0, lambda: now_s))
    for _ in ids:
        assert await poller.run_once() == 1
        now_s += 0.25
    assert patience.seen_s == [AHEAD_S, 0.0]
    for job_id in ids:
        assert (await stored.job(job_id)).due_at > stored.clock()


async def test_poll_is_due_at_once_only_when_its_turn_has_come(
    stored: Stored, provider: Provider, wakeups: Wakeups, clock: HandClock
) -> None:
    now_s = 0.0
    poller = a_poller(stored, provider, wakeups, rate_limiter=RateLimiter(4.0, lambda: now_s))
    for _ in range(2):
        await generating(stored, provider)
    assert len(await poller.claim(SLOTS)) == 1
    assert await poller.next_due_at() == clock() + timedelta(seconds=0.25)
    now_s = 0.25
    assert await poller.next_due_at() == clock()


async def test_poll_is_taken_over_when_its_process_died(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, clock: HandClock
) -> None:
    stand_in.plan(Fate(duration_s=0))
    job = await generating(stored, provider)
    await stored.as_worker("two").jobs.claim_polls(5, clock(), lease_s=LEASE_S)
    assert await poller.run_once() == 0
    clock.advance(LEASE_S)
    assert await poller.run_once() == 1
    assert (await stored.job(job.id)).state is JobState.SUCCEEDED


async def test_track_of_a_cancelled_job_is_not_announced_when_it_was_being_polled(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller
) -> None:
    stand_in.plan(Fate(duration_s=0))
    job = await generating(stored, provider)
    [claimed] = await poller.claim(1)
    await stored.jobs.cancel(job.id, stored.clock(), source=JobState.GENERATING)
    await poller.handle(claimed)
    assert (await stored.job(job.id)).state is JobState.CANCELLED
    assert await kinds_of_notices(stored, job.id) == []


async def test_nothing_is_due_when_nothing_is_generating(poller: Poller) -> None:
    assert await poller.next_due_at() is None
    assert await poller.run_once() == 0


@pytest.mark.parametrize(
    "reason",
    [
        "Your request was blocked by recitation checks",
        "bad_prompt: it names an artist",
        "Stopped by the safety filter",
        "This violates our content policy",
    ],
)
async def test_job_is_rejected_when_a_filter_stops_its_generation(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, poller: Poller, reason: str
) -> None:
    stand_in.plan(Fate(duration_s=0, error=reason))
    job = await generating(stored, provider)
    await poller.run_once()
    failed = await stored.job(job.id)
    assert (failed.failure_kind, failed.failure_reason) == (FailureKind.REJECTED, reason)
