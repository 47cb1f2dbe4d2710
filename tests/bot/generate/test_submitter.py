"""Submitting to the provider's stand-in: each refusal, and what becomes of the job."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.jobs import FailureKind, JobState, NoticeKind
from bot.domain.models import MUSIC_COVER
from bot.domain.requests import Reference, Request
from bot.errors import DatabaseTrouble, ReferenceLost, ReferenceTrouble
from bot.generate.submitter import LEASE_S, REFERENCE_AGAIN_S, STOPPED_TIMES, Submitter
from bot.loops.wakeups import Wakeup, Wakeups
from bot.provider.client import GENERATIONS, Provider
from bot.provider.wire import Generation
from bot.store.process_store import ProcessStore
from sandbox.aimlapi import KEY, AimlapiStandIn, error_body
from sandbox.scenario import Rule
from tests.bot.generate.parts import a_submitter
from tests.factories import AUDIO_URL, HandClock, Stored, a_request

HTML = "<html>busy</html>"


@pytest.fixture
def wakeups() -> Wakeups:
    return Wakeups()


@pytest.fixture
def submitter(stored: Stored, provider: Provider, wakeups: Wakeups) -> Submitter:
    return a_submitter(stored, provider, wakeups)


def refusing(stand_in: AimlapiStandIn, status: int, body: object = None, **headers: str) -> Rule:
    rule = stand_in.scenario.on("POST", GENERATIONS, times=None)
    content = error_body(status, "because of you") if body is None else body
    return rule.respond(status, content, headers=headers)


async def kinds_of_notices(stored: Stored, job_id: str) -> list[NoticeKind]:
    return [notice.kind for notice in await stored.notices.of_job(job_id)]


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
async def test_job_is_interrupted_and_never_sent_again_when_the_outcome_is_unknown(
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
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.INTERRUPTED)
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


# --- the pause ----------------------------------------------------------------------------------


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
    assert await stored.jobs.count(JobState.GENERATING) == 5


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


@pytest.mark.parametrize("status", [401, 403])
async def test_waiting_members_are_told_once_when_the_host_must_act(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    submitter: Submitter,
    clock: HandClock,
    wakeups: Wakeups,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    refusing(stand_in, status)
    waiting = [await stored.queue(member_id=member_id) for member_id in (1, 2, 3)]
    for _ in range(4):
        await submitter.run_once()
        clock.advance(100)
    for job in waiting:
        assert await kinds_of_notices(stored, job.id) == [NoticeKind.DELAYED]
    assert wakeups.event(Wakeup.DELIVER).is_set()
    assert caplog.text.count("Check AIMLAPI_KEY") == 1


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
    assert caplog.text.count("Check AIMLAPI_KEY") == 1
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
    assert (await stored.job(probe.id)).failure_kind is FailureKind.INTERRUPTED


# --- references ---------------------------------------------------------------------------------

REFERENCE = Reference(url="https://cdn.example/old.mp3", file_name="hum.mp3", message_id=5)
COVER = Request(model=MUSIC_COVER.id, prompt="as a slow waltz", reference=REFERENCE)


async def test_fresh_link_goes_out_and_is_not_kept(
    stored: Stored, stand_in: AimlapiStandIn, provider: Provider, wakeups: Wakeups
) -> None:
    async def refresh(reference: Reference) -> Reference:
        return replace(reference, url="https://cdn.example/fresh.mp3")

    job = await stored.queue(request=COVER)
    await a_submitter(stored, provider, wakeups, refresh=refresh).run_once()
    [generation] = stand_in.generations
    assert generation.body["reference_audio_url"] == "https://cdn.example/fresh.mp3"
    running = await stored.job(job.id)
    assert running.state is JobState.GENERATING
    assert running.request == COVER


async def test_job_fails_for_free_when_its_reference_is_lost(
    stored: Stored, stand_in: AimlapiStandIn, provider: Provider, wakeups: Wakeups
) -> None:
    async def refresh(_: Reference) -> Reference:
        raise ReferenceLost("the link has ended")

    job = await stored.queue(request=COVER)
    await a_submitter(stored, provider, wakeups, refresh=refresh).run_once()
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.REFERENCE)
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.FAILURE]
    assert len(stand_in.generations) == 0
    assert await stored.stores.pauses.current() is None


async def test_job_waits_and_lets_others_by_when_its_reference_cant_be_looked_for(
    stored: Stored, provider: Provider, wakeups: Wakeups, clock: HandClock
) -> None:
    trouble = True

    async def refresh(reference: Reference) -> Reference:
        if trouble:
            raise ReferenceTrouble("Discord answered 500")
        return reference

    submitter = a_submitter(stored, provider, wakeups, at_most_running=1, refresh=refresh)
    waiting = await stored.queue(request=COVER)
    clock.advance(1)
    other = await stored.queue(member_id=7)
    assert [await submitter.run_once() for _ in range(3)] == [1, 1, 0]
    assert (await stored.job(waiting.id)).state is JobState.QUEUED
    assert (await stored.job(other.id)).state is JobState.GENERATING
    await stored.jobs.succeed(other.id, AUDIO_URL, clock())
    trouble = False
    assert await submitter.next_due_at() == clock() + timedelta(seconds=REFERENCE_AGAIN_S)
    clock.advance(REFERENCE_AGAIN_S)
    await submitter.run_once()
    assert (await stored.job(waiting.id)).state is JobState.GENERATING


# --- mistakes of ours -----------------------------------------------------------------------------


async def test_job_waits_when_its_reference_is_looked_for_in_vain_in_an_unexpected_way(
    stored: Stored, stand_in: AimlapiStandIn, provider: Provider, wakeups: Wakeups, clock: HandClock
) -> None:
    async def refresh(_: Reference) -> Reference:
        raise LookupError("nobody thought of this")

    job = await stored.queue(request=COVER)
    await a_submitter(stored, provider, wakeups, refresh=refresh).run_once()
    waiting = await stored.job(job.id)
    assert waiting.state is JobState.QUEUED
    assert waiting.due_at == clock() + timedelta(seconds=REFERENCE_AGAIN_S)
    assert len(stand_in.generations) == 0


async def test_job_is_interrupted_at_once_when_its_submission_ends_in_an_unexpected_way(
    *,
    stored: Stored,
    submitter: Submitter,
    clock: HandClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def submit(*_: Any) -> Generation:
        raise LookupError("nobody thought of this")

    with monkeypatch.context() as patched:
        patched.setattr(Provider, "submit", submit)
        job = await stored.queue()
        await submitter.run_once()
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.INTERRUPTED)
    assert await kinds_of_notices(stored, job.id) == [NoticeKind.FAILURE]
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


async def test_job_is_interrupted_when_the_process_that_submitted_it_died(
    stored: Stored,
    submitter: Submitter,
    clock: HandClock,
    stand_in: AimlapiStandIn,
    wakeups: Wakeups,
) -> None:
    job = await stored.as_worker("two").submit()
    clock.advance(LEASE_S)
    await submitter.run_once()
    failed = await stored.job(job.id)
    assert (failed.state, failed.failure_kind) == (JobState.FAILED, FailureKind.INTERRUPTED)
    assert wakeups.event(Wakeup.DELIVER).is_set()
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
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = await stored.queue()
    hold = stand_in.scenario.on("POST", GENERATIONS).hold_before()
    submitting = asyncio.create_task(submitter.run_once())
    await hold.reached()
    await ProcessStore(stored.engine, "one").leave()
    assert await stored.as_worker("two").jobs.interrupt_abandoned(stored.clock()) == [job.id]
    hold.release()
    await submitting
    running = await stored.job(job.id)
    assert running.state is JobState.GENERATING
    assert running.generation_id == stand_in.generations[0].id
    assert running.due_at > stored.clock()
    assert (running.failure_kind, running.failure_reason, running.finished_at) == (None,) * 3
    assert wakeups.event(Wakeup.POLL).is_set()
    assert "had been given up" in caplog.text


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
