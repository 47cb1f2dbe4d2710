"""Who may know of a job, and who may hear its track."""

from dataclasses import replace

import pytest

from bot.domain.jobs import JobState, Rung
from bot.domain.places import Place, card_of, heard_in, told_in
from bot.domain.visibility import Viewer, may_hear, may_know, places_here, shown_places
from tests.factories import CARD_ID, CHANNEL_ID, MEMBER_ID, NOW, a_job

GUILD, ELSEWHERE, THREAD = 400, 401, CARD_ID
SHARED = Place(guild_id=ELSEWHERE, channel_id=8, message_id=77)
TOLD = Place(guild_id=GUILD, channel_id=THREAD, message_id=78)


def a_viewer(guild_id: int | None = GUILD, *channel_ids: int, member_id: int = 5) -> Viewer:
    """Who sees these channels."""
    return Viewer(member_id=member_id, guild_id=guild_id, sees=frozenset(channel_ids).__contains__)


MEMBER = a_viewer(None, 7, member_id=MEMBER_ID)


@pytest.mark.parametrize(
    ("viewer", "knows"),
    [
        (MEMBER, True),
        (a_viewer(GUILD, CHANNEL_ID), True),
        (a_viewer(GUILD, 9), False),
        (a_viewer(ELSEWHERE, CHANNEL_ID), False),
        (a_viewer(None, CHANNEL_ID), False),
    ],
)
def test_public_job_is_known_where_it_was_asked_for(viewer: Viewer, *, knows: bool) -> None:
    assert may_know(a_job(), (), viewer) is knows


def test_private_job_is_known_to_others_only_where_it_was_shared() -> None:
    job = a_job(private=True)
    assert may_know(job, (), MEMBER)
    assert not may_know(job, (SHARED,), a_viewer(GUILD, CHANNEL_ID))
    assert may_know(job, (SHARED,), a_viewer(ELSEWHERE, 8))
    assert not may_know(job, (SHARED,), a_viewer(ELSEWHERE, 9))
    assert not may_know(job, (SHARED,), a_viewer(GUILD, 8))


def test_job_is_known_in_the_thread_that_it_was_told_in() -> None:
    there = a_viewer(GUILD, THREAD)
    assert not may_know(a_job(), (), there)
    assert may_know(a_job(), (TOLD,), there)


def test_job_of_a_conversation_is_known_in_it_alone() -> None:
    job = a_job(guild_id=None)
    assert may_know(job, (), a_viewer(None, CHANNEL_ID))
    assert not may_know(job, (), a_viewer(None, CHANNEL_ID + 1))


def test_track_is_heard_from_its_messages_and_not_from_the_request() -> None:
    job, there = a_job(state=JobState.SUCCEEDED), a_viewer(GUILD, CHANNEL_ID)
    assert not may_hear(job, (), there)
    assert not may_hear(job, (TOLD,), there)
    assert may_hear(job, (TOLD,), a_viewer(GUILD, THREAD))
    assert not may_hear(a_job(), (TOLD,), a_viewer(GUILD, THREAD))  # it is not finished


def test_deleted_track_is_listed_for_its_member_alone() -> None:
    job = a_job(state=JobState.SUCCEEDED, deleted_at=NOW)
    assert may_hear(job, (), MEMBER)
    assert not may_hear(job, (TOLD,), a_viewer(GUILD, THREAD))
    assert not may_hear(a_job(), (), MEMBER)


def test_members_are_shown_all_of_their_own_places_and_others_those_they_reach() -> None:
    job, places = a_job(), (TOLD, SHARED)
    there = a_viewer(ELSEWHERE, 8, THREAD)
    assert shown_places(job, places, there) == (SHARED,)
    assert shown_places(job, places, MEMBER) == places
    assert places_here(places, MEMBER) == ()


@pytest.mark.parametrize(
    ("private", "rung", "told", "heard"),
    [
        (False, Rung.CHANNEL, GUILD, GUILD),
        (False, Rung.INTERACTION, GUILD, GUILD),
        (False, Rung.DIRECT_MESSAGE, "@me", "@me"),
        (True, Rung.DIRECT_MESSAGE, "@me", "@me"),
        (True, Rung.INTERACTION, GUILD, None),
        (False, None, None, None),
    ],
)
def test_place_is_where_members_come_back_to(
    *, private: bool, rung: Rung | None, told: int | str | None, heard: int | str | None
) -> None:
    job = a_job(private=private)
    for server, place in ((told, told_in(job, rung, 5, 6)), (heard, heard_in(job, rung, 5, 6))):
        url = f"https://discord.com/channels/{server}/5/6" if server else None
        assert (place.url if place else None) == url


def test_place_is_not_known_before_its_message_is() -> None:
    assert told_in(a_job(), Rung.CHANNEL, None, None) is None
    assert told_in(a_job(), Rung.CHANNEL, 5, None) is None


def test_card_can_be_gone_to_unless_it_is_private_or_not_there() -> None:
    job = a_job()
    assert card_of(job) == Place(guild_id=GUILD, channel_id=CHANNEL_ID, message_id=CARD_ID)
    assert card_of(replace(job, private=True)) is None
    assert card_of(replace(job, card_message_id=None)) is None
