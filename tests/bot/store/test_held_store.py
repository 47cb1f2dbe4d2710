"""Audio that waits for its member, and what is forgotten in time."""

from datetime import timedelta

import pytest

from bot.jobs import JobState, Rung
from bot.store.held_store import TOKEN_LIFE, HeldAudio, HeldStore
from tests.factories import HandClock, Stored

WEEK = timedelta(days=7)
AUDIO = HeldAudio(file_name="räin.wav", content=bytes(range(256)) * 1000)


@pytest.fixture
def held(stored: Stored) -> HeldStore:
    return HeldStore(stored.engine)


async def test_file_comes_back_as_it_was_given(stored: Stored, held: HeldStore) -> None:
    job, other = await stored.succeed(), await stored.succeed()
    await held.keep(job.id, AUDIO, stored.clock())
    assert await held.get(job.id) == AUDIO
    assert await held.get(other.id) is None


async def test_later_file_takes_the_place_when_it_is_kept_twice(
    stored: Stored, held: HeldStore
) -> None:
    job = await stored.succeed()
    await held.keep(job.id, AUDIO, stored.clock())
    later = HeldAudio(file_name="b.mp3", content=b"")
    await held.keep(job.id, later, stored.clock())
    assert await held.get(job.id) == later


async def test_file_stays_but_is_not_handed_out_again_when_the_member_has_it(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    job = await stored.succeed()
    notice = await stored.claim_notice()
    await stored.notices.hold(notice.id, "no way")
    await held.keep(job.id, AUDIO, clock())
    await held.handed_out(notice.id, clock())
    assert await held.get(job.id) == AUDIO
    assert await stored.notices.held_for(job.member_id, 5) == []
    assert (await stored.notice(job.id)).rung is Rung.INTERACTION


async def test_file_of_a_deleted_track_is_not_kept(stored: Stored, held: HeldStore) -> None:
    job = await stored.succeed()
    await held.keep(job.id, AUDIO, stored.clock())
    assert await stored.stores.curation.delete(job.id, stored.clock())
    await held.keep(job.id, AUDIO, stored.clock())
    assert await held.get(job.id) is None


async def test_file_is_dropped_when_its_time_is_over(
    stored: Stored, held: HeldStore, clock: HandClock
) -> None:
    old, new = await stored.succeed(), await stored.succeed()
    await held.keep(old.id, AUDIO, clock())
    await held.keep(new.id, AUDIO, clock() + timedelta(seconds=1))
    assert await held.forget(clock() + WEEK, held_for=WEEK) == 0
    later = clock() + WEEK + timedelta(seconds=1)
    assert await held.forget(later, held_for=WEEK) == 1
    assert await held.get(old.id) is None
    assert await held.get(new.id) == AUDIO


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.GENERATING, JobState.SUCCEEDED])
async def test_token_is_wiped_when_it_is_dead(
    stored: Stored, held: HeldStore, clock: HandClock, state: JobState
) -> None:
    job = await stored.bring_to(state)
    await held.forget(clock() + TOKEN_LIFE, held_for=WEEK)
    assert (await stored.job(job.id)).interaction_token
    await held.forget(clock() + TOKEN_LIFE + timedelta(seconds=1), held_for=WEEK)
    assert (await stored.job(job.id)).interaction_token is None
