"""Delete and Share under a finished track, pressed by those who may and by those who may not."""

import pytest

from bot import words
from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permissions
from sandbox.driver import MemberDriver
from tests.e2e.place import API, Place
from tests.e2e.pressing import (
    BUTTONS,
    PROMPT,
    card_of,
    choose,
    delivered,
    forge,
    job_id_of,
    labels,
    more,
    next_track,
    press,
    private_track,
    recipe,
)
from tests.e2e.shared import until
from tests.e2e.stage import private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


# --- deleting -------------------------------------------------------------------------------------


async def test_delete_is_for_its_member_and_moderators(place: Place, other: MemberDriver) -> None:
    track = await delivered(place)
    assert labels(await more(other, track)) == ["Variations", "Recipe"]
    for action in ("delete", "deletenow"):
        forged = await forge(other, track, action, job_id_of(track))
        assert "Only the member" in await private_answer(forged)
    place.member.message(track)  # it is still there


async def test_deleted_track_is_gone_after_a_question(place: Place, other: MemberDriver) -> None:
    track = await delivered(place)
    card = card_of(place.member, track)
    kept = await (await press(place.member, track, "Delete")).answered()
    assert "can't be made again exactly" in kept.text
    await (await place.member.click(kept, label="Keep it")).acknowledged()
    place.member.message(track)  # it is still there

    question = await (await press(place.member, track, "Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(track)
    told = await place.member.wait_for_edit(card, lambda message: "was deleted" in message.text)
    assert f"Deleted by <@{place.member.user_id}>" in told.text
    await place.member.wait_for_edit(question, lambda message: "is deleted" in message.text)

    assert "deleted" in await recipe(other, told)  # not for others
    assert PROMPT in await recipe(place.member, told)
    for action in ("again", "remix", "like", "remake"):
        forged = await forge(other, told, action, job_id_of(track))
        assert "was deleted" in await private_answer(forged)


async def test_moderator_deletes_a_track_of_others(place: Place, moderator: MemberDriver) -> None:
    track = await delivered(place)
    card = card_of(place.member, track)
    question = await (await press(moderator, track, "Delete")).answered()
    # The message went first, by hand: that is no trouble.
    await moderator.delete(track)
    await (await moderator.click(question, label="Delete it")).acknowledged()
    await place.member.wait_for_edit(card, lambda one: "deleted by a moderator" in one.text)


async def test_private_track_is_deleted_for_its_member_by_nobody_else(
    place: Place, other: MemberDriver
) -> None:
    may = Overwrite(other.user_id, True, allow=Permissions.MANAGE_MESSAGES)
    place.world.places.set_overwrite(place.channel, may)
    track = await private_track(place)
    question = await (await press(place.member, track, "Share")).answered()
    shared = place.member.follow((await choose(place, question, "general")).split()[-1])
    assert labels(await more(other, shared)) == ["Variations", "Recipe"]
    for action in ("delete", "deletenow"):
        forged = await forge(other, shared, action, job_id_of(shared), "share")
        assert "Only the member" in await private_answer(forged)
    place.member.message(shared)  # it is still there


async def test_message_that_can_not_be_removed_is_told_of_and_goes_by_another_press(
    place: Place,
) -> None:
    track = await delivered(place)
    path = f"{API}/channels/{place.channel.id}/messages/{track.id}"
    refused = place.stage.discord.scenario.on("DELETE", path)
    refused.respond(403, {"message": "Missing Permissions", "code": 50013})
    question = await (await press(place.member, track, "Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_for_edit(question, lambda one: "didn't let me remove" in one.text)

    question = await (await press(place.member, track, "Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(track)


# --- sharing --------------------------------------------------------------------------------------


async def test_private_track_is_shared_without_another_generation(
    place: Place, other: MemberDriver
) -> None:
    track = await private_track(place)
    question = await (await press(place.member, track, "Share")).answered()
    made = len(place.stage.provider.generations)

    told = await choose(place, question, "music-jam")

    shared = place.member.follow(told.split()[-1])
    assert f"<@{place.member.user_id}> shared a track" in shared.content
    assert not shared.mentions
    assert labels(shared) == BUTTONS
    (audio,), (original,) = shared.audio, track.audio
    assert await other.fetch(audio) == await place.member.fetch(original)
    assert len(place.stage.provider.generations) == made
    assert not place.member.message(question).buttons  # it's answered
    assert not place.member.message(question).selects
    question = await (await press(place.member, track, "Share")).answered()
    again = await choose(place, question, "music-jam")
    assert again == words.already_shared(told.split()[-1])

    await (await other.click(shared, label="Like")).acknowledged()
    await other.wait_for_edit(shared, lambda message: "Like (1)" in labels(message))
    child = await next_track(place, other, await other.click(shared, label="Again"))
    assert f"Another version of **Secret song** by <@{place.member.user_id}>" in child.text + (
        await recipe(other, child)
    )


async def test_track_is_shared_again_when_its_message_was_deleted(
    place: Place, moderator: MemberDriver
) -> None:
    track = await delivered(place)
    question = await (await press(place.member, track, "Share")).answered()
    told = await choose(place, question, "general")
    await moderator.delete(place.member.follow(told.split()[-1]))
    question = await (await press(place.member, track, "Share")).answered()
    again = await choose(place, question, "general")
    assert again != told
    assert place.member.follow(again.split()[-1]).audio


async def test_moderator_removes_a_share_and_nothing_else(
    place: Place, moderator: MemberDriver
) -> None:
    track = await delivered(place)
    question = await (await press(place.member, track, "Share")).answered()
    shared = place.member.follow((await choose(place, question, "general")).split()[-1])
    sure = await (await press(moderator, shared, "Delete")).answered()
    assert "stays where" in sure.text
    await (await moderator.click(sure, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(shared)
    place.member.message(track)  # it is still there


async def test_moderator_of_one_channel_reaches_that_channel_alone(
    place: Place, other: MemberDriver
) -> None:
    may = Overwrite(other.user_id, True, allow=Permissions.MANAGE_MESSAGES)
    place.world.places.set_overwrite(place.channel, may)
    hidden, beside = (Place(place.stage, f"{name} for shares") for name in ("hidden", "beside"))
    sees_nothing = Overwrite(other.user_id, True, deny=Permissions.VIEW_CHANNEL)
    place.world.places.set_overwrite(hidden.channel, sees_nothing)
    track = await delivered(place)
    card = card_of(place.member, track)
    for target in (hidden, beside):
        question = await (await press(place.member, track, "Share")).answered()
        await choose(place, question, target.channel.name)

    sure = await (await press(other, track, "Delete")).answered()
    assert "where you can manage messages" in sure.text
    await (await other.click(sure, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(track)
    await place.member.wait_for_edit(card, lambda one: "deleted by a moderator" in one.text)
    assert [len(target.audio()) for target in (hidden, beside)] == [1, 1]

    [shared] = beside.audio()
    await other.click(shared, label="Like")  # it lives on there
    await place.member.wait_for_edit(shared, lambda one: "Like (1)" in str(one.buttons))
    sure = await (await press(place.member, shared, "Delete")).answered()
    await (await place.member.click(sure, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(shared)
    await until(place.stage, lambda: not hidden.audio())


async def test_share_is_for_its_member_and_where_both_may_write(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place)
    for action in ("share", "sharehere"):
        forged = await forge(other, track, action, job_id_of(track))
        assert "Only the member" in await private_answer(forged)
    question = await (await press(place.member, track, "Share")).answered()
    assert "Attach Files" in await choose(place, question, "quiet-corner")


async def test_share_that_broke_off_is_never_posted_twice(place: Place) -> None:
    track = await delivered(place)
    target = Place(place.stage, "target of a broken share")
    question = await (await press(place.member, track, "Share")).answered()
    target.posts().reset_after()
    first = await choose(place, question, target.channel.name)
    assert "press Share again" in first
    told = await choose(place, question, target.channel.name)
    (shared,) = target.audio()
    assert told.endswith(f"/{shared.id}")


async def test_channel_that_has_the_track_is_not_offered_and_gets_no_second_one(
    place: Place,
) -> None:
    track = await delivered(place)
    question = await (await press(place.member, track, "Share")).answered()
    assert "Share in this channel" not in labels(question)
    answer = await choose(place, question, place.channel.name)
    assert answer == words.already_shared(answer.split()[-1])
    assert answer.endswith(f"/{track.id}")
    assert len(place.audio()) == 1


async def test_question_can_be_answered_once_more_after_a_refusal(place: Place) -> None:
    track = await delivered(place)
    target = Place(place.stage, "second choice of a share")
    question = await (await press(place.member, track, "Share")).answered()
    assert "Attach Files" in await choose(place, question, "quiet-corner")
    assert "The track is here" in await choose(place, question, target.channel.name)
    assert not place.member.message(question).selects
    assert len(target.audio()) == 1


async def test_share_here_posts_in_the_thread_it_was_pressed_in(
    place: Place, other: MemberDriver
) -> None:
    place.thread()
    track = await private_track(place)
    question = await (await press(place.member, track, "Share")).answered()
    call = await place.member.click(question, label="Share in this channel")
    await call.acknowledged()
    shared = await place.stage.bot.watch(
        other.wait_for_message(lambda one: one.audio, channel=place.channel)
    )
    assert "shared a track" in shared.content
