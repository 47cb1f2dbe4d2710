"""Who may know of a track, where it stands, and what it came from."""

from dataclasses import replace

import pytest

from bot.domain.jobs import Job, NoticeKind, Rung
from bot.domain.requests import Relation
from bot.library.tracks import NAMED_ANCESTORS, Tracks, Viewer
from bot.store.track_store import Place
from tests.factories import CARD_ID, CHANNEL_ID, MEMBER_ID, NOW, HandClock, Stored

GUILD = 400
STRANGER = Viewer(member_id=5, guild_id=GUILD, channel_id=CHANNEL_ID)
OUTSIDER = replace(STRANGER, guild_id=401, channel_id=9)
OWNER_ELSEWHERE = Viewer(member_id=MEMBER_ID, guild_id=None, channel_id=7)


@pytest.fixture
def tracks(stored: Stored, clock: HandClock) -> Tracks:
    return Tracks(stored.stores, clock)


async def share(stored: Stored, job: Job, guild_id: int, *, message_id: int | None = 77) -> None:
    await stored.share(job, 8, guild_id=guild_id, message_id=message_id)


async def test_public_track_is_known_on_its_server_alone(stored: Stored, tracks: Tracks) -> None:
    job = await stored.succeed()
    assert await tracks.is_visible(job, STRANGER)
    assert await tracks.is_visible(job, OWNER_ELSEWHERE)
    assert not await tracks.is_visible(job, OUTSIDER)
    await share(stored, job, 401)
    assert await tracks.is_visible(job, OUTSIDER)


async def test_private_track_is_known_to_its_member_until_it_is_shared(
    stored: Stored, tracks: Tracks
) -> None:
    job = await stored.succeed(private=True)
    assert await tracks.is_visible(job, OWNER_ELSEWHERE)
    assert not await tracks.is_visible(job, STRANGER)
    await share(stored, job, GUILD, message_id=None)  # begun, but perhaps not there
    assert not await tracks.is_visible(job, STRANGER)
    await share(stored, job, GUILD)
    assert await tracks.is_visible(job, STRANGER)
    assert not await tracks.is_visible(job, OUTSIDER)


async def test_track_of_a_direct_message_is_not_known_in_others(
    stored: Stored, tracks: Tracks
) -> None:
    job = await stored.succeed(guild_id=None)
    other_message = Viewer(member_id=5, guild_id=None, channel_id=CHANNEL_ID + 1)
    assert not await tracks.is_visible(job, other_message)
    group = replace(other_message, channel_id=CHANNEL_ID)
    assert await tracks.is_visible(job, group)


async def test_card_announcement_and_shares_tell_of_a_track(stored: Stored, tracks: Tracks) -> None:
    job = await stored.succeed()
    notice = await stored.notice(job.id)
    now = stored.clock()
    await stored.notices.told(notice.id, Rung.CHANNEL, now, channel_id=CHANNEL_ID, message_id=88)
    await share(stored, job, 401)
    assert [await tracks.is_told_by(job, one) for one in (CARD_ID, 88, 77)] == [True, True, True]
    assert not await tracks.is_told_by(job, 99)
    queued = await stored.queue()
    assert not await tracks.is_told_by(queued, 88)


@pytest.mark.parametrize(
    ("private", "rung", "found"),
    [
        (False, Rung.CHANNEL, [Place(guild_id=GUILD, channel_id=1, message_id=2)]),
        (False, Rung.INTERACTION, [Place(guild_id=GUILD, channel_id=1, message_id=2)]),
        (True, Rung.DIRECT_MESSAGE, [Place(guild_id=None, channel_id=1, message_id=2)]),
        (True, Rung.INTERACTION, []),
    ],
)
async def test_places_are_those_that_can_be_looked_at_again(
    stored: Stored, tracks: Tracks, *, private: bool, rung: Rung, found: list[Place]
) -> None:
    job = await stored.succeed(private=private)
    await stored.notices.add(job.id, NoticeKind.OVERDUE, NOW)
    notice = await stored.notice(job.id)
    await stored.notices.told(notice.id, rung, NOW, channel_id=1, message_id=2)
    shared = Place(guild_id=401, channel_id=8, message_id=77)
    await share(stored, job, 401)
    assert await tracks.places(job) == [*found, shared]
    assert await tracks.places(job, announced=False) == [shared]
    await tracks.left(job, shared)
    await stored.stores.curation.delete(job.id, NOW)
    assert await tracks.places(await stored.job(job.id)) == found


async def test_lineage_names_no_track_that_is_not_for_the_viewer(
    stored: Stored, tracks: Tracks
) -> None:
    secret = await stored.succeed(private=True)
    deleted = await stored.succeed(parent_id=secret.id, relation=Relation.REMIX)
    open_to_all = await stored.succeed(parent_id=deleted.id, relation=Relation.REMIX)
    job = await stored.succeed(parent_id=open_to_all.id, relation=Relation.AGAIN)
    await stored.stores.curation.delete(deleted.id, NOW)
    line = await tracks.lineage(job, STRANGER)
    assert [(one.job.id, one.visible) for one in line] == [
        (open_to_all.id, True),
        (deleted.id, False),
        (secret.id, False),
    ]
    assert [one.visible for one in await tracks.lineage(job, OWNER_ELSEWHERE)] == [
        True,
        False,
        True,
    ]


async def test_long_lineage_still_has_every_author(stored: Stored, tracks: Tracks) -> None:
    job = await stored.succeed(member_id=1)
    for member_id in range(2, NAMED_ANCESTORS + 4):
        job = await stored.succeed(member_id=member_id, parent_id=job.id, relation=Relation.AGAIN)
    line = await tracks.lineage(job, STRANGER)
    assert [one.job.member_id for one in line] == list(range(NAMED_ANCESTORS + 2, 0, -1))
    assert [one.visible for one in line].count(True) == NAMED_ANCESTORS
