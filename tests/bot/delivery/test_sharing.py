"""Sharing: posted once in each channel, whatever happens in between."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

from bot import words
from bot.delivery.announcements import Announcement
from bot.delivery.audio_sources import AudioSources
from bot.delivery.mastering import Mastering
from bot.delivery.sharing import Sharing, Target
from bot.delivery.track_messages import TrackMessages
from bot.errors import (
    AudioUnavailable,
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    Unreachable,
    UploadTooLarge,
)
from bot.jobs import AudioFormat, Job
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.store.held_store import HeldAudio
from bot.tracks import Tracks
from sandbox.aimlapi import AimlapiStandIn, Audio, Fate
from tests.bot.delivery.fakes import FakeMessenger, FakeWorkshop
from tests.bot.provider.clips import WAV, wav
from tests.factories import MEMBER_ID, HandClock, Stored, a_brief

NOWHERE = "http://127.0.0.1:9/gone.wav"
OTHER = wav(2000)
TARGET = Target(channel_id=8, guild_id=400, limit_bytes=10 << 20)


class FakeTrackMessages(TrackMessages):
    """Keeps what is posted, and fails on demand."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Announcement, bytes]] = []
        self.links: dict[int, str] = {}
        self.gone: set[int] = set()
        self.error: DeliveryError | None = None
        self.unseen = False

    async def audio_url(self, channel_id: int, message_id: int) -> str | None:
        del channel_id
        return self.links.get(message_id)

    async def is_there(self, channel_id: int, message_id: int) -> bool:
        del channel_id
        if self.unseen:
            raise Unreachable("50001")
        return message_id not in self.gone

    async def post(
        self, channel_id: int, guild_id: int | None, what: Announcement, nonce: str
    ) -> int:
        del channel_id, guild_id
        if self.error:
            raise self.error
        content = what.file.read_bytes() if what.file else b""
        nonces = [known for known, _, _ in self.posted]
        if nonce not in nonces:
            self.posted.append((nonce, what, content))
            nonces.append(nonce)
        return 9_000 + nonces.index(nonce)


@dataclass(frozen=True)
class Scene:
    stored: Stored
    clock: HandClock
    messages: FakeTrackMessages
    messenger: FakeMessenger
    sharing: Sharing
    provider: Provider
    stand_in: AimlapiStandIn

    async def served(self, content: bytes) -> str:
        """Where a file lies."""
        audio = Audio(content)
        self.stand_in.plan(Fate(duration_s=0, audio=audio))
        generation = await self.provider.submit(a_brief())
        url = (await self.provider.fetch(generation.id)).audio_url
        assert url is not None
        return url

    async def held_track(self, **changes: Any) -> Job:
        """A track whose audio is nowhere but in the database."""
        job = await self.stored.succeed(NOWHERE, **changes)
        held = HeldAudio(file_name="a.wav", content=WAV)
        await self.stored.stores.held.keep(job.id, held, self.clock())
        return job

    async def rows(self, job: Job) -> list[int | None]:
        return [share.message_id for share in await self.stored.stores.shares.of_job(job.id)]


@pytest.fixture
async def scene(
    stored: Stored, clock: HandClock, provider: Provider, stand_in: AimlapiStandIn
) -> AsyncIterator[Scene]:
    messages, messenger = FakeTrackMessages(), FakeMessenger()
    tracks = Tracks(stored.stores, clock)
    async with AudioFetcher.open(stand_in.url) as fetcher:
        sharing = Sharing(
            stored.stores,
            tracks,
            Mastering(FakeWorkshop(), stored.jobs, AudioFormat.ORIGINAL),
            AudioSources(tracks, messages, stored.stores.held, fetcher),
            messages=messages,
            messenger=messenger,
            clock=clock,
        )
        yield Scene(stored, clock, messages, messenger, sharing, provider, stand_in)


async def test_share_is_the_same_audio_and_pings_nobody(scene: Scene) -> None:
    job = await scene.held_track(private=True)
    message_id = await scene.sharing.share(job, TARGET)
    [(_, what, content)] = scene.messages.posted
    assert content == WAV
    assert what.content == words.shared(MEMBER_ID)
    places = {item.custom_id.split(":")[-1] for item in cast("Any", what.view.children)}
    assert places == {"share"}
    assert what.embed is not None
    assert "Options" not in {field.name for field in what.embed.fields}  # "only for you", say
    assert await scene.rows(job) == [message_id]


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
    begun = await scene.stored.stores.shares.begin(job.id, 8, 400, scene.clock())
    scene.clock.advance(60)  # the bot was killed in between
    await scene.sharing.share(job, TARGET)
    [(nonce, _, _)] = scene.messages.posted
    assert nonce != begun.nonce
    assert scene.messenger.searches == [(8, job.id, "share")]


async def test_nothing_is_posted_while_the_earlier_try_can_not_be_looked_for(
    scene: Scene,
) -> None:
    job = await scene.held_track()
    await scene.stored.stores.shares.begin(job.id, 8, 400, scene.clock())
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
    earlier = await scene.stored.stores.shares.begin(job.id, 5, 400, scene.clock())
    await scene.stored.stores.shares.posted(earlier, 55)
    scene.messages.links[55] = await scene.served(OTHER)
    await scene.sharing.share(job, TARGET)
    assert scene.messages.posted[0][2] == OTHER


async def test_provider_is_asked_for_the_file_when_no_message_has_it(scene: Scene) -> None:
    job = await scene.stored.succeed(await scene.served(OTHER))
    await scene.sharing.share(job, TARGET, at_hand="http://127.0.0.1:9/gone.wav")
    assert scene.messages.posted[0][2] == OTHER
