"""Looking submissions up in the provider's logs, on a clock that stand-in and bot share."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind
from bot.domain.money import CostSource
from bot.generate.generations import Generations
from bot.generate.lookups import (
    AWAY_FOR_S,
    DOUBTED_FOR_S,
    LOOK_WITHIN_S,
    RESTORED_AWAY_FOR_S,
    LookUps,
)
from bot.generate.submitter import Submitter
from bot.loops.wakeups import Wakeups
from bot.provider.client import GENERATIONS, Provider
from bot.store.database.tables import jobs
from bot.store.process_store import ProcessStore
from bot.store.restoration import after_restoring
from sandbox.aimlapi import KEY, AimlapiStandIn, Audio, Fate
from sandbox.aimlapi.request_log import LogTerms
from sandbox.clock import Clock
from tests.bot.generate.parts import a_submitter, look_ups_on
from tests.bot.generate.submitting import is_in_doubt
from tests.factories import HandClock, Stored, a_request

LOGS = "/v2/logs"
OTHER_KEY = "another-key"
TAKES_S = 40.0


class HandledClock(Clock):
    """The stand-in's time is the test's."""

    def __init__(self, hand: HandClock) -> None:
        super().__init__()
        self._hand = hand

    def now(self) -> datetime:
        return self._hand()


@pytest.fixture
async def stand_in(clock: HandClock) -> AsyncIterator[AimlapiStandIn]:
    async with AimlapiStandIn(
        render=lambda _: Audio(b"RIFF"),
        clock=HandledClock(clock),
        durations=[TAKES_S],
        keys=[KEY, OTHER_KEY],
    ) as opened:
        yield opened


@dataclass
class Search:
    """A bot's submitter and look-ups, and the clock that they share with the provider."""

    stored: Stored
    stand_in: AimlapiStandIn
    submitter: Submitter
    lookups: LookUps

    async def cut_off(self, *, taken: bool = True) -> Job:
        """A job whose submission's answer is lost, whether or not it was taken."""
        rule = self.stand_in.scenario.on("POST", GENERATIONS)
        job = await self.stored.queue()
        (rule.reset_after if taken else rule.reset_before)()
        self.stored.clock.advance(60)  # past the pause that the last one left
        assert await self.submitter.run_once() == 1
        assert await is_in_doubt(self.stored, job)
        return job

    async def look(self, after_s: float = 0.0) -> None:
        """Let time pass as it would, with a look every few seconds."""
        clock = self.stored.clock
        end = clock().timestamp() + after_s
        while True:
            await self.lookups.run_once()
            if clock().timestamp() >= end:
                return
            clock.advance(min(15.0, end - clock().timestamp()))

    async def state(self, job: Job) -> tuple[JobState, FailureKind | None]:
        seen = await self.stored.job(job.id)
        return seen.state, seen.failure_kind

    async def kinds(self, job: Job) -> list[NoticeKind]:
        return [notice.kind for notice in await self.stored.notices.of_job(job.id)]


@pytest.fixture
def search(stored: Stored, stand_in: AimlapiStandIn, provider: Provider) -> Search:
    wakeups = Wakeups()
    lookups = look_ups_on(stored, provider, wakeups)
    return Search(stored, stand_in, a_submitter(stored, provider, wakeups), lookups)


INTERRUPTED = (JobState.FAILED, FailureKind.INTERRUPTED)
SUCCEEDED = (JobState.SUCCEEDED, None)


# --- what became of a submission ----------------------------------------------------------------


@pytest.mark.parametrize("suffixed", [True, False])
@pytest.mark.parametrize(
    "terms",
    [
        LogTerms(),
        LogTerms(lag_s=90),
        LogTerms(from_submission=True),
        LogTerms(while_running=True, lag_s=1),
    ],
)
async def test_track_is_found_when_the_answer_to_its_submission_was_lost(
    search: Search, terms: LogTerms, suffixed: bool
) -> None:
    search.stand_in.log_terms = terms
    search.stand_in.suffixed_inference_ids = suffixed
    job = await search.cut_off()
    await search.look(TAKES_S + terms.lag_s + 60)
    found = await search.stored.job(job.id)
    if found.state is JobState.GENERATING:  # found while it was running
        assert terms.while_running
    else:
        assert found.state is JobState.SUCCEEDED
        assert (found.cost_credits, found.cost_source) != (None, None)
        assert await search.kinds(job) == [NoticeKind.RESULT]
    assert found.generation_id == search.stand_in.generations[0].id
    assert found.unsure_since is None
    assert len(search.stand_in.generations) == 1


async def test_track_is_found_when_the_process_that_submitted_it_died(search: Search) -> None:
    job = await search.cut_off()
    other = search.stored.as_worker("two")
    await ProcessStore(search.stored.engine, "one").leave()
    await other.jobs.doubt_abandoned(search.stored.clock())
    await search.look(TAKES_S + 30)
    assert await search.state(job) == SUCCEEDED


async def test_job_is_interrupted_when_the_logs_know_nothing_for_long(search: Search) -> None:
    job = await search.cut_off(taken=False)
    await search.look(DOUBTED_FOR_S - 40)
    assert await is_in_doubt(search.stored, job)
    assert await search.kinds(job) == []
    await search.look(150)
    assert await search.state(job) == INTERRUPTED
    assert await search.kinds(job) == [NoticeKind.FAILURE]


@pytest.mark.parametrize("asked_again", [False, True])
async def test_track_is_delivered_when_its_row_comes_after_it_was_given_up(
    search: Search, asked_again: bool
) -> None:
    search.stand_in.log_terms = LogTerms(lag_s=1200)
    job = await search.cut_off()
    await search.look(DOUBTED_FOR_S + 120)
    assert await search.state(job) == INTERRUPTED
    if asked_again:
        await search.stored.queue(retry_of=job.id)
    await search.look(1500)
    assert await search.state(job) == SUCCEEDED
    assert (await search.stored.job(job.id)).quiet is asked_again


async def test_search_ends_after_a_day(search: Search) -> None:
    job = await search.cut_off(taken=False)
    await search.look(DOUBTED_FOR_S + 120)
    search.stored.clock.advance(25 * 3600)
    await search.look(600)
    assert (await search.stored.job(job.id)).lookup_due_at is None
    assert await search.state(job) == INTERRUPTED


async def test_job_is_submitted_once_more_when_the_logs_say_that_it_failed(search: Search) -> None:
    for _ in range(2):
        search.stand_in.plan(Fate(duration_s=TAKES_S, error="overloaded"))
    job = await search.cut_off()
    await search.look(TAKES_S + 30)
    assert await search.state(job) == (JobState.QUEUED, None)
    search.stand_in.scenario.on("POST", GENERATIONS).reset_after()
    search.stored.clock.advance(60)
    assert await search.submitter.run_once() == 1
    # The row of the first submission says nothing of the second.
    await search.look(5)
    assert await is_in_doubt(search.stored, job)
    await search.look(TAKES_S + 30)
    assert await search.state(job) == (JobState.FAILED, FailureKind.GENERATION)
    assert (await search.stored.job(job.id)).cost_credits == 0
    assert len(search.stand_in.generations) == 2


async def test_second_submission_is_delivered_when_the_first_had_failed(search: Search) -> None:
    search.stand_in.plan(Fate(duration_s=TAKES_S, error="overloaded"))
    job = await search.cut_off()
    await search.look(TAKES_S + 30)
    search.stand_in.scenario.on("POST", GENERATIONS).reset_after()
    search.stored.clock.advance(60)
    assert await search.submitter.run_once() == 1
    await search.look(TAKES_S + 60)
    assert await search.state(job) == SUCCEEDED
    assert (await search.stored.job(job.id)).generation_id == search.stand_in.generations[1].id


@pytest.mark.parametrize("status", [404, 503])
async def test_track_is_delivered_when_it_could_not_be_fetched_at_first(
    search: Search, status: int
) -> None:
    job = await search.cut_off()
    search.stored.clock.advance(TAKES_S + 10)
    fetched = search.stand_in.scenario.on("GET", GENERATIONS, times=6)
    fetched.respond(status, {"message": "Generation not found", "statusCode": status})
    await search.look(5)
    assert fetched.hits > 0
    assert await is_in_doubt(search.stored, job)
    await search.look(120)
    assert await search.state(job) == SUCCEEDED


async def test_what_was_paid_for_counts_when_it_can_never_be_fetched(search: Search) -> None:
    job = await search.cut_off()
    search.stand_in.scenario.on("GET", GENERATIONS, times=None).respond(503)
    await search.look(TAKES_S + DOUBTED_FOR_S + 120)
    assert await search.state(job) == INTERRUPTED
    search.stored.clock.advance(25 * 3600)
    await search.look(600)
    given_up = await search.stored.job(job.id)
    assert (given_up.cost_credits, given_up.lookup_due_at) == (120_000, None)


# --- logs that can't be read --------------------------------------------------------------------


async def test_job_is_interrupted_soon_and_found_later_when_the_logs_are_away(
    search: Search,
) -> None:
    away = search.stand_in.scenario.on("GET", LOGS, times=None).respond(503, "busy")
    job = await search.cut_off()
    await search.look(AWAY_FOR_S + 30)
    assert await search.state(job) == INTERRUPTED
    await search.look(3600)
    assert await search.state(job) == INTERRUPTED
    search.stand_in.scenario.rules.remove(away)
    await search.look(900)
    assert await search.state(job) == SUCCEEDED
    assert NoticeKind.RESULT in await search.kinds(job)


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_job_is_interrupted_at_once_when_there_are_no_logs(
    search: Search, status: int
) -> None:
    search.stand_in.scenario.on("GET", LOGS, times=None).respond(status, {"message": "no"})
    job = await search.cut_off()
    await search.look(10)
    assert await search.state(job) == INTERRUPTED


async def test_job_is_interrupted_when_the_key_was_changed(search: Search) -> None:
    job = await search.cut_off()
    async with Provider.open(search.stand_in.url, OTHER_KEY) as provider:
        search.lookups.provider = provider
        await search.look(TAKES_S + 30)
    assert await search.state(job) == INTERRUPTED


async def others_come(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program with the same key fills the only page of the logs that is read."""
    for _ in range(105):
        await search.lookups.provider.submit(a_request(), request_id="others.1")
    monkeypatch.setattr("bot.generate.request_log.PAGES", 1)


async def test_logs_that_are_not_read_to_the_end_count_as_away(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await search.cut_off()
    with monkeypatch.context() as patched:
        await others_come(search, patched)
        await search.look(AWAY_FOR_S + 30)
        assert await search.state(job) == INTERRUPTED
        reason = (await search.stored.job(job.id)).failure_reason or ""
        assert "can't be read" in reason
    await search.look(120)
    assert await search.state(job) == SUCCEEDED


async def test_nobody_is_told_of_a_restored_job_soon_when_the_logs_are_not_read_to_the_end(
    search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await search.cut_off()
    await after_restoring(search.stored.engine, search.stored.clock())
    await others_come(search, monkeypatch)
    await search.look(DOUBTED_FOR_S + 60)
    assert await search.kinds(job) == []
    await search.look(RESTORED_AWAY_FOR_S)
    assert await search.kinds(job) == [NoticeKind.FAILURE]


# --- a backup from between two submissions ------------------------------------------------------


async def restored_after_a_failure(search: Search) -> Job:
    """The submission that the backup knows of failed; whether there was another, it doesn't know.
    Its member was told."""
    search.stand_in.plan(Fate(duration_s=TAKES_S, error="overloaded"))
    job = await search.cut_off()
    await after_restoring(search.stored.engine, search.stored.clock())
    await search.look(DOUBTED_FOR_S + 60)
    assert await search.state(job) == INTERRUPTED
    assert await search.kinds(job) == [NoticeKind.FAILURE]
    assert (await search.stored.job(job.id)).cost_credits is None
    return job


@pytest.mark.parametrize("after_s", [0, 6 * 3600])
async def test_later_submission_is_found_when_the_one_in_the_backup_failed(
    search: Search, after_s: float
) -> None:
    job = await restored_after_a_failure(search)
    await search.look(after_s)
    await search.lookups.provider.submit(job.request, request_id=f"{job.id}.2")
    await search.look(TAKES_S + 600)
    assert await search.state(job) == SUCCEEDED
    found = await search.stored.job(job.id)
    assert (found.generation_id, found.cost_credits) == (search.stand_in.generations[1].id, 120_000)


async def test_job_of_a_backup_was_free_when_no_later_submission_is_found_within_a_day(
    search: Search,
) -> None:
    job = await restored_after_a_failure(search)
    search.stored.clock.advance(24 * 3600)
    await search.look(600)
    settled = await search.stored.job(job.id)
    assert (settled.cost_credits, settled.lookup_due_at) == (0, None)
    assert await search.kinds(job) == [NoticeKind.FAILURE]


# --- one look for all ---------------------------------------------------------------------------


async def test_one_look_serves_all_that_wait_for_one(search: Search) -> None:
    lost = [await search.cut_off() for _ in range(4)]
    clock = search.stored.clock
    clock.advance(120)
    asked = search.stand_in.scenario.on("GET", LOGS, times=None).delay(0)
    await search.lookups.run_once()
    assert asked.hits == 1
    assert [await search.state(job) for job in lost] == [SUCCEEDED] * 4


async def test_others_are_found_when_one_can_not_be_taken_in(
    search: Search, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [await search.cut_off() for _ in range(3)]
    bad, begin = jobs[0], Generations.begin

    async def begin_or_break(self: Generations, job: Job, *rest: Any, **more: Any) -> None:
        if job.id == bad.id:
            raise AssertionError("a mistake of ours")
        await begin(self, job, *rest, **more)

    monkeypatch.setattr(Generations, "begin", begin_or_break)
    search.stored.clock.advance(120)
    await search.lookups.run_once()
    assert [await search.state(job) for job in jobs[1:]] == [SUCCEEDED] * 2
    assert await is_in_doubt(search.stored, bad)
    assert "a mistake of ours" in caplog.text
    monkeypatch.undo()
    await search.look(120)
    assert await search.state(bad) == SUCCEEDED


async def test_processes_take_turns_to_read(search: Search) -> None:
    await search.cut_off()
    search.stored.clock.advance(5)
    assert await search.stored.as_worker("two").stores.turns.take(
        "logs", search.stored.clock(), lease_s=60
    )
    assert await search.lookups.run_once() == 0


async def test_all_pages_are_read(search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.generate.request_log.PAGE_EVERY_S", 0.0)
    job = await search.cut_off()
    for _ in range(205):
        await search.lookups.provider.submit(a_request(), request_id="others.1")
    search.stored.clock.advance(60)
    await search.lookups.run_once()
    assert await search.state(job) == SUCCEEDED


# --- what a track cost --------------------------------------------------------------------------


async def finished_without_usage(search: Search) -> Job:
    search.stand_in.tells_usage = False
    search.stand_in.cost_headers = "none"
    job = await search.stored.queue()
    assert await search.submitter.run_once() == 1
    search.stored.clock.advance(TAKES_S)
    running = await search.stored.job(job.id)
    assert running.generation_id is not None
    generation = await search.lookups.provider.fetch(running.generation_id)
    assert await search.lookups.generations.take(running, generation)
    return await search.stored.job(job.id)


async def test_cost_is_taken_from_the_logs_when_no_answer_tells_it(search: Search) -> None:
    job = await finished_without_usage(search)
    assert job.cost_credits is None
    await search.look(120)
    settled = await search.stored.job(job.id)
    assert (settled.cost_credits, settled.cost_source) == (120_000, CostSource.LOGS)
    assert settled.lookup_due_at is None


async def test_nobody_asks_for_a_cost_any_more_when_the_logs_had_told_it_with_the_track(
    search: Search,
) -> None:
    search.stand_in.tells_usage = False
    search.stand_in.cost_headers = "none"
    job = await search.cut_off()
    await search.look(TAKES_S + 300)
    settled = await search.stored.job(job.id)
    assert (settled.state, settled.cost_credits) == (JobState.SUCCEEDED, 120_000)
    assert settled.lookup_due_at is None


async def test_cost_is_taken_from_the_ledger_when_the_logs_dont_know_it(search: Search) -> None:
    search.stand_in.scenario.on("GET", LOGS, times=None).respond(503, "busy")
    job = await finished_without_usage(search)
    await search.look(3 * 3600)
    settled = await search.stored.job(job.id)
    assert (settled.cost_credits, settled.cost_source) == (120_000, CostSource.LEDGER)


async def test_cost_is_known_when_its_member_cancelled_it(search: Search) -> None:
    job = await search.stored.queue()
    assert await search.submitter.run_once() == 1
    now = search.stored.clock()
    assert await search.stored.jobs.cancel(job.id, now, source=JobState.GENERATING)
    await search.look(600)
    settled = await search.stored.job(job.id)
    assert (settled.cost_credits, settled.cost_source) == (120_000, CostSource.LOGS)


# --- odd ends -----------------------------------------------------------------------------------


async def test_look_up_ends_when_the_logs_told_the_cost_before_the_answer_did_not(
    search: Search,
) -> None:
    search.stand_in.tells_usage = False
    search.stand_in.cost_headers = "none"
    job = await search.cut_off()
    await search.look(TAKES_S + 180)
    settled = await search.stored.job(job.id)
    assert await search.state(job) == SUCCEEDED
    assert (settled.cost_credits, settled.lookup_due_at) == (120_000, None)


async def test_job_is_found_when_another_one_can_not_be_looked_up(search: Search) -> None:
    odd, other = await search.stored.succeed(), await finished_without_usage(search)
    first = datetime.min.replace(tzinfo=UTC)
    strange = {"submitted_at": first, "lookup_due_at": first, "inference_id": "x"}
    async with search.stored.engine.begin() as connection:
        await connection.execute(sa.update(jobs).where(jobs.c.id == odd.id).values(strange))
    lost = await search.cut_off()
    await search.look(TAKES_S + 120)
    assert await search.state(lost) == SUCCEEDED
    assert (await search.stored.job(other.id)).cost_credits == 120_000
    assert (await search.stored.job(odd.id)).cost_credits is None


@pytest.mark.parametrize("year", ["0001", "9999"])
async def test_moment_of_a_submission_is_not_believed_when_it_can_not_be(
    search: Search, year: str
) -> None:
    job = await search.stored.queue()
    await after_restoring(search.stored.engine, search.stored.clock())
    generation = await search.lookups.provider.submit(a_request(), request_id=f"{job.id}.1")
    search.stored.clock.advance(TAKES_S)
    row = {
        "inference_id": generation.id,
        "client_request_id": f"{job.id}.1",
        "status": "succeeded",
        "created": f"{year}-12-31T23:59:59Z",
    }
    search.stand_in.scenario.on("GET", LOGS, times=None).respond(200, {"data": [row]})
    await search.look(60)
    found = await search.stored.job(job.id)
    assert found.state is JobState.SUCCEEDED
    assert found.submitted_at is not None
    assert found.created_at <= found.submitted_at <= search.stored.clock()


async def test_job_is_interrupted_soon_when_the_logs_ask_to_wait_for_long(search: Search) -> None:
    busy = {"Retry-After": "3600"}
    search.stand_in.scenario.on("GET", LOGS, times=None).respond(429, {}, headers=busy)
    job = await search.cut_off()
    await search.look(2 * AWAY_FOR_S + 30)
    assert await search.state(job) == INTERRUPTED


async def test_jobs_in_doubt_come_first_when_a_look_takes_long(search: Search) -> None:
    settled = await finished_without_usage(search)
    search.stored.clock.advance(3600)
    lost = await search.cut_off(taken=False)
    search.stored.clock.advance(DOUBTED_FOR_S)

    search.lookups.clock = lambda: search.stored.clock.advance(LOOK_WITHIN_S / 4)
    [turn] = await search.lookups.claim(1)
    await search.lookups.handle(turn)
    assert await search.state(lost) == INTERRUPTED
    assert (await search.stored.job(settled.id)).cost_credits is None


async def test_track_is_found_when_a_submission_before_it_is_known_first_after_a_restore(
    search: Search,
) -> None:
    job = await search.stored.submit()
    provider = search.lookups.provider
    generation = await provider.submit(a_request(), request_id=f"{job.id}.2")
    await after_restoring(search.stored.engine, search.stored.clock())
    failed = {"inference_id": "x", "client_request_id": job.request_id, "status": "failed"}
    known = search.stand_in.scenario.on("GET", LOGS, times=None).respond(200, {"data": [failed]})
    await search.look(300)
    assert await search.kinds(job) == [NoticeKind.FAILURE]
    search.stand_in.scenario.rules.remove(known)
    await search.look(60)
    found = await search.stored.job(job.id)
    assert (found.state, found.generation_id) == (JobState.SUCCEEDED, generation.id)
    assert found.cost_credits == 120_000


async def test_job_goes_on_with_its_own_generation_when_the_answer_came_during_the_look(
    search: Search,
) -> None:
    job = await search.cut_off()
    search.stored.clock.advance(TAKES_S + 60)
    fetched = search.stand_in.scenario.on("GET", GENERATIONS).hold_before()
    looking = asyncio.create_task(search.lookups.run_once())
    await fetched.reached()
    assert await search.stored.jobs.start_generation(job.id, "other:lyria2", search.stored.clock())
    fetched.release()
    await asyncio.wait_for(looking, 30)
    after = await search.stored.job(job.id)
    assert (after.state, after.generation_id) == (JobState.GENERATING, "other:lyria2")
