"""Asking the provider once more, on a member's word."""

from collections.abc import AsyncIterator

import pytest

from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind
from bot.generate.rechecking import CheckResult, Rechecking
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeup, Wakeups
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from sandbox.aimlapi import AimlapiStandIn, Fate
from tests.factories import AUDIO_URL, Stored, a_request

STATES = [JobState.GENERATING, JobState.SUCCEEDED, JobState.FAILED]


@pytest.fixture
def wakeups() -> Wakeups:
    return Wakeups()


@pytest.fixture
def rate_limiter() -> RateLimiter:
    return RateLimiter(10, clock_s=lambda: 0.0)


@pytest.fixture
async def checking(
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    rate_limiter: RateLimiter,
    wakeups: Wakeups,
) -> AsyncIterator[Rechecking]:
    async with AudioFetcher.open(stand_in.url) as fetcher:
        yield Rechecking(
            stored.jobs,
            provider,
            fetcher,
            rate_limiter=rate_limiter,
            wakeups=wakeups,
            clock=stored.clock,
        )


async def generation(provider: Provider, stand_in: AimlapiStandIn, fate: Fate) -> str:
    stand_in.plan(fate)
    return (await provider.submit(a_request(), request_id="job.1")).id


async def lost(stored: Stored, generation_id: str) -> Job:
    """A job that was given up, and whose member was told."""
    job = await stored.generate(generation_id=generation_id)
    await stored.jobs.fail(
        job.id, FailureKind.LOST, "404", stored.clock(), source=JobState.GENERATING
    )
    return await stored.job(job.id)


async def test_lost_job_is_taken_up_again_when_its_track_is_there(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    checking: Rechecking,
    wakeups: Wakeups,
    rate_limiter: RateLimiter,
) -> None:
    job = await lost(stored, await generation(provider, stand_in, Fate(duration_s=0)))
    assert await checking.check(job) is CheckResult.FINISHED
    back = await stored.job(job.id)
    assert (back.state, back.due_at) == (JobState.GENERATING, stored.clock())
    assert (back.failure_kind, back.finished_at) == (None, None)
    assert wakeups.event(Wakeup.POLL).is_set()
    assert rate_limiter.available() == 0  # the request counts as one of the polls
    # What was not told yet is not told any more.
    failure = await stored.notice(job.id, NoticeKind.FAILURE)
    assert await stored.notices.next_due_at() is None, failure


async def test_only_lost_jobs_are_taken_up_again(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, checking: Rechecking
) -> None:
    generation_id = await generation(provider, stand_in, Fate(duration_s=0))
    job = await stored.fail(FailureKind.GENERATION, generation_id=generation_id)
    await checking.check(job)
    assert (await stored.job(job.id)).state is JobState.FAILED


async def test_running_generation_is_polled_at_once_when_it_has_ended(
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    checking: Rechecking,
    wakeups: Wakeups,
) -> None:
    generation_id = await generation(provider, stand_in, Fate(duration_s=0))
    job = await stored.generate(generation_id=generation_id)
    await stored.jobs.poll_again(job.id, stored.clock.advance(600))
    stored.clock.advance(-500)
    assert await checking.check(job) is CheckResult.FINISHED
    assert (await stored.job(job.id)).due_at == stored.clock()
    assert wakeups.event(Wakeup.POLL).is_set()


@pytest.mark.parametrize("state", STATES)
async def test_file_is_said_to_be_late_when_the_track_is_finished_without_one(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    checking: Rechecking,
    state: JobState,
) -> None:
    fate = Fate(duration_s=0, audio_file={"url": None})
    job = await stored.bring_to(state, generation_id=await generation(provider, stand_in, fate))
    assert await checking.check(job) is CheckResult.FILE_LATE
    assert (await stored.job(job.id)).state is state


async def test_delivered_track_gets_a_fresh_address(
    stored: Stored, provider: Provider, stand_in: AimlapiStandIn, checking: Rechecking
) -> None:
    generation_id = await generation(provider, stand_in, Fate(duration_s=0))
    job = await stored.succeed(AUDIO_URL, generation_id=generation_id)
    assert await checking.check(job) is CheckResult.FRESH
    fresh = (await stored.job(job.id)).audio_url
    assert fresh is not None
    assert fresh.startswith(stand_in.url)
    assert await checking.link(job) == fresh


async def test_address_that_is_not_for_members_is_not_handed_out(
    stored: Stored, checking: Rechecking
) -> None:
    evil = await stored.succeed("http://169.254.169.254/secret")
    assert await checking.link(evil) is None


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("fate", "finding"),
    [
        (Fate(duration_s=1000), CheckResult.RUNNING),
        (Fate(duration_s=0, error="no"), CheckResult.BROKEN),
    ],
)
async def test_nothing_is_moved_by_what_is_no_track(
    *,
    stored: Stored,
    provider: Provider,
    stand_in: AimlapiStandIn,
    checking: Rechecking,
    state: JobState,
    fate: Fate,
    finding: CheckResult,
) -> None:
    generation_id = await generation(provider, stand_in, fate)
    job = await stored.bring_to(state, generation_id=generation_id)
    assert await checking.check(job) is finding
    assert (await stored.job(job.id)).state is state


@pytest.mark.parametrize("state", STATES)
async def test_unknown_generation_is_gone(
    stored: Stored, checking: Rechecking, state: JobState
) -> None:
    job = await stored.bring_to(state, generation_id="never-heard-of:lyria2")
    assert await checking.check(job) is CheckResult.GONE
    assert (await stored.job(job.id)).state is state


async def test_silent_provider_gives_no_answer(
    stored: Stored, stand_in: AimlapiStandIn, checking: Rechecking
) -> None:
    stand_in.scenario.on("GET", "/v2/generate/audio").respond(500)
    job = await stored.generate()
    assert await checking.check(job) is CheckResult.NO_ANSWER


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        (JobState.GENERATING, CheckResult.SOON),
        (JobState.FAILED, CheckResult.BUSY),
        (JobState.SUCCEEDED, CheckResult.BUSY),
    ],
)
async def test_provider_is_not_asked_when_the_pace_allows_no_more(
    *,
    stored: Stored,
    stand_in: AimlapiStandIn,
    checking: Rechecking,
    rate_limiter: RateLimiter,
    wakeups: Wakeups,
    state: JobState,
    finding: CheckResult,
) -> None:
    job = await stored.bring_to(state)
    await stored.jobs.poll_again(job.id, stored.clock.advance(600))
    stored.clock.advance(-500)
    rate_limiter.spend(1)
    assert await checking.check(job) is finding
    assert not stand_in.traffic.exchanges
    assert rate_limiter.seconds_to_next() == pytest.approx(0.1)
    if finding is CheckResult.SOON:
        assert (await stored.job(job.id)).due_at == stored.clock()
        assert wakeups.event(Wakeup.POLL).is_set()


async def test_job_that_never_reached_the_provider_is_gone(
    stored: Stored, checking: Rechecking
) -> None:
    assert await checking.check(await stored.queue()) is CheckResult.GONE
