"""The table of moves, and what a notice is known by."""

import itertools

import pytest

from bot.domain.jobs import MOVES, TERMINAL, JobState, NoticeKind, check_move
from bot.errors import IllegalMove
from tests.factories import a_job, a_new_job, a_notice

ALLOWED = {
    ("received", "queued"),
    ("received", "cancelled"),
    ("received", "failed"),  # when a backup is restored
    ("queued", "failed"),
    ("queued", "submitting"),
    ("queued", "cancelled"),
    ("submitting", "queued"),
    ("submitting", "generating"),
    ("submitting", "failed"),
    ("generating", "succeeded"),
    ("generating", "failed"),
    ("generating", "cancelled"),
    ("failed", "generating"),
}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(JobState, JobState)))
def test_check_move_raises_unless_the_design_has_the_move(
    source: JobState, target: JobState
) -> None:
    if (source.value, target.value) in ALLOWED:
        check_move(source, target)
    else:
        with pytest.raises(IllegalMove, match=f"from {source} to {target}"):
            check_move(source, target)


def test_every_state_is_in_the_table_when_states_are_added() -> None:
    assert set(MOVES) == set(JobState)


def test_terminal_states_are_the_three_ends() -> None:
    assert set(TERMINAL) == {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


def test_every_state_is_reached_from_received() -> None:
    reached = {JobState.RECEIVED}
    for _ in JobState:
        reached |= {target for source in reached for target in MOVES[source]}
    assert reached == set(JobState)


def test_nonce_fits_discord_and_differs_by_job_and_kind() -> None:
    nonces = {
        a_notice(job_id=job_id, kind=kind).nonce
        for job_id in ("0" * 16, "1" * 16)
        for kind in NoticeKind
    }
    assert len(nonces) == 2 * len(NoticeKind)
    assert {len(nonce) for nonce in nonces} == {25}


def test_nonce_stays_the_same_when_a_notice_is_tried_again() -> None:
    assert a_notice(attempts=0).nonce == a_notice(attempts=7, unsure=True).nonce


def test_token_is_left_out_when_a_job_is_printed() -> None:
    assert "very-secret" not in repr(a_job(interaction_token="very-secret"))
    assert "very-secret" not in repr(a_new_job(interaction_token="very-secret"))


def test_job_ids_are_what_buttons_take_when_a_job_is_new() -> None:
    ids = {a_new_job().id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(job_id) == 16 and int(job_id, 16) >= 0 for job_id in ids)
