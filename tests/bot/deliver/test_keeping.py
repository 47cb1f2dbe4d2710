"""What is kept of a track, where there is little room for it."""

import pytest
import sqlalchemy as sa

from bot.domain.jobs import Job, Rung
from bot.domain.requests import AudioFormat
from bot.errors import AudioUnusable, ComposeError, Unreachable, WorkshopTrouble
from bot.store.database.tables import jobs
from bot.store.kept_room import Room
from tests.bot.deliver.conftest import Post
from tests.bot.provider.clips import WAV

SIZE = len(WAV)
MADE = bytes(SIZE // 9)


@pytest.fixture
def room() -> Room:
    """For one track and a bit."""
    return Room(whole_bytes=10 * SIZE, member_bytes=int(1.2 * SIZE))


async def a_held_track(post: Post, *, take: int | None = None) -> Job:
    """One that could not be delivered."""
    job = await post.finished()
    if take is not None:
        values = {"batch_id": job.id, "take": take}
        async with post.stored.engine.begin() as connection:
            await connection.execute(sa.update(jobs).values(values).where(jobs.c.id == job.id))
    for way in ("thread", "post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliverer.run_once()
    assert (await post.notice(job)).rung is Rung.HELD
    return job


async def kept(post: Post, job: Job) -> tuple[str, bytes] | None:
    found = await post.held.get(job.id)
    return (found.file_name, found.content) if found else None


async def test_undelivered_track_is_kept_as_it_is_while_there_is_room(post: Post) -> None:
    job = await a_held_track(post)
    assert await kept(post, job) == ("lo-fi-rain.wav", WAV)
    assert post.workshop.asked == []


async def test_variation_is_numbered_when_it_is_kept(post: Post) -> None:
    job = await a_held_track(post, take=1)
    assert await kept(post, job) == ("lo-fi-rain-take-1.wav", WAV)


async def test_undelivered_track_is_made_smaller_when_there_is_no_room(post: Post) -> None:
    post.workshop.sizes_bytes = {AudioFormat.FLAC: SIZE // 2, AudioFormat.OPUS: len(MADE)}
    first, second = await a_held_track(post), await a_held_track(post)
    assert await kept(post, first) == ("lo-fi-rain.wav", WAV)
    name, content = await kept(post, second) or ("", b"")
    assert name.endswith(".ogg")
    assert content == MADE


async def test_undelivered_track_is_kept_as_small_as_it_gets(post: Post) -> None:
    post.workshop.sizes_bytes = {AudioFormat.MP3: SIZE // 3}
    await a_held_track(post)
    assert len((await kept(post, await a_held_track(post)) or ("", b""))[1]) == SIZE // 3
    limits = [limit_bytes for limit_bytes, _, _ in post.workshop.asked]
    assert limits == sorted(limits)


@pytest.mark.parametrize("error", [WorkshopTrouble("busy"), AudioUnusable("odd")])
async def test_undelivered_track_is_kept_whole_when_it_can_not_be_made_smaller(
    post: Post, error: ComposeError
) -> None:
    post.workshop.fail("fit", error)
    await a_held_track(post)
    assert await kept(post, await a_held_track(post)) == ("lo-fi-rain.wav", WAV)


async def test_copy_of_a_delivered_track_gives_way_to_what_nobody_has_received(
    post: Post,
) -> None:
    private = await post.finished(private=True)
    await post.deliverer.run_once()
    assert await kept(post, private) is not None
    job = await a_held_track(post)
    assert await kept(post, private) is None
    assert await kept(post, job) == ("lo-fi-rain.wav", WAV)


async def test_copy_of_a_delivered_track_is_left_out_when_there_is_no_room(post: Post) -> None:
    held = await a_held_track(post)
    private = await post.finished(private=True)
    await post.deliver()
    assert (await post.notice(private)).rung is Rung.INTERACTION
    assert await kept(post, private) is None
    assert await kept(post, held) is not None
    assert await post.is_closed()
