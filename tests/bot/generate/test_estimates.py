"""Learning how long models take."""

from dataclasses import replace

import pytest

from bot.domain.jobs import Job
from bot.generate.estimates import LATE_S, LEARN_FROM
from tests.bot.generate.parts import estimates_on
from tests.factories import AUDIO_URL, HandClock, Stored, a_request

MODEL = "google/lyria2"


async def finish(stored: Stored, seconds: float, *, late_s: float = 0) -> Job:
    """A job as it was polled, for a track that took so long and was noticed so late."""
    job = await stored.generate()
    await stored.jobs.poll_again(job.id, stored.clock.advance(seconds))
    job = await stored.job(job.id)
    await stored.jobs.succeed(job.id, AUDIO_URL, stored.clock.advance(late_s))
    return job


async def test_usual_time_is_expected_when_nothing_was_seen(stored: Stored) -> None:
    estimates = estimates_on(stored)
    assert await estimates.generation_s(MODEL) == 35.0
    assert await estimates.generation_s("left/the-catalogue") == 35.0


async def test_median_is_expected_when_something_was_seen(stored: Stored) -> None:
    for seconds in (10, 50, 20):
        await finish(stored, seconds)
    assert await estimates_on(stored).generation_s(MODEL) == 20


async def test_track_counts_once_when_it_is_the_first_after_a_start(
    stored: Stored, clock: HandClock
) -> None:
    for seconds in (10, 10):
        await finish(stored, seconds)
    estimates = estimates_on(stored)
    job = await finish(stored, 90)
    await estimates.learn(job, clock())
    assert await estimates.generation_s(MODEL) == 10


async def test_expectation_follows_what_is_learnt(stored: Stored, clock: HandClock) -> None:
    estimates = estimates_on(stored)
    assert await estimates.generation_s(MODEL) == 35.0
    job = await finish(stored, 12)
    await estimates.learn(job, clock())
    assert await estimates.generation_s(MODEL) == 12


async def test_old_experience_is_forgotten_when_there_is_much_new(
    stored: Stored, clock: HandClock
) -> None:
    estimates = estimates_on(stored)
    await estimates.generation_s(MODEL)
    job = await stored.generate()
    for seconds, times in ((10, 2 * LEARN_FROM), (80, LEARN_FROM)):
        clock.advance(seconds)
        for _ in range(times):
            await estimates.learn(replace(job, due_at=clock()), clock())
    assert await estimates.generation_s(MODEL) == 90


@pytest.mark.parametrize(("late_s", "expected_s"), [(LATE_S, 10 + LATE_S), (1800, 35)])
async def test_nothing_is_learnt_when_the_track_was_noticed_late(
    stored: Stored, clock: HandClock, late_s: float, expected_s: float
) -> None:
    running = estimates_on(stored)
    assert await running.generation_s(MODEL) == 35
    job = await finish(stored, 10, late_s=late_s)
    await running.learn(job, clock())
    assert await running.generation_s(MODEL) == expected_s
    assert await estimates_on(stored).generation_s(MODEL) == expected_s


async def test_next_poll_is_later_when_the_clock_went_back(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.generate(request=a_request())
    clock.advance(-3600)
    due_at = await estimates_on(stored).next_poll_at(job, clock())
    assert due_at > clock()
