"""Who may know of a track, where it stands, and what it came from."""

from dataclasses import replace

import pytest

from bot.domain.jobs import Job, NoticeKind, Rung
from bot.domain.places import Place
from bot.domain.requests import Relation
from bot.domain.visibility import Ancestor, Viewer
from bot.library.visibility import NAMED_ANCESTORS, Visibility
from tests.factories import CARD_ID, CHANNEL_ID, MEMBER_ID, NOW, Stored

GUILD = 400
STRANGER = Viewer(member_id=5, guild_id=GUILD, sees=frozenset({CHANNEL_ID, 8}).__contains__)
OUTSIDER = replace(STRANGER, guild_id=401, sees=frozenset({8}).__contains__)
OWNER_ELSEWHERE = Viewer(member_id=MEMBER_ID, guild_id=None, sees=frozenset({7}).__contains__)


@pytest.fixture
def visibility(stored: Stored) -> Visibility:
    return Visibility(stored.jobs, stored.stores.tracks)


async def share(stored: Stored, job: Job, guild_id: int, *, message_id: int | None = 77) -> None:
    await stored.share(job, 8, guild_id=guild_id, message_id=message_id)


async def test_job_is_found_where_it_may_be_known(stored: Stored, visibility: Visibility) -> None:
    job = await stored.succeed()
    assert await visibility.job(job.id, STRANGER) == job
    assert await visibility.job(job.id, OWNER_ELSEWHERE) == job
    assert await visibility.job(job.id, OUTSIDER) is None
    await share(stored, job, 401)
    assert await visibility.job(job.id, OUTSIDER) == job
    assert await visibility.job("f" * 16, OWNER_ELSEWHERE) is None


async def test_private_job_is_found_by_its_member_until_it_is_shared(
    stored: Stored, visibility: Visibility
) -> None:
    job = await stored.succeed(private=True)
    assert await visibility.job(job.id, OWNER_ELSEWHERE)
    assert not await visibility.job(job.id, STRANGER)
    await share(stored, job, GUILD, message_id=None)  # begun, but perhaps not there
    assert not await visibility.job(job.id, STRANGER)
    await share(stored, job, GUILD)
    assert await visibility.job(job.id, STRANGER)
    assert not await visibility.job(job.id, OUTSIDER)


async def test_card_announcement_and_shares_tell_of_a_track(stored: Stored) -> None:
    job = await stored.succeed()
    notice = await stored.notice(job.id)
    now = stored.clock()
    await stored.notices.told(notice.id, Rung.CHANNEL, now, channel_id=CHANNEL_ID, message_id=88)
    await share(stored, job, 401)
    tracks = stored.stores.tracks
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
    stored: Stored, *, private: bool, rung: Rung, found: list[Place]
) -> None:
    job = await stored.succeed(private=private)
    await stored.notices.add(job.id, NoticeKind.OVERDUE, NOW)
    notice = await stored.notice(job.id)
    await stored.notices.told(notice.id, rung, NOW, channel_id=1, message_id=2)
    shared = Place(guild_id=401, channel_id=8, message_id=77)
    await share(stored, job, 401)
    tracks = stored.stores.tracks
    assert await tracks.places(job) == [*found, shared]
    assert await tracks.shared_places(job.id) == [shared]
    await stored.stores.shares.remove(job.id, shared.channel_id, shared.message_id)
    await stored.stores.removals.delete(job.id, NOW)
    assert await tracks.places(await stored.job(job.id)) == found


async def test_lineage_names_no_track_that_is_not_for_the_viewer(
    stored: Stored, visibility: Visibility
) -> None:
    secret = await stored.succeed(private=True)
    deleted = await stored.succeed(parent_id=secret.id, relation=Relation.REMIX)
    open_to_all = await stored.succeed(parent_id=deleted.id, relation=Relation.REMIX)
    job = await stored.succeed(parent_id=open_to_all.id, relation=Relation.AGAIN)
    await stored.stores.removals.delete(deleted.id, NOW)
    line = await visibility.lineage(job, STRANGER)
    assert [(one.job.id, one.visible) for one in line] == [
        (open_to_all.id, True),
        (deleted.id, False),
        (secret.id, False),
    ]
    assert [one.visible for one in await visibility.lineage(job, OWNER_ELSEWHERE)] == [
        True,
        False,
        True,
    ]


async def test_parent_is_named_to_those_who_may_know_of_it(
    stored: Stored, visibility: Visibility
) -> None:
    parent = await stored.succeed()
    job = await stored.succeed(parent_id=parent.id, relation=Relation.REMIX)
    assert await visibility.parent(parent, STRANGER) is None
    for viewer, visible in ((STRANGER, True), (OUTSIDER, False), (OWNER_ELSEWHERE, True)):
        assert await visibility.parent(job, viewer) == Ancestor(job=parent, visible=visible)


async def test_long_lineage_still_has_every_author(stored: Stored, visibility: Visibility) -> None:
    job = await stored.succeed(member_id=1)
    for member_id in range(2, NAMED_ANCESTORS + 4):
        job = await stored.succeed(member_id=member_id, parent_id=job.id, relation=Relation.AGAIN)
    line = await visibility.lineage(job, STRANGER)
    assert [one.job.member_id for one in line] == list(range(NAMED_ANCESTORS + 2, 0, -1))
    assert [one.visible for one in line].count(True) == NAMED_ANCESTORS
