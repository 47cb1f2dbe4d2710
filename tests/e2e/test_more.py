"""More under a finished track: each who presses gets the buttons they may use, and those act."""

import pytest

from bot import words
from bot.domain.jobs import Rung
from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permissions
from sandbox.driver import MemberDriver
from tests.e2e.place import Place
from tests.e2e.pressing import choose, delivered, labels, more, press, private_track
from tests.e2e.shared import Records
from tests.e2e.stage import private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

OWN = ["Variations", "Share", "Recipe", "Rename"]
OTHERS = ["Variations", "Recipe"]


async def test_more_shows_each_what_they_may_use(
    place: Place, other: MemberDriver, moderator: MemberDriver
) -> None:
    track = await delivered(place)
    assert labels(await more(place.member, track)) == [*OWN, "Delete"]
    assert labels(await more(moderator, track)) == [*OTHERS, "Delete"]
    assert labels(await more(other, track)) == OTHERS
    told = await (await press(place.member, track, "Share")).answered()
    shared = place.member.follow((await choose(place, told, "general")).split()[-1])
    assert labels(await more(place.member, shared)) == [*OWN, "Delete"]
    assert labels(await more(other, shared)) == OTHERS


async def test_moderator_of_where_it_is_shared_to_is_offered_delete_there_alone(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place)
    beside = Place(place.stage, "moderated beside")
    may = Overwrite(other.user_id, True, allow=Permissions.MANAGE_MESSAGES)
    place.world.places.set_overwrite(beside.channel, may)
    told = await (await press(place.member, track, "Share")).answered()
    await choose(place, told, beside.channel.name)
    (shared,) = beside.audio()
    assert labels(await more(other, track)) == OTHERS
    assert labels(await more(other, shared)) == [*OTHERS, "Delete"]


async def test_private_track_is_deleted_on_its_message_and_shared_from_more(place: Place) -> None:
    track = await private_track(place)
    assert labels(track) == ["Remix", "Again", "More", "Delete"]
    assert labels(await more(place.member, track)) == [*OWN, "Listen"]


async def test_track_that_came_directly_is_deleted_from_more(place: Place) -> None:
    call, _ = await place.compose()
    place.deny(Permissions.SEND_MESSAGES)
    place.expire(call)
    assert await Records(place.stage).until_told(call) is Rung.DIRECT_MESSAGE
    (track,) = place.audio(place.direct_messages())
    assert labels(await more(place.member, track)) == ["Variations", "Recipe", "Rename", "Delete"]
    question = await (await press(place.member, track, "Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(track)


async def test_track_is_renamed_from_more(place: Place) -> None:
    track = await delivered(place)
    dialog = await press(place.member, track, "Rename")
    told = await place.member.fill_modal(dialog, {"title": "Roof song"})
    answer = await told.answered()
    await place.member.wait_for_edit(answer, lambda one: "**Roof song**" in one.content)
    assert "**Roof song**" in (await more(place.member, track)).text


async def test_more_leaves_a_deleted_track_to_its_member_and_moderators(
    place: Place, other: MemberDriver, moderator: MemberDriver
) -> None:
    track = await delivered(place)
    path = rf"/api/v10/channels/{place.channel.id}/messages/{track.id}"
    refused = place.stage.discord.scenario.on("DELETE", path)
    refused.respond(403, {"message": "Missing Permissions", "code": 50013})
    question = await (await press(place.member, track, "Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_for_edit(question, lambda one: "didn't let me" in one.text)
    assert labels(await more(place.member, track)) == ["Variations", "Recipe", "Delete"]
    assert labels(await more(moderator, track)) == ["Delete"]
    told = await private_answer(await other.click(track, label="More"))
    assert told == words.track_deleted()
