"""Sharing: posted once in each channel, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from bot import words
from bot.deliver.mastering import Mastering
from bot.domain.jobs import Job, Rung
from bot.domain.requests import AudioFormat
from bot.errors import (
    AlreadySharing,
    AudioUnavailable,
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    TrackDeleted,
    Unreachable,
    UploadTooLarge,
)
from bot.library import sharing
from bot.library.audio_sources import AudioSources
from bot.library.renditions import Renditions
from bot.library.share_posts import SharePosts
from bot.library.shared_tracks import SharedTracks, Target
from bot.library.sharing import Sharing
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.store.held_store import KeptAudio
from sandbox.aimlapi import AimlapiStandIn, Audio, Fate
from tests.bot.deliver.parts import a_takedown
from tests.bot.fakes import FakeMessenger, FakeTrackMessages, FakeWorkshop
from tests.bot.provider.clips import WAV, wav
from tests.factories import MEMBER_ID, HandClock, Stored, a_request

NOWHERE = "http://127.0.0.1:9/gone.wav"
OTHER = wav(2000)
TARGET = Target(channel_id=8, guild_id=400, limit_bytes=10 << 20)


@dataclass(frozen=True)
class Scene:
    stored: Stored
    clock: HandClock
    messages: FakeTrackMessages
    messenger: FakeMessenger
    sharing: Sharing
    workshop: FakeWorkshop
    provider: Provider
    stand_in: AimlapiStandIn

    async def served(self, content: bytes) -> str:
        """Where a file lies."""
        audio = Audio(content)
        self.stand_in.plan(Fate(duration_s=0, audio=audio))
        generation = await self.provider.submit(a_request(), request_id="job.1")
        url = (await self.provider.fetch(generation.id)).audio_url
        assert url is not None
        return url

    async def held_track(self, **changes: Any) -> Job:
        """A track whose audio is nowhere but in the database."""
        job = await self.stored.succeed(NOWHERE, **changes)
        held = KeptAudio(file_name="a.wav", content=WAV)
        await self.stored.stores.held.keep(job.id, held, self.clock())
        return job

    async def rows(self, job: Job) -> list[int | None]:
        return [share.message_id for share in await self.stored.stores.shares.of_job(job.id)]


@pytest.fixture
async def scene(
    stored: Stored, clock: HandClock, provider: Provider, stand_in: AimlapiStandIn
) -> AsyncIterator[Scene]:
    messages, messenger, workshop = FakeTrackMessages(), FakeMessenger(), FakeWorkshop()
    stores = stored.stores
    async with AudioFetcher.open(stand_in.url) as fetcher:
        renditions = Renditions(
            AudioSources(stores.tracks, messages, stores.held, fetcher),
            Mastering(workshop, stored.jobs, AudioFormat.ORIGINAL),
        )
        shares = Sharing(
            SharePosts(stores.shares, messages, messenger, clock),
            SharedTracks(stores.jobs, stores.likes, renditions),
            stores.tracks,
            stores.removals,
            a_takedown(stored, messages),
        )
        yield Scene(stored, clock, messages, messenger, shares, workshop, provider, stand_in)


async def test_share_is_the_same_audio_and_pings_nobody(scene: Scene) -> None:
    job = await scene.held_track(private=True)
    message_id = await scene.sharing.share(job, TARGET)
    [(_, what, content)] = scene.messages.posted
    assert content == WAV
    assert what.content == words.shared(MEMBER_ID)
    places = {item.custom_id.split(":")[-1] for item in cast("Any", what.view.children)}
    assert places == {"share"}
    assert what.embed is not None
    assert "only for you" not in (what.embed.footer.text or "")
    assert await scene.rows(job) == [message_id]


async def test_shared_variation_is_numbered_as_it_was(scene: Scene) -> None:
    variation = replace(await scene.held_track(private=True), batch_id="b", take=1)
    await scene.sharing.share(variation, TARGET)
    [(_, what, _)] = scene.messages.posted
    assert what.file_name == "lo-fi-rain-take-1.wav"


async def test_channel_that_has_the_track_is_known_whether_announced_or_shared(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    notice, now = await scene.stored.claim_notice(), scene.clock()
    await scene.stored.notices.told(notice.id, Rung.CHANNEL, now, channel_id=7, message_id=50)
    shared_id = await scene.sharing.share(job, TARGET)
    for channel_id, message_id in ((7, 50), (TARGET.channel_id, shared_id)):
        place = await scene.sharing.standing(job, channel_id)
        assert place is not None
        assert (place.channel_id, place.message_id) == (channel_id, message_id)
    assert await scene.sharing.standing(job, 9) is None


async def test_channel_whose_message_was_deleted_by_hand_can_have_the_track_again(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    first = await scene.sharing.share(job, TARGET)
    scene.messages.gone = {first}
    assert await scene.sharing.standing(job, TARGET.channel_id) is None
    scene.messages.unseen = True  # nobody said that it was removed
    assert await scene.sharing.standing(job, TARGET.channel_id)


async def test_private_track_stands_in_no_channel_before_it_is_shared(scene: Scene) -> None:
    job = await scene.held_track(private=True)
    notice, now = await scene.stored.claim_notice(), scene.clock()
    await scene.stored.notices.told(notice.id, Rung.INTERACTION, now, channel_id=7, message_id=50)
    assert await scene.sharing.standing(job, 7) is None


async def test_second_press_finds_the_first_message(scene: Scene) -> None:
    job = await scene.held_track()
    first = await scene.sharing.share(job, TARGET)
    scene.clock.advance(600)
    assert await scene.sharing.share(job, TARGET) == first
    scene.messages.unseen = True
    assert await scene.sharing.share(job, TARGET) == first
    assert len(scene.messages.posted) == 1


async def test_share_is_posted_anew_when_its_message_was_deleted(scene: Scene) -> None:
    job = await scene.held_track()
    first = await scene.sharing.share(job, TARGET)
    scene.messages.gone.add(first)
    scene.clock.advance(1)
    second = await scene.sharing.share(job, TARGET)
    assert second != first
    assert await scene.rows(job) == [second]


async def test_try_of_unknown_outcome_is_repeated_with_the_same_nonce_at_first(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    scene.messages.error = DeliveryUnsure("cut")
    with pytest.raises(DeliveryUnsure):
        await scene.sharing.share(job, TARGET)
    [share] = await scene.stored.stores.shares.of_job(job.id)
    scene.messages.error = None
    scene.clock.advance(20)
    await scene.sharing.share(job, TARGET)
    [(nonce, _, _)] = scene.messages.posted
    assert nonce == share.nonce
    assert scene.messenger.searches == []


async def test_try_of_unknown_outcome_is_looked_for_later(scene: Scene) -> None:
    job = await scene.held_track()
    scene.messages.error = DeliveryUnsure("cut")
    with pytest.raises(DeliveryUnsure):
        await scene.sharing.share(job, TARGET)
    scene.messages.error = None
    scene.messenger.there = 1234
    scene.clock.advance(60)
    assert await scene.sharing.share(job, TARGET) == 1234
    assert scene.messages.posted == []
    assert await scene.rows(job) == [1234]


async def test_share_is_posted_when_the_earlier_try_is_surely_not_there(scene: Scene) -> None:
    job = await scene.held_track()
    begun = await scene.stored.share(job, 8, guild_id=400)
    scene.clock.advance(60)  # the bot was killed in between
    await scene.sharing.share(job, TARGET)
    [(nonce, _, _)] = scene.messages.posted
    assert nonce != begun.nonce
    assert scene.messenger.searches == [(8, job.id, "share")]


async def test_nothing_is_posted_while_the_earlier_try_can_not_be_looked_for(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    await scene.stored.share(job, 8, guild_id=400)
    scene.clock.advance(60)
    scene.messenger.readable = False
    with pytest.raises(Unreachable):
        await scene.sharing.share(job, TARGET)
    assert scene.messages.posted == []
    assert await scene.rows(job) == [None]


@pytest.mark.parametrize("error", [Unreachable("50013"), UploadTooLarge("413"), DeliveryLater("")])
async def test_refused_share_leaves_nothing_behind(scene: Scene, error: DeliveryError) -> None:
    job = await scene.held_track()
    scene.messages.error = error
    with pytest.raises(type(error)):
        await scene.sharing.share(job, TARGET)
    assert await scene.rows(job) == []


async def test_track_whose_audio_is_nowhere_is_not_shared(scene: Scene) -> None:
    job = await scene.stored.succeed(NOWHERE)
    with pytest.raises(AudioUnavailable):
        await scene.sharing.share(job, TARGET)
    assert await scene.rows(job) == []


async def test_link_at_hand_comes_before_all_other_sources(scene: Scene) -> None:
    job = await scene.held_track()
    await scene.sharing.share(job, TARGET, at_hand=await scene.served(OTHER))
    assert scene.messages.posted[0][2] == OTHER


async def test_message_of_the_track_comes_before_what_is_held(scene: Scene) -> None:
    job = await scene.held_track()
    await scene.stored.share(job, 5, guild_id=400, message_id=55)
    scene.messages.links[55] = await scene.served(OTHER)
    await scene.sharing.share(job, TARGET)
    assert scene.messages.posted[0][2] == OTHER


async def test_provider_is_asked_for_the_file_when_no_message_has_it(scene: Scene) -> None:
    job = await scene.stored.succeed(await scene.served(OTHER))
    await scene.sharing.share(job, TARGET, at_hand="http://127.0.0.1:9/gone.wav")
    assert scene.messages.posted[0][2] == OTHER


# --- meanwhile ----------------------------------------------------------------------------------


async def test_second_press_is_told_so_while_the_first_is_getting_ready(scene: Scene) -> None:
    job = await scene.held_track()
    go_on = scene.workshop.pause("examine")
    first = asyncio.create_task(scene.sharing.share(job, TARGET))
    await scene.workshop.paused.wait()
    scene.clock.advance(31)
    with pytest.raises(AlreadySharing):
        await scene.sharing.share(job, TARGET)
    go_on.set()
    message_id = await first
    assert await scene.rows(job) == [message_id]
    assert len(scene.messages.posted) == 1


async def test_unknown_outcome_counts_from_the_sending_and_not_from_the_press(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    go_on = scene.workshop.pause("examine")
    scene.messages.error = DeliveryUnsure("cut")
    first = asyncio.create_task(scene.sharing.share(job, TARGET))
    await scene.workshop.paused.wait()
    scene.clock.advance(200)
    go_on.set()
    with pytest.raises(DeliveryUnsure):
        await first
    scene.messages.error = None
    scene.clock.advance(20)
    await scene.sharing.share(job, TARGET)
    assert scene.messenger.searches == []


async def test_earlier_try_is_looked_for_when_getting_ready_outlasted_its_nonce(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    await scene.stored.share(job, 8, guild_id=400)
    scene.clock.advance(20)
    go_on = scene.workshop.pause("examine")
    again = asyncio.create_task(scene.sharing.share(job, TARGET))
    await scene.workshop.paused.wait()
    scene.clock.advance(20)
    scene.messenger.there = 1234
    go_on.set()
    assert await again == 1234
    assert scene.messages.posted == []


async def test_earlier_try_is_looked_for_when_the_clock_was_put_back(scene: Scene) -> None:
    job = await scene.held_track()
    await scene.stored.share(job, 8, guild_id=400)
    scene.clock.advance(-3600)
    scene.messenger.there = 1234
    assert await scene.sharing.share(job, TARGET) == 1234
    assert scene.messages.posted == []


@pytest.mark.parametrize("error", [Unreachable("50013"), DeliveryLater("429")])
async def test_earlier_try_is_not_forgotten_when_its_repetition_is_refused(
    scene: Scene, error: DeliveryError
) -> None:
    job = await scene.held_track()
    await scene.stored.share(job, 8, guild_id=400)
    scene.messages.error = error
    scene.clock.advance(20)
    with pytest.raises(type(error)):
        await scene.sharing.share(job, TARGET)
    assert await scene.rows(job) == [None]
    scene.messages.error = None
    scene.messenger.there = 1234
    scene.clock.advance(20)
    assert await scene.sharing.share(job, TARGET) == 1234


async def test_nothing_is_shared_when_the_track_was_deleted_while_it_was_made_ready(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    go_on = scene.workshop.pause("examine")
    shared = asyncio.create_task(scene.sharing.share(job, TARGET))
    await scene.workshop.paused.wait()
    assert await scene.stored.stores.removals.delete(job.id, scene.clock())
    go_on.set()
    with pytest.raises(TrackDeleted):
        await shared
    assert scene.messages.posted == []
    assert await scene.rows(job) == []


async def test_share_is_removed_when_the_track_was_deleted_while_it_was_posted(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    post = scene.messages.post

    async def upload(*arguments: Any) -> int:
        assert await scene.stored.stores.removals.delete(job.id, scene.clock())
        return await post(*arguments)

    scene.messages.post = upload  # type: ignore[method-assign, assignment]
    with pytest.raises(TrackDeleted):
        await scene.sharing.share(job, TARGET)
    assert scene.messages.removed == [(8, 9_000)]
    assert await scene.rows(job) == []


async def test_press_is_given_up_when_it_takes_too_long(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await scene.held_track()
    go_on = scene.workshop.pause("examine")
    with monkeypatch.context() as hasty:
        hasty.setattr(sharing, "SHARED_WITHIN_S", 0.05)
        with pytest.raises(DeliveryUnsure):
            await scene.sharing.share(job, TARGET)
    go_on.set()
    await scene.sharing.share(job, TARGET)  # the place is free again
    assert len(scene.messages.posted) == 1
