"""A moderator's deletion reaches the places that are theirs; a member's reaches all."""

import pytest

from bot import words
from bot.deliver.cards import status_card as cards
from bot.domain.jobs import Job, Rung
from bot.domain.places import Place
from bot.library.removal import Removal
from bot.loops.wakeups import Wakeups
from tests.bot.deliver.parts import a_keeper, a_takedown
from tests.bot.fakes import FakeMessenger, FakeTrackMessages
from tests.factories import CHANNEL_ID, Stored

GUILD_ID, OTHER_GUILD, TOLD = 400, 77, 50
SHARED = {201: (GUILD_ID, 51), 202: (GUILD_ID, 52), 203: (OTHER_GUILD, 53)}  # by channel


async def shared_track(stored: Stored) -> Job:
    """Posted where it was asked for, and shared to three channels."""
    job = await stored.succeed()
    notice, now = await stored.claim_notice(), stored.clock()
    where = {"channel_id": CHANNEL_ID, "message_id": TOLD}
    await stored.notices.told(notice.id, Rung.CHANNEL, now, **where)
    await stored.notices.close(notice, now)
    for channel_id, (guild_id, message_id) in SHARED.items():
        await stored.share(job, channel_id, guild_id=guild_id, message_id=message_id)
    return job


@pytest.fixture
def messages() -> FakeTrackMessages:
    return FakeTrackMessages()


@pytest.fixture
def removal(stored: Stored, messages: FakeTrackMessages) -> Removal:
    stores = stored.stores
    takedown = a_takedown(stored, messages)
    return Removal(stores.tracks, stores.removals, takedown, Wakeups(), stored.clock)


async def test_moderator_takes_away_what_is_theirs_alone(
    stored: Stored, removal: Removal, messages: FakeTrackMessages
) -> None:
    job = await shared_track(stored)
    await stored.stores.likes.toggle(job.id, 9, stored.clock())

    def reaches(place: Place) -> bool:
        return place.guild_id == GUILD_ID and place.channel_id in {CHANNEL_ID, 201}

    assert await removal.moderate(job, reaches)
    assert {message_id for _, message_id in messages.removed} == {TOLD, 51}
    tracks = stored.stores.tracks
    now = await stored.job(job.id)
    assert now.deleted_at is None
    assert [place.message_id for place in await tracks.places(now)] == [52, 53]
    assert await stored.stores.likes.count(job.id) == 1
    assert await removal.moderate(now, reaches)  # there is no more of theirs
    assert len(messages.removed) == 2


async def test_card_says_that_a_moderator_took_the_track_away(
    stored: Stored, removal: Removal
) -> None:
    job, messenger = await shared_track(stored), FakeMessenger()
    await removal.moderate(job, lambda place: place.channel_id == CHANNEL_ID)
    await a_keeper(stored, messenger).run_once()
    (embed, _), expected = messenger.cards[-1], cards.deleted_card(job, by_member=False)
    assert embed.to_dict() == expected[0].to_dict()
    assert embed.description == words.deleted_by_moderator()


async def test_track_is_forgotten_when_a_moderator_reaches_all_of_it(
    stored: Stored, removal: Removal, messages: FakeTrackMessages
) -> None:
    job = await shared_track(stored)
    assert await removal.moderate(job, lambda _: True)
    assert len(messages.removed) == 4
    now = await stored.job(job.id)
    assert now.deleted_at is not None
    assert now.deleted_by_member is False


async def test_moderator_who_reaches_nothing_changes_nothing(
    stored: Stored, removal: Removal, messages: FakeTrackMessages
) -> None:
    job = await shared_track(stored)
    assert await removal.moderate(job, lambda _: False)
    assert not messages.removed
    assert (await stored.job(job.id)).deleted_at is None


async def test_member_takes_the_track_away_everywhere(
    stored: Stored, removal: Removal, messages: FakeTrackMessages
) -> None:
    job = await shared_track(stored)
    await removal.moderate(job, lambda place: place.channel_id == CHANNEL_ID)
    assert await removal.remove(job, by_member=True)
    assert {message_id for _, message_id in messages.removed} == {TOLD, 51, 52, 53}
    assert (await stored.job(job.id)).deleted_by_member
