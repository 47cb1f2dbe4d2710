"""Submitting to the provider's stand-in: each refusal, and what becomes of the job."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.jobs import FailureKind, JobState, NoticeKind
from bot.errors import DatabaseTrouble
from bot.generate.submitter import LEASE_S, Submitter
from bot.loops.wakeups import Wakeup, Wakeups
from bot.provider.client import GENERATIONS, Provider
from bot.provider.wire import Generation
from bot.store.process_store import ProcessStore
from sandbox.aimlapi import KEY, AimlapiStandIn, error_body
from sandbox.scenario import Rule
from tests.bot.generate.parts import a_submitter
from tests.bot.generate.submitting import HTML, is_in_doubt, kinds_of_notices, refusing
from tests.factories import AUDIO_URL, HandClock, Stored, a_request


async def test_job_is_generating_when_the_provider_took_it(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, wakeups: Wakeups
) -> None:
    job = await stored.queue()
    assert await submitter.run_once() == 1
    running = await stored.job(job.id)
    assert running.state is JobState.GENERATING
    assert running.generation_id == stand_in.generations[0].id
    assert running.due_at > stored.clock()
    assert (running.submitted_at, running.attempts) == (stored.clock(), 0)
    assert wakeups.event(Wakeup.POLL).is_set()


async def test_every_job_is_submitted_once_when_many_wait(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter
) -> None:
    for number in range(12):
        await stored.queue(request=a_request(seed=number))
    assert [await submitter.run_once() for _ in range(3)] == [10, 0, 0]
    assert len({generation.seed for generation in stand_in.generations}) == 10


@pytest.mark.parametrize(
    ("status", "body"), [(400, None), (409, None), (413, HTML), (422, {"message": "\ud800\x00"})]
)
async def test_job_fails_as_rejected_when_the_provider_does_not_take_it(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, status: int, body: object
) -> None:
    refusing(stand_in, status, body)
    job = await stored.queue()
    await submitter.run_once()
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.REJECTED)
    assert failed.failure_reason
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.FAILURE]
    assert await stored.stores.pauses.current() is None


@pytest.mark.parametrize(
    "fault",
    [
        lambda rule: rule.reset_before(),
        lambda rule: rule.reset_after(),
        lambda rule: rule.respond(500, error_body(500, "no")),
        lambda rule: rule.respond(503, HTML),
        lambda rule: rule.respond(200, HTML),
    ],
)
async def test_job_is_in_doubt_and_never_sent_again_when_the_outcome_is_unknown(
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    clock: HandClock,
    fault: Callable[[Rule], object],
) -> None:
    rule = stand_in.scenario.on("POST", GENERATIONS, times=None)
    fault(rule)
    job = await stored.queue()
    await submitter.run_once()
    assert await is_in_doubt(stored, job)
    clock.advance(10_000)
    assert await submitter.run_once() == 0
    assert rule.hits == 1


@pytest.mark.parametrize("status", [401, 403, 429, 503])
async def test_job_goes_back_into_the_queue_when_it_surely_cost_nothing(
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    clock: HandClock,
    status: int,
) -> None:
    rule = refusing(stand_in, status)
    job = await stored.queue()
    await submitter.run_once()
    assert (await stored.job(job.id)).state is JobState.QUEUED
    stand_in.scenario.rules.remove(rule)
    clock.advance(60)
    await submitter.run_once()
    assert (await stored.job(job.id)).state is JobState.GENERATING
    assert await stored.stores.pauses.current() is None


async def test_job_goes_back_into_the_queue_when_nobody_listens(
    stored: Stored, wakeups: Wakeups, unused_port: int
) -> None:
    job = await stored.queue()
    async with Provider.open(f"http://127.0.0.1:{unused_port}", KEY) as provider:
        await a_submitter(stored, provider, wakeups).run_once()
    assert (await stored.job(job.id)).state is JobState.QUEUED


@pytest.mark.parametrize("value", ["nan", "-1", "soon"])
async def test_job_goes_back_into_the_queue_when_retry_after_makes_no_sense(
    stored: Stored, stand_in: AimlapiStandIn, submitter: Submitter, value: str
) -> None:
    refusing(stand_in, 429, **{"Retry-After": value})
    job = await stored.queue()
    await submitter.run_once()
    assert (await stored.job(job.id)).state is JobState.QUEUED


# --- finished at once ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "kind"),
    [
        (
            {"id": 17, "status": "completed", "audio_file": {"url": AUDIO_URL}},
            JobState.SUCCEEDED,
            NoticeKind.RESULT,
        ),
        ({"data": {"id": "x"}, "audio_file": AUDIO_URL}, JobState.SUCCEEDED, NoticeKind.RESULT),
        (
            {"generation_id": "x", "status": "failed", "error": {"message": "no names"}},
            JobState.FAILED,
            NoticeKind.FAILURE,
        ),
    ],
)
async def test_end_is_taken_when_the_submissions_answer_names_it(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    answer: object,
    state: JobState,
    kind: NoticeKind,
) -> None:
    stand_in.scenario.on("POST", GENERATIONS).respond(201, answer)
    job = await stored.queue()
    await submitter.run_once()
    assert (await stored.job(job.id)).state is state
    assert await kinds_of_notices(stored, job.id) == [kind]


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize(
    ("answer", "id_"),
    [
        ({"id": 17, "status": "queued"}, "17"),
        ({"generation_id": "a:b"}, "a:b"),
        ({"data": {"id": "a:b"}}, "a:b"),
        ({"id": "a:b", "status": "completed"}, "a:b"),
    ],
)
async def test_job_goes_on_when_its_id_is_named_in_another_way(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    status: int,
    answer: object,
    id_: str,
) -> None:
    stand_in.scenario.on("POST", GENERATIONS).respond(status, answer)
    job = await stored.queue()
    await submitter.run_once()
    running = await stored.job(job.id)
    assert (running.state, running.generation_id) == (JobState.GENERATING, id_)


# --- mistakes of ours -----------------------------------------------------------------------------


async def test_job_is_in_doubt_at_once_when_its_submission_ends_in_an_unexpected_way(
    *,
    stored: Stored,
    submitter: Submitter,
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def submit(*_: Any, **__: Any) -> Generation:
        raise LookupError("nobody thought of this")

    with monkeypatch.context() as patched:
        patched.setattr(Provider, "submit", submit)
        job = await stored.queue()
        await submitter.run_once()
    assert await is_in_doubt(stored, job)
    assert await kinds_of_notices(stored, job.id) == []
    assert "nobody thought of this" in caplog.text
    other = await stored.queue()
    assert await submitter.run_once() == 0  # the next one is a probe
    clock.advance(2)
    assert await submitter.run_once() == 1
    assert (await stored.job(other.id)).state is JobState.GENERATING


# --- places, and the dead -----------------------------------------------------------------------


async def test_job_waits_when_all_places_are_taken(
    stored: Stored, provider: Provider, wakeups: Wakeups, stand_in: AimlapiStandIn
) -> None:
    submitter = a_submitter(stored, provider, wakeups, at_most_running=2)
    for _ in range(3):
        await stored.queue()
    assert [await submitter.run_once() for _ in range(2)] == [2, 0]
    assert await submitter.next_due_at() is None
    assert len(stand_in.generations) == 2


async def test_job_is_in_doubt_when_the_process_that_submitted_it_died(
    stored: Stored,
    submitter: Submitter,
    clock: HandClock,
    stand_in: AimlapiStandIn,
    wakeups: Wakeups,
) -> None:
    job = await stored.as_worker("two").submit()
    clock.advance(LEASE_S)
    await submitter.run_once()
    assert await is_in_doubt(stored, job)
    assert wakeups.event(Wakeup.LOOK_UP).is_set()
    assert len(stand_in.generations) == 0


async def test_cancelled_job_is_not_submitted(
    stored: Stored, submitter: Submitter, stand_in: AimlapiStandIn
) -> None:
    job = await stored.queue()
    await stored.jobs.cancel(job.id, stored.clock(), source=JobState.QUEUED)
    assert await submitter.run_once() == 0
    assert len(stand_in.generations) == 0


async def test_job_goes_on_when_the_process_that_was_taken_for_dead_gets_its_answer(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    wakeups: Wakeups,
) -> None:
    job = await stored.queue()
    hold = stand_in.scenario.on("POST", GENERATIONS).hold_before()
    submitting = asyncio.create_task(submitter.run_once())
    await hold.reached()
    await ProcessStore(stored.engine, "one").leave()
    assert await stored.as_worker("two").jobs.doubt_abandoned(stored.clock()) == [job.id]
    hold.release()
    await submitting
    running = await stored.job(job.id)
    assert running.state is JobState.GENERATING
    assert running.generation_id == stand_in.generations[0].id
    assert running.due_at > stored.clock()
    assert (running.failure_kind, running.failure_reason, running.finished_at) == (None,) * 3
    assert wakeups.event(Wakeup.POLL).is_set()
    assert running.unsure_since is None


async def test_answer_is_taken_as_stored_when_only_the_databases_reply_was_lost(
    stored: Stored,
    submitter: Submitter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("bot.generate.submitter.STORE_AGAIN_S", 0.0)
    stored_once = type(stored.jobs).start_generation

    async def lose_the_reply(*args: Any, **named: Any) -> bool:
        monkeypatch.setattr(type(stored.jobs), "start_generation", stored_once)
        await stored_once(*args, **named)
        raise DatabaseTrouble("went away")

    monkeypatch.setattr(type(stored.jobs), "start_generation", lose_the_reply)
    job = await stored.queue()
    await submitter.run_once()
    assert (await stored.job(job.id)).state is JobState.GENERATING
    assert "waits to be stored" in caplog.text
    assert "has no job" not in caplog.text
