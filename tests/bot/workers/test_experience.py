"""Learning how long models take."""

from bot.workers.experience import LEARN_FROM, Experience
from tests.factories import AUDIO, HandClock, Stored, a_brief

MODEL = "google/lyria2"


async def finish(stored: Stored, seconds: float) -> None:
    job = await stored.generate()
    await stored.jobs.succeed(job.id, AUDIO, stored.clock.advance(seconds))


async def test_usual_time_is_expected_when_nothing_was_seen(stored: Stored) -> None:
    experience = Experience(stored.jobs)
    assert await experience.expected_s(MODEL) == 35.0
    assert await experience.expected_s("left/the-catalogue") == 35.0


async def test_median_is_expected_when_something_was_seen(stored: Stored) -> None:
    for seconds in (10, 50, 20):
        await finish(stored, seconds)
    assert await Experience(stored.jobs).expected_s(MODEL) == 20


async def test_track_counts_once_when_it_is_the_first_after_a_start(
    stored: Stored, clock: HandClock
) -> None:
    for seconds in (10, 10):
        await finish(stored, seconds)
    experience = Experience(stored.jobs)
    job = await stored.generate()
    await stored.jobs.succeed(job.id, AUDIO, clock.advance(90))
    await experience.learn(job, clock())
    assert await experience.expected_s(MODEL) == 10


async def test_expectation_follows_what_is_learnt(stored: Stored, clock: HandClock) -> None:
    experience = Experience(stored.jobs)
    assert await experience.expected_s(MODEL) == 35.0
    job = await stored.generate()
    await stored.jobs.succeed(job.id, AUDIO, clock.advance(12))
    await experience.learn(job, clock())
    assert await experience.expected_s(MODEL) == 12


async def test_old_experience_is_forgotten_when_there_is_much_new(
    stored: Stored, clock: HandClock
) -> None:
    experience = Experience(stored.jobs)
    await experience.expected_s(MODEL)
    job = await stored.generate()
    for seconds, times in ((10, 2 * LEARN_FROM), (80, LEARN_FROM)):
        clock.advance(seconds)
        for _ in range(times):
            await experience.learn(job, clock())
    assert await experience.expected_s(MODEL) == 90


async def test_next_poll_is_later_when_the_clock_went_back(
    stored: Stored, clock: HandClock
) -> None:
    job = await stored.generate(brief=a_brief())
    clock.advance(-3600)
    due_at = await Experience(stored.jobs).next_poll_at(job, clock(), overdue_s=600)
    assert due_at > clock()
