"""Every state against every method that moves a job: it moves once and from the right state."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.jobs import MOVES, FailureKind, Job, JobState, NoticeKind, Rung
from bot.errors import IllegalMove
from bot.store.database.tables import jobs, notices
from bot.store.interruptions import GIVEN_UP
from tests.factories import AUDIO_URL, CARD_ID, Stored

Move = Callable[[Stored, Job], Awaitable[bool]]

S = JobState


async def _submitting(stored: Stored, job: Job) -> bool:
    return [claimed.id for claimed in await stored.claim_submissions()] == [job.id]


def _fail_from(source: JobState, kind: FailureKind = FailureKind.LOST) -> Move:
    def move(stored: Stored, job: Job) -> Awaitable[bool]:
        return stored.jobs.fail(job.id, kind, "gone", stored.clock(), source=source)

    return move


def _cancel_from(source: JobState) -> Move:
    return lambda stored, job: stored.jobs.cancel(job.id, stored.clock(), source=source)


MOVES_BY_METHOD: dict[tuple[JobState, JobState], Move] = {
    (S.RECEIVED, S.QUEUED): lambda it, job: it.jobs.accept(job.id, CARD_ID, it.clock()),
    (S.QUEUED, S.SUBMITTING): _submitting,
    (S.SUBMITTING, S.QUEUED): lambda it, job: it.jobs.requeue(job.id, it.clock()),
    (S.SUBMITTING, S.GENERATING): lambda it, job: it.jobs.start_generation(
        job.id, "other:id/1", it.clock()
    ),
    (S.FAILED, S.GENERATING): lambda it, job: it.jobs.revive(job.id, "other:id/1", it.clock()),
    (S.GENERATING, S.SUCCEEDED): lambda it, job: it.jobs.succeed(job.id, AUDIO_URL, it.clock()),
    **{(s, S.FAILED): _fail_from(s) for s in (S.RECEIVED, S.QUEUED, S.SUBMITTING, S.GENERATING)},
    **{(s, S.CANCELLED): _cancel_from(s) for s in (S.RECEIVED, S.QUEUED, S.GENERATING)},
}


async def interrupted(stored: Stored) -> Job:
    """A job that is given up while its submission's outcome is unknown."""
    job = await stored.submit()
    assert await _fail_from(S.SUBMITTING, FailureKind.INTERRUPTED)(stored, job)
    return await stored.job(job.id)


async def everything(stored: Stored) -> list[Any]:
    """All that is stored, to see that nothing changed."""
    async with stored.engine.connect() as connection:
        return [
            tuple(row)
            for table in (jobs, notices)
            for row in await connection.execute(sa.select(table).order_by(table.c.id))
        ]


def test_every_allowed_move_has_its_method() -> None:
    allowed = {(source, target) for source, targets in MOVES.items() for target in targets}
    assert set(MOVES_BY_METHOD) == allowed


@pytest.mark.parametrize("move", MOVES_BY_METHOD, ids=lambda move: f"{move[0]}-{move[1]}")
async def test_job_moves_once_when_it_is_in_the_right_state(
    stored: Stored, move: tuple[JobState, JobState]
) -> None:
    source, target = move
    job = await (interrupted(stored) if source is S.FAILED else stored.bring_to(source))
    assert await MOVES_BY_METHOD[move](stored, job)
    assert (await stored.job(job.id)).state is target
    before = await everything(stored)
    assert not await MOVES_BY_METHOD[move](stored, job)
    assert await everything(stored) == before


@pytest.mark.parametrize("state", JobState)
async def test_nothing_changes_when_the_job_is_in_another_state(
    stored: Stored, state: JobState
) -> None:
    job = await stored.bring_to(state)
    before = await everything(stored)
    for (source, _), move in MOVES_BY_METHOD.items():
        if source is not state:
            assert not await move(stored, job)
    assert await everything(stored) == before


@pytest.mark.parametrize(
    ("source", "target"),
    [
        pair
        for pair in itertools.product(S, (S.FAILED, S.CANCELLED))
        if pair[1] not in MOVES[pair[0]]
    ],
)
async def test_illegal_move_raises_and_changes_nothing_when_the_table_forbids_it(
    stored: Stored, source: JobState, target: JobState
) -> None:
    job = await stored.bring_to(source)
    before = await everything(stored)
    move = (_fail_from if target is S.FAILED else _cancel_from)(source)
    with pytest.raises(IllegalMove):
        await move(stored, job)
    assert await everything(stored) == before


async def test_move_is_refused_when_the_job_does_not_exist(stored: Stored) -> None:
    job = await stored.receive()
    before = await everything(stored)
    ghost = "f" * 16
    assert not await stored.jobs.accept(ghost, CARD_ID, stored.clock())
    assert not await stored.jobs.succeed(ghost, AUDIO_URL, stored.clock())
    assert await stored.jobs.get(ghost) is None
    assert await everything(stored) == before
    assert await stored.jobs.get(job.id) == job


async def test_success_keeps_the_audio_and_puts_one_notice_down(stored: Stored) -> None:
    job = await stored.succeed()
    assert job.audio_url == AUDIO_URL
    assert job.finished_at == stored.clock()
    assert [notice.kind for notice in await stored.notices.of_job(job.id)] == [NoticeKind.RESULT]


async def test_failure_keeps_its_reason_and_puts_one_notice_down(stored: Stored) -> None:
    job = await stored.fail(FailureKind.LOST, "gone")
    assert (job.failure_kind, job.failure_reason) == (FailureKind.LOST, "gone")
    assert [notice.kind for notice in await stored.notices.of_job(job.id)] == [NoticeKind.FAILURE]


async def test_cancel_tells_nobody_and_keeps_the_token_for_the_card(stored: Stored) -> None:
    job = await stored.bring_to(JobState.CANCELLED)
    assert job.interaction_token
    assert await stored.notices.of_job(job.id) == []


async def test_requeue_keeps_the_count_of_attempts_and_waits_until_due(stored: Stored) -> None:
    job = await stored.submit()
    due_at = stored.clock()
    await stored.jobs.requeue(job.id, due_at)
    again = await stored.job(job.id)
    assert (again.attempts, again.submitted_at, again.due_at) == (1, None, due_at)


async def test_new_address_is_remembered_only_when_the_track_is_finished(stored: Stored) -> None:
    running, done = await stored.generate(), await stored.succeed()
    assert not await stored.jobs.refresh_audio(running.id, AUDIO_URL)
    assert await stored.jobs.refresh_audio(done.id, AUDIO_URL)
    assert (await stored.job(running.id)).audio_url is None


async def test_measures_are_remembered_only_of_a_finished_track(stored: Stored) -> None:
    done = await stored.succeed()
    assert await stored.jobs.measured(done.id, duration_s=32.768, tempo_bpm=None)
    assert await stored.jobs.measured(done.id, duration_s=32.768, tempo_bpm=70.2)
    found = await stored.job(done.id)
    assert (found.duration_s, found.tempo_bpm) == (32.768, 70.2)
    running = await stored.generate()
    assert not await stored.jobs.measured(running.id, duration_s=1.0, tempo_bpm=None)


# --- coming back from a failure -----------------------------------------------------------------


async def due(stored: Stored) -> list[NoticeKind]:
    """What is to be told now."""
    found = await stored.notices.claim_due(10, stored.clock(), lease_s=60)
    return [notice.kind for notice, _ in found]


async def test_revived_job_is_polled_and_told_its_result_alone_when_nobody_knew(
    stored: Stored,
) -> None:
    job = await interrupted(stored)
    assert await stored.jobs.revive(job.id, "late:id/1", stored.clock(), inference_id="charge")
    [polled] = await stored.jobs.claim_polls(10, stored.clock(), lease_s=60)
    assert (polled.id, polled.generation_id, polled.attempts) == (job.id, "late:id/1", 1)
    assert (polled.failure_kind, polled.failure_reason, polled.finished_at) == (None,) * 3
    assert await due(stored) == []
    assert await stored.jobs.succeed(job.id, AUDIO_URL, stored.clock())
    assert await due(stored) == [NoticeKind.RESULT]


async def test_card_is_drawn_when_a_failed_job_comes_back(stored: Stored) -> None:
    job = await interrupted(stored)
    now = stored.clock()
    assert await stored.stores.card_edits.next_due_at() is None
    assert await stored.jobs.revive(job.id, "late:id/1", now, draw_at=now)
    assert await stored.stores.card_edits.next_due_at() == now


@pytest.mark.parametrize("last", [S.QUEUED, S.SUCCEEDED, S.FAILED, S.CANCELLED])
async def test_job_comes_back_quietly_when_a_try_of_its_failed_try_has_not_failed(
    stored: Stored, last: JobState
) -> None:
    first = await interrupted(stored)
    second = await stored.fail(retry_of=first.id)
    await stored.bring_to(last, retry_of=second.id)
    assert await stored.jobs.revive(first.id, "late:id/1", stored.clock())
    assert (await stored.job(first.id)).quiet is (last not in {S.FAILED, S.CANCELLED})


async def test_job_is_in_doubt_no_more_when_it_turns_out_to_have_been_refused(
    stored: Stored,
) -> None:
    job = await stored.bring_to(S.SUBMITTING)
    now = stored.clock()
    assert await stored.stores.lookups.doubt(job.id, now, now)
    assert await stored.jobs.requeue(job.id, now)
    again = await stored.job(job.id)
    assert (again.in_doubt, again.lookup_due_at) == (False, None)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        pair
        for pair in itertools.product((S.SUBMITTING, S.GENERATING), FailureKind)
        if pair[0] is S.GENERATING or pair[1] not in GIVEN_UP
    ],
)
async def test_failed_job_stays_failed_when_its_outcome_was_known(
    stored: Stored, source: JobState, kind: FailureKind
) -> None:
    job = await stored.bring_to(source)
    assert await _fail_from(source, kind)(stored, job)
    before = await everything(stored)
    assert not await stored.jobs.revive(job.id, "late:id/1", stored.clock())
    assert await everything(stored) == before


async def test_second_failure_is_told_when_nobody_knew_of_the_first(stored: Stored) -> None:
    job = await interrupted(stored)
    assert await stored.jobs.revive(job.id, "late:id/1", stored.clock())
    assert await _fail_from(S.GENERATING)(stored, job)
    notice = await stored.claim_notice()
    assert (notice.kind, notice.message_id) == (NoticeKind.FAILURE, None)


async def test_second_failure_only_corrects_the_card_when_the_first_was_told(
    stored: Stored,
) -> None:
    job = await interrupted(stored)
    notice = await stored.claim_notice()
    now = stored.clock()
    await stored.notices.told(notice.id, Rung.CHANNEL, now, channel_id=1, message_id=2)
    await stored.notices.close(notice, stored.clock())
    assert await stored.jobs.revive(job.id, "late:id/1", stored.clock())
    assert await due(stored) == []
    assert await _fail_from(S.GENERATING)(stored, job)
    again = await stored.claim_notice()
    assert (again.kind, again.rung, again.message_id) == (NoticeKind.FAILURE, Rung.CHANNEL, 2)


async def test_held_failure_is_not_handed_out_when_its_job_came_back(stored: Stored) -> None:
    job = await interrupted(stored)
    notice = await stored.claim_notice()
    await stored.notices.hold(notice, "no way", stored.clock())
    assert len(await stored.notices.held_for(job.member_id, 10)) == 1
    assert await stored.jobs.revive(job.id, "late:id/1", stored.clock())
    assert await stored.notices.held_for(job.member_id, 10) == []
    await stored.notices.hold(notice, "a try that was under way", stored.clock())
    assert await stored.notices.held_for(job.member_id, 10) == []


async def test_token_is_kept_when_an_outdated_failure_is_closed(stored: Stored) -> None:
    job = await interrupted(stored)
    notice = await stored.claim_notice()
    assert await stored.jobs.revive(job.id, "late:id/1", stored.clock())
    await stored.notices.close(notice, stored.clock())
    assert (await stored.job(job.id)).interaction_token == job.interaction_token


@pytest.mark.parametrize("of_lookups", [True, False])
async def test_job_is_not_queued_a_second_time_when_what_is_known_is_of_a_submission_before(
    stored: Stored, of_lookups: bool
) -> None:
    first = await stored.submit()
    now, lookups = stored.clock(), stored.stores.lookups
    assert await lookups.doubt(first.id, now, now)
    first = await stored.job(first.id)
    assert await lookups.queue_again(first, now)
    [second] = await stored.claim_submissions()
    assert (first.submission, second.submission) == (1, 2)
    source = S.SUBMITTING
    known = {"submission": first.submission}
    if of_lookups:  # of a slow process, that another one has overtaken
        assert not await lookups.queue_again(first, now)
        assert not await lookups.interrupt(first.id, "no row", now, now, **known)
    else:
        assert not await stored.jobs.requeue(first.id, now, **known)
        assert not await lookups.doubt(first.id, now, now, **known)
        refused = stored.jobs.fail(
            first.id, FailureKind.REJECTED, "no", now, source=source, **known
        )
        assert not await refused
    assert await stored.job(first.id) == second
