"""A cover's reference: a fresh link goes out, and what happens when there is none."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.jobs import FailureKind, JobState, NoticeKind
from bot.domain.models import MUSIC_COVER
from bot.domain.requests import Reference, Request
from bot.errors import ReferenceLost, ReferenceTrouble
from bot.generate.submitter import REFERENCE_AGAIN_S
from bot.loops.wakeups import Wakeups
from bot.provider.client import Provider
from sandbox.aimlapi import AimlapiStandIn
from tests.bot.generate.parts import a_submitter
from tests.bot.generate.submitting import kinds_of_notices
from tests.factories import AUDIO_URL, HandClock, Stored

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
