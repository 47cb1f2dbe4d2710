"""Taking tracks away."""

import pytest

from bot.domain.jobs import JobState, Rung
from bot.store.held_store import KeptAudio
from tests.factories import HandClock, Stored


async def test_deleted_track_is_forgotten_but_for_its_recipe(
    stored: Stored, clock: HandClock
) -> None:
    job, other = await stored.succeed(), await stored.succeed()
    stores = stored.stores
    for one in (job, other):
        await stores.likes.toggle(one.id, 5, clock())
        held = KeptAudio(file_name="a.wav", content=b"RIFF")
        await stores.held.keep(one.id, held, clock())
    assert await stores.removals.delete(job.id, clock())
    gone = await stored.job(job.id)
    assert (gone.deleted_at, gone.request) == (clock(), job.request)
    assert [await stores.likes.count(one.id) for one in (job, other)] == [0, 1]
    assert await stores.held.get(job.id) is None
    assert await stores.held.get(other.id)
    assert (await stored.job(other.id)).deleted_at is None


async def test_second_deletion_changes_nothing(stored: Stored, clock: HandClock) -> None:
    job = await stored.succeed()
    at = clock()
    assert await stored.stores.removals.delete(job.id, at)
    assert not await stored.stores.removals.delete(job.id, clock.advance(60))
    assert (await stored.job(job.id)).deleted_at == at


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.SUCCEEDED}))
async def test_only_finished_tracks_can_be_deleted(
    stored: Stored, clock: HandClock, state: JobState
) -> None:
    job = await stored.bring_to(state)
    assert not await stored.stores.removals.delete(job.id, clock())
    assert (await stored.job(job.id)).deleted_at is None


async def test_result_that_was_not_told_yet_is_not_told_after_a_deletion(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    await stored.stores.removals.delete(job.id, clock())
    assert await stored.notices.claim_due(10, clock(), lease_s=60) == []


async def test_result_that_may_have_been_told_stays_due_after_a_deletion(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    dead = stored.as_worker("the dead")
    notice = await dead.claim_notice()
    await dead.notices.record_attempt(notice.id, Rung.CHANNEL, clock())
    await stored.stores.removals.delete(job.id, clock())
    assert [one.id for one, _ in await stored.notices.claim_due(10, clock(), lease_s=60)] == [
        notice.id
    ]


async def test_held_result_is_not_handed_out_after_a_deletion(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.succeed()
    await stored.notices.hold(await stored.claim_notice(), "no way", clock())
    await stored.stores.removals.delete(job.id, clock())
    assert await stored.notices.held_for(job.member_id, 5) == []
