"""Which tracks are found, by whom, and in which order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.jobs import Job, JobState, Rung
from bot.domain.places import Place
from bot.domain.requests import Relation
from bot.store.track_store import Only, Wanted
from tests.bot.store.shelf import GUILD_ID, MESSAGE_ID, OTHER_ID, Shelf
from tests.factories import CHANNEL_ID, MEMBER_ID, Stored

SEEN = frozenset({CHANNEL_ID})
STAFF_ID = CHANNEL_ID + 1
OWN = Wanted(viewer_id=MEMBER_ID, member_id=MEMBER_ID)
OTHERS = Wanted(viewer_id=OTHER_ID, member_id=MEMBER_ID, guild_id=GUILD_ID)


@pytest.fixture
def shelf(stored: Stored) -> Shelf:
    return Shelf(stored)


async def found(shelf: Shelf, wanted: Wanted = OWN) -> list[str]:
    """The ids on the first page; the count says the same."""
    tracks = await shelf.store.page(wanted, SEEN, limit=10, offset=0)
    assert await shelf.store.count(wanted, SEEN) == len(tracks)
    return [track.job.id for track in tracks]


def ids(*jobs: Job) -> list[str]:
    return [job.id for job in jobs]


# --- a member's own tracks ----------------------------------------------------------------------


async def test_own_tracks_come_newest_first_and_nobody_elses(shelf: Shelf) -> None:
    older, newer = await shelf.put(), await shelf.put()
    await shelf.put(member_id=OTHER_ID)
    assert await found(shelf) == ids(newer, older)


async def test_own_tracks_come_page_by_page(shelf: Shelf) -> None:
    jobs = [await shelf.put() for _ in range(25)]
    pages = [await shelf.store.page(OWN, SEEN, limit=10, offset=at) for at in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    listed = [track.job.id for page in pages for track in page]
    assert listed == ids(*reversed(jobs))


@pytest.mark.parametrize("state", [state for state in JobState if state != JobState.SUCCEEDED])
async def test_what_is_no_finished_track_is_not_listed(shelf: Shelf, state: JobState) -> None:
    await shelf.put(state=state)
    assert await found(shelf) == []


async def test_own_private_and_held_tracks_are_listed_as_such(shelf: Shelf) -> None:
    private = await shelf.put(private=True, rung=Rung.DIRECT_MESSAGE)
    await shelf.put(rung=Rung.HELD)
    tracks = {one.job.id: one for one in await shelf.store.page(OWN, (), limit=10, offset=0)}
    assert tracks[private.id].job.private
    assert [track.held for track in tracks.values()] == [True, False]


async def test_deleted_tracks_are_left_out_unless_asked_for(shelf: Shelf) -> None:
    kept = await shelf.put()
    deleted = await shelf.put(model="stable-audio", deleted_at=shelf.stored.clock())
    asked = replace(OWN, only=Only.DELETED)
    assert await found(shelf) == ids(kept)
    assert await shelf.store.count(OWN, ()) == 1
    assert await shelf.store.models(OWN, ()) == [kept.request.model]
    [track] = await shelf.store.page(asked, (), limit=10, offset=0)
    assert track.job.id == deleted.id
    assert track.job.deleted_at
    assert track.places == ()
    assert await shelf.store.models(asked, ()) == ["stable-audio"]


@pytest.mark.parametrize(
    ("search", "prompt"),
    [
        ("RAIN", "lo-fi rain"),
        ("rain", "Lo-Fi RAIN"),
        ("ölig", "Öliger Bass"),
        ("ÖLIG", "öliger bass"),
        ("дождь", "ДОЖДЬ и джаз"),
        ("100%", "100% tape"),
        ("a_b", "a_b"),
        ("/", "either/or"),
        ("🎷", "cool 🎷 jazz"),
        ("שלום", "שלום עולם"),
        ("it's", 'it\'s \\ "fine"'),
        ("rain\x00", "lo-fi rain"),
    ],
)
async def test_search_finds_what_is_in_the_prompt_in_any_case(
    shelf: Shelf, search: str, prompt: str
) -> None:
    job = await shelf.put(prompt)
    await shelf.put("something else")
    assert await found(shelf, replace(OWN, search=search)) == ids(job)


@pytest.mark.parametrize(
    ("search", "prompt"),
    [("100%", "1000 tapes"), ("a_b", "axb"), ("%", "plain"), ("_", "plain"), ("\ud800", "plain")],
)
async def test_search_takes_no_character_for_a_pattern(
    shelf: Shelf, search: str, prompt: str
) -> None:
    await shelf.put(prompt)
    assert await found(shelf, replace(OWN, search=search)) == []


async def test_search_finds_a_title_that_a_member_gave(shelf: Shelf) -> None:
    job = await shelf.put(title="Night bus")
    assert await found(shelf, replace(OWN, search="night")) == ids(job)


async def test_filters_leave_what_they_name(shelf: Shelf) -> None:
    private, held = await shelf.put(private=True), await shelf.put(rung=Rung.HELD)
    liked, other = await shelf.put(liked_by=2), await shelf.put(model="stable-audio", guild_id=7)
    assert await found(shelf, replace(OWN, only=Only.PRIVATE)) == ids(private)
    assert await found(shelf, replace(OWN, only=Only.HELD)) == ids(held)
    assert await found(shelf, replace(OWN, only=Only.LIKED)) == ids(liked)
    assert await found(shelf, replace(OWN, model="stable-audio")) == ids(other)
    assert await found(shelf, replace(OWN, guild_id=7)) == ids(other)
    assert await shelf.store.models(OWN, SEEN) == ["google/lyria2", "stable-audio"]


async def test_likes_are_counted(shelf: Shelf) -> None:
    await shelf.put(liked_by=3)
    [track] = await shelf.store.page(OWN, SEEN, limit=10, offset=0)
    assert track.likes == 3


# --- others' tracks -----------------------------------------------------------------------------


async def test_others_see_what_was_posted_where_they_may_look(shelf: Shelf) -> None:
    posted, edited = await shelf.put(), await shelf.put(rung=Rung.INTERACTION)
    assert await found(shelf, OTHERS) == ids(edited, posted)
    assert await shelf.store.models(OTHERS, SEEN) == ["google/lyria2"]


HIDDEN = {
    "private": {"private": True},
    "private in the channel": {"private": True, "rung": Rung.INTERACTION},
    "direct": {"rung": Rung.DIRECT_MESSAGE},
    "held": {"rung": Rung.HELD},
    "handed out": {"rung": Rung.INTERACTION, "message_id": None, "channel_id": STAFF_ID},
    "in another channel": {"channel_id": STAFF_ID},
    "on another server": {"guild_id": GUILD_ID + 1},
    "in direct messages": {"guild_id": None},
    "failed": {"state": JobState.FAILED},
}


@pytest.mark.parametrize("case", HIDDEN)
async def test_others_do_not_see_what_is_not_for_them(shelf: Shelf, case: str) -> None:
    await shelf.put(liked_by=1, **HIDDEN[case])  # type: ignore[arg-type]
    assert await found(shelf, OTHERS) == []
    assert await shelf.store.models(OTHERS, SEEN) == []
    assert await shelf.store.most_liked(GUILD_ID, SEEN, since=None, limit=10) == []


async def test_others_do_not_see_what_was_deleted(shelf: Shelf) -> None:
    job = await shelf.put(liked_by=1, deleted_at=shelf.stored.clock())
    await shelf.share(job, CHANNEL_ID)
    assert await found(shelf, OTHERS) == []
    assert await shelf.store.most_liked(GUILD_ID, SEEN, since=None, limit=10) == []


async def test_others_see_a_private_track_once_it_was_shared_here(shelf: Shelf) -> None:
    job = await shelf.put(private=True, rung=Rung.DIRECT_MESSAGE, channel_id=STAFF_ID, guild_id=7)
    await shelf.share(job, STAFF_ID)
    await shelf.share(job, STAFF_ID + 1, guild_id=7)
    assert await found(shelf, OTHERS) == []
    await shelf.share(job, CHANNEL_ID)
    assert await found(shelf, OTHERS) == ids(job)


async def test_share_that_is_not_posted_yet_shows_nothing(shelf: Shelf) -> None:
    job = await shelf.put(private=True)
    await shelf.share(job, CHANNEL_ID, message_id=None)
    assert await found(shelf, OTHERS) == []


async def test_nothing_of_others_is_seen_in_direct_messages(shelf: Shelf) -> None:
    await shelf.put()
    assert await found(shelf, replace(OTHERS, guild_id=None)) == []


# --- where they are heard -----------------------------------------------------------------------


async def test_places_are_the_announcement_and_then_the_shares(shelf: Shelf) -> None:
    job = await shelf.put()
    await shelf.share(job, STAFF_ID)
    track = await shelf.store.get(job.id)
    assert track
    assert track.places == (
        Place(guild_id=GUILD_ID, channel_id=CHANNEL_ID, message_id=MESSAGE_ID),
        Place(guild_id=GUILD_ID, channel_id=STAFF_ID, message_id=MESSAGE_ID + 1),
    )


async def test_private_answer_is_no_place_to_come_back_to(shelf: Shelf) -> None:
    private = await shelf.put(private=True, rung=Rung.INTERACTION)
    direct = await shelf.put(private=True, rung=Rung.DIRECT_MESSAGE)
    for job, guild_ids in ((private, []), (direct, [None])):
        track = await shelf.store.get(job.id)
        assert track
        assert [place.guild_id for place in track.places] == guild_ids


# --- most liked ---------------------------------------------------------------------------------


async def test_most_liked_come_first_and_newer_before_older(shelf: Shelf) -> None:
    two = await shelf.put(liked_by=2)
    one, newer = await shelf.put(liked_by=1), await shelf.put(liked_by=1)
    await shelf.put()
    top = await shelf.store.most_liked(GUILD_ID, SEEN, since=None, limit=10)
    assert [(track.job.id, track.likes) for track in top] == [
        (two.id, 2), (newer.id, 1), (one.id, 1),
    ]  # fmt: skip
    assert len(await shelf.store.most_liked(GUILD_ID, SEEN, since=None, limit=2)) == 2


async def test_most_liked_counts_the_likes_of_that_time(shelf: Shelf) -> None:
    week, month = timedelta(days=7), timedelta(days=30)
    await shelf.put(liked_by=5, liked_ago=timedelta(days=10))
    fresh = await shelf.put(liked_by=1)
    now = shelf.stored.clock()
    top = await shelf.store.most_liked(GUILD_ID, SEEN, since=now - week, limit=10)
    assert [track.job.id for track in top] == [fresh.id]
    longer = await shelf.store.most_liked(GUILD_ID, SEEN, since=now - month, limit=10)
    assert [track.likes for track in longer] == [5, 1]


# --- renaming -----------------------------------------------------------------------------------


async def test_title_changes_only_for_its_member(shelf: Shelf) -> None:
    job = await shelf.put()
    assert not await shelf.store.rename(job.id, OTHER_ID, "Mine now")
    assert await shelf.store.rename(job.id, MEMBER_ID, "Night bus")
    assert (await shelf.stored.job(job.id)).title == "Night bus"
    assert await shelf.store.rename(job.id, MEMBER_ID, None)
    assert (await shelf.stored.job(job.id)).title is None


async def test_deleted_track_keeps_its_title(shelf: Shelf) -> None:
    job = await shelf.put(deleted_at=shelf.stored.clock())
    assert not await shelf.store.rename(job.id, MEMBER_ID, "Night bus")


# --- where they come from -----------------------------------------------------------------------


async def test_ancestors_come_parent_first_up_to_a_limit(stored: Stored) -> None:
    line = [await stored.succeed()]
    for _ in range(4):
        child = await stored.succeed(parent_id=line[0].id, relation=Relation.REMIX)
        line.insert(0, child)
    tracks = stored.stores.tracks
    found = await tracks.ancestors(line[0].id, most=10)
    assert [one.id for one in found] == [one.id for one in line[1:]]
    assert await tracks.ancestors(line[0].id, most=2) == found[:2]
    assert await tracks.ancestors(line[-1].id, most=10) == []
