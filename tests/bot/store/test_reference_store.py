"""Links to the audio of covers, forgotten when they are dead."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.jobs import JobState
from bot.domain.models import MUSIC_COVER
from bot.domain.requests import Reference
from tests.factories import HandClock, Stored, a_request

REFERENCE = Reference(
    url="https://cdn.example/hum.mp3",
    file_name="hum.mp3",
    channel_id=4,
    message_id=5,
    attachment_id=6,
)
COVER = a_request(model=MUSIC_COVER.id, seed=None, reference=REFERENCE)


async def test_links_of_ended_jobs_are_forgotten_and_nothing_else(
    stored: Stored, clock: HandClock
) -> None:
    ended = [
        await stored.bring_to(state, request=COVER)
        for state in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
    ]
    other = await stored.succeed()
    running = await stored.generate(request=COVER)
    before = clock.advance(60)
    newer = await stored.succeed(request=COVER)
    references = stored.stores.references
    assert await references.forget_links(before) == 3
    assert await references.forget_links(before) == 0
    for job in ended:
        assert (await stored.job(job.id)).request.reference == replace(REFERENCE, url="")
    for job in (running, newer):
        assert (await stored.job(job.id)).request == COVER
    assert (await stored.job(other.id)).request.reference is None
    assert await references.forget_links(before + timedelta(seconds=1)) == 1
