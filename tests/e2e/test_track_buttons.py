"""The buttons under a finished track, pressed by those who may and by those who may not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.jobs import JobState
from sandbox.aimlapi import Fate
from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permissions
from sandbox.driver import Call, MemberDriver, MessageView
from tests.e2e.place import API, Place
from tests.e2e.shared import JobFaults, Records, quick_sandbox, reply_to, shared_stage, until
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

BUTTONS = ["Again", "Remix", "Variations", "Like", "Share", "Recipe", "Delete"]
PROMPT = "lo-fi rain"
UNKNOWN = "I do not remember this track"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with shared_stage(tmp_path_factory.mktemp("buttons"), quick_sandbox()) as opened:
        yield opened


@pytest.fixture
def place(stage: Stage, request: pytest.FixtureRequest) -> Place:
    """A channel and a member of the test's own."""
    return Place(stage, request.node.name.removeprefix("test_").replace("_", " ")[-30:].strip())


@pytest.fixture
def other(stage: Stage) -> MemberDriver:
    """Somebody who sees the channel, and may no more than that."""
    return stage.member("Chika")


@pytest.fixture
def moderator(stage: Stage) -> MemberDriver:
    return stage.member("Ada")


async def delivered(place: Place, prompt: str = PROMPT, **options: Any) -> MessageView:
    """The track of the place's member."""
    call = await place.member.slash("compose", channel=place.channel, prompt=prompt, **options)
    return await reply_to(place.stage, place.member, await call.answered())


async def next_track(place: Place, member: MemberDriver, call: Call) -> MessageView:
    """The track that a press led to; its card is for all."""
    card = await call.answered()
    assert not card.ephemeral, card
    return await reply_to(place.stage, member, card)


def card_of(member: MemberDriver, track: MessageView) -> MessageView:
    assert track.reference is not None
    return member.message(track.reference["message_id"], int(track.channel_id))


async def forge(
    member: MemberDriver, message: MessageView, action: str, job_id: str, where: str = "result"
) -> Call:
    """A press on a button that the bot never put there."""
    return await forge_id(member, message, f"compose:{action}:{job_id}:{where}")


async def forge_id(member: MemberDriver, message: MessageView, forged: str) -> Call:
    """The same with any custom_id."""
    real = member._find(message).components[0]["components"][0]
    kept = real["custom_id"]
    real["custom_id"] = forged
    try:
        call = await member.click(message, custom_id=forged)
        await call.acknowledged()
    finally:
        real["custom_id"] = kept
    return call


def job_id_of(track: MessageView) -> str:
    named: str = track.buttons[0]["custom_id"]
    return named.split(":")[2]


async def recipe(member: MemberDriver, track: MessageView) -> str:
    return await private_answer(await member.click(track, label="Recipe"))


# --- another one ----------------------------------------------------------------------------------


async def test_again_is_a_track_of_whoever_presses_with_a_seed_of_its_own(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place, seed=7)
    assert [button["label"] for button in track.buttons] == BUTTONS
    child = await next_track(place, other, await other.click(track, label="Again"))
    assert [user["id"] for user in child.mentions] == [str(other.user_id)]
    *_, first, second = [
        one.body for one in place.stage.provider.generations if one.body["prompt"] == PROMPT
    ]
    assert (first["seed"], second["prompt"]) == (7, PROMPT)
    assert second["seed"] != 7
    told = await recipe(place.member, child)
    assert f"Another take of **Lo-fi rain** by <@{place.member.user_id}>" in told


async def test_remix_opens_a_dialog_with_everything_and_keeps_the_parent(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place, negative_prompt="drums", seed=7)
    dialog = await other.click(track, label="Remix")
    child_call = await other.fill_modal(dialog, {"prompt": "hi-fi sun"})
    child = await next_track(place, other, child_call)
    body = next(
        one.body for one in place.stage.provider.generations if one.body["prompt"] == "hi-fi sun"
    )
    assert (body["negative_prompt"], body["seed"]) == ("drums", 7)
    grandchild_call = await place.member.click(child, label="Again")
    grandchild = await next_track(place, place.member, grandchild_call)
    lines = (await recipe(other, grandchild)).splitlines()[-2:]
    assert lines == [
        f"- Another take of **Hi-fi sun** by <@{other.user_id}>",
        f"- Remix of **Lo-fi rain** by <@{place.member.user_id}>",
    ]
    assert [ping.id for ping in other.pings(place.channel)] == [child.id]


async def test_variations_ask_how_many_before_anything_is_spent(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place, prompt="slow waltz", seed=7)
    question = await (await other.click(track, label="Variations")).answered()
    assert question.ephemeral
    assert "counts towards your daily tracks" in question.text
    assert [button["label"] for button in question.buttons] == ["2 takes", "3 takes", "4 takes"]
    call = await other.click(question, label="2 takes")
    assert not (await call.answered()).ephemeral
    first, second = Records(place.stage).seeds(call)
    assert second == first + 1
    assert first != 7


async def test_again_is_private_where_the_track_is_and_public_where_it_was_shared(
    place: Place,
) -> None:
    track = await private_track(place)
    card = await (await place.member.click(track, label="Again")).answered()
    assert card.ephemeral
    question = await (await place.member.click(track, label="Share")).answered()
    told = await choose(place, question, "music-jam")
    shared = place.member.follow(told.split()[-1])
    card = await (await place.member.click(shared, label="Again")).answered()
    assert not card.ephemeral


async def test_recipe_of_many_lines_is_a_file(place: Place) -> None:
    track = await delivered(place, prompt="first line\nsecond: `line`")
    answer = await (await place.member.click(track, label="Recipe")).answered()
    (file,) = answer.attachments
    assert file["filename"] == "recipe.txt"
    text = (await place.member.fetch(file)).decode()
    assert "prompt:\nfirst line\nsecond: `line`" in text
    assert "model:\nGoogle Lyria 2" in text


# --- likes ----------------------------------------------------------------------------------------


async def test_like_shows_on_the_button_and_is_taken_back_by_another_press(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place)
    await (await other.click(track, label="Like")).acknowledged()
    liked = await other.wait_for_edit(track, lambda message: "Like (1)" in labels(message))
    assert labels(liked) == [name if name != "Like" else "Like (1)" for name in BUTTONS]
    assert file_ids(liked) == file_ids(track)
    await (await other.click(liked, label="Like (1)")).acknowledged()
    await other.wait_for_edit(track, lambda message: "Like" in labels(message))


async def test_likes_at_the_same_moment_are_all_counted(
    place: Place, other: MemberDriver, moderator: MemberDriver
) -> None:
    track = await delivered(place)
    calls = await asyncio.gather(*(one.click(track, label="Like") for one in (other, moderator)))
    await asyncio.gather(*(call.acknowledged() for call in calls))
    await other.wait_for_edit(track, lambda message: "Like (2)" in labels(message))


async def test_own_track_can_not_be_liked(place: Place) -> None:
    track = await delivered(place)
    answer = await private_answer(await place.member.click(track, label="Like"))
    assert "your own track" in answer


def labels(message: MessageView) -> list[str]:
    return [button["label"] for button in message.buttons]


def file_ids(message: MessageView) -> list[str]:
    """Their links change with each look."""
    return [file["id"] for file in message.attachments]


# --- deleting -------------------------------------------------------------------------------------


async def test_delete_is_for_its_member_and_moderators(place: Place, other: MemberDriver) -> None:
    track = await delivered(place)
    answer = await private_answer(await other.click(track, label="Delete"))
    assert "Only the member" in answer
    forged = await forge(other, track, "deletenow", job_id_of(track))
    assert "Only the member" in await private_answer(forged)
    place.member.message(track)  # it is still there


async def test_deleted_track_is_gone_after_a_question(place: Place, other: MemberDriver) -> None:
    track = await delivered(place)
    card = card_of(place.member, track)
    kept = await (await place.member.click(track, label="Delete")).answered()
    assert "can't be made again exactly" in kept.text
    await (await place.member.click(kept, label="Keep it")).acknowledged()
    place.member.message(track)  # it is still there

    question = await (await place.member.click(track, label="Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(track)
    told = await place.member.wait_for_edit(card, lambda message: "was deleted" in message.text)
    assert "by the member who asked" in told.text
    await place.member.wait_for_edit(question, lambda message: "is deleted" in message.text)

    assert "deleted" in await recipe(other, told)  # not for others
    assert PROMPT in await recipe(place.member, told)
    for action in ("again", "remix", "like", "remake"):
        forged = await forge(other, told, action, job_id_of(track))
        assert "was deleted" in await private_answer(forged)


async def test_moderator_deletes_a_track_of_others(place: Place, moderator: MemberDriver) -> None:
    track = await delivered(place)
    card = card_of(place.member, track)
    question = await (await moderator.click(track, label="Delete")).answered()
    # The message went first, by hand: that is no trouble.
    await moderator.delete(track)
    await (await moderator.click(question, label="Delete it")).acknowledged()
    await place.member.wait_for_edit(card, lambda one: "Deleted by a moderator" in one.text)


async def test_private_track_is_deleted_for_its_member_by_nobody_else(
    place: Place, other: MemberDriver
) -> None:
    may = Overwrite(other.user_id, True, allow=Permissions.MANAGE_MESSAGES)
    place.world.places.set_overwrite(place.channel, may)
    track = await private_track(place)
    question = await (await place.member.click(track, label="Share")).answered()
    shared = place.member.follow((await choose(place, question, "general")).split()[-1])
    assert "Only the member" in await private_answer(await other.click(shared, label="Delete"))
    forged = await forge(other, shared, "deletenow", job_id_of(shared), "share")
    assert "Only the member" in await private_answer(forged)
    place.member.message(shared)  # it is still there


async def test_message_that_can_not_be_removed_is_told_of_and_goes_by_another_press(
    place: Place,
) -> None:
    track = await delivered(place)
    path = f"{API}/channels/{place.channel.id}/messages/{track.id}"
    refused = place.stage.discord.scenario.on("DELETE", path)
    refused.respond(403, {"message": "Missing Permissions", "code": 50013})
    question = await (await place.member.click(track, label="Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_for_edit(question, lambda one: "did not let me remove" in one.text)

    question = await (await place.member.click(track, label="Delete")).answered()
    await (await place.member.click(question, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(track)


# --- sharing --------------------------------------------------------------------------------------


async def private_track(place: Place) -> MessageView:
    """A track that its member alone has seen."""
    call = await place.member.slash(
        "compose", channel=place.channel, prompt="secret song", private=True
    )
    card = await call.answered()
    assert card.ephemeral
    await Records(place.stage).until_told(call)
    return next(one for one in call.messages() if one.attachments)


async def choose(place: Place, question: MessageView, channel: str) -> str:
    """What the member is told after choosing a channel to share to."""
    (select,) = question.selects
    call = await place.member.choose(question, custom_id=select["custom_id"], values=[channel])
    await call.acknowledged()
    said = await place.stage.bot.watch(
        place.member.wait_for_message(
            lambda one: one.id in {mine.id for mine in call.messages()} and not one.thinking
        )
    )
    return said.text


async def test_private_track_is_shared_without_another_generation(
    place: Place, other: MemberDriver
) -> None:
    track = await private_track(place)
    question = await (await place.member.click(track, label="Share")).answered()
    made = len(place.stage.provider.generations)

    told = await choose(place, question, "music-jam")

    shared = place.member.follow(told.split()[-1])
    assert f"<@{place.member.user_id}> shares a track" in shared.content
    assert not shared.mentions
    assert labels(shared) == BUTTONS
    (audio,), (original,) = shared.audio, track.audio
    assert await other.fetch(audio) == await place.member.fetch(original)
    assert len(place.stage.provider.generations) == made
    assert await choose(place, question, "music-jam") == told  # the same message again

    await (await other.click(shared, label="Like")).acknowledged()
    await other.wait_for_edit(shared, lambda message: "Like (1)" in labels(message))
    child = await next_track(place, other, await other.click(shared, label="Again"))
    assert f"Another take of **Secret song** by <@{place.member.user_id}>" in child.text + (
        await recipe(other, child)
    )


async def test_track_is_shared_again_when_its_message_was_deleted(
    place: Place, moderator: MemberDriver
) -> None:
    track = await delivered(place)
    question = await (await place.member.click(track, label="Share")).answered()
    told = await choose(place, question, "general")
    await moderator.delete(place.member.follow(told.split()[-1]))
    again = await choose(place, question, "general")
    assert again != told
    assert place.member.follow(again.split()[-1]).audio


async def test_moderator_removes_a_share_and_nothing_else(
    place: Place, moderator: MemberDriver
) -> None:
    track = await delivered(place)
    question = await (await place.member.click(track, label="Share")).answered()
    shared = place.member.follow((await choose(place, question, "general")).split()[-1])
    sure = await (await moderator.click(shared, label="Delete")).answered()
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
        question = await (await place.member.click(track, label="Share")).answered()
        await choose(place, question, target.channel.name)

    sure = await (await other.click(track, label="Delete")).answered()
    assert "wherever you manage messages" in sure.text
    await (await other.click(sure, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(track)
    await place.member.wait_for_edit(card, lambda one: "Deleted by a moderator" in one.text)
    assert [len(target.audio()) for target in (hidden, beside)] == [1, 1]

    [shared] = beside.audio()
    await other.click(shared, label="Like")  # it lives on there
    await place.member.wait_for_edit(shared, lambda one: "Like (1)" in str(one.buttons))
    sure = await (await place.member.click(shared, label="Delete")).answered()
    await (await place.member.click(sure, label="Delete it")).acknowledged()
    await place.member.wait_until_gone(shared)
    await until(place.stage, lambda: not hidden.audio())


async def test_share_is_for_its_member_and_where_both_may_write(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place)
    assert "Only the member" in await private_answer(await other.click(track, label="Share"))
    forged = await forge(other, track, "sharehere", job_id_of(track))
    assert "Only the member" in await private_answer(forged)
    question = await (await place.member.click(track, label="Share")).answered()
    assert "Attach Files" in await choose(place, question, "quiet-corner")


async def test_share_that_broke_off_is_never_posted_twice(place: Place) -> None:
    track = await delivered(place)
    target = Place(place.stage, "target of a broken share")
    question = await (await place.member.click(track, label="Share")).answered()
    target.posts().reset_after()
    first = await choose(place, question, target.channel.name)
    assert "press Share again" in first
    told = await choose(place, question, target.channel.name)
    (shared,) = target.audio()
    assert told.endswith(f"/{shared.id}")


async def test_share_here_posts_in_the_thread_it_was_pressed_in(
    place: Place, other: MemberDriver
) -> None:
    place.thread()
    track = await private_track(place)
    question = await (await place.member.click(track, label="Share")).answered()
    call = await place.member.click(question, label="Share in this channel")
    await call.acknowledged()
    shared = await place.stage.bot.watch(
        other.wait_for_message(lambda one: one.audio, channel=place.channel)
    )
    assert "shares a track" in shared.content


# --- whatever is pressed --------------------------------------------------------------------------

ACTIONS = [
    "again",
    "remix",
    "vary",
    "like",
    "share",
    "recipe",
    "delete",
    "check",
    "retry",
    "cancel",
]
FOLLOWING = ["takes", "sharehere", "deletenow", "keep"]


async def test_forged_button_of_a_job_that_is_not_theirs_to_know_does_nothing(
    place: Place, other: MemberDriver
) -> None:
    track, secret = await delivered(place), await private_track(place)
    elsewhere = Place(place.stage, "stranger of a forged one")
    elsewhere.own_guild()
    foreign = await delivered(elsewhere)
    made = len(place.stage.provider.generations)
    for job_id in ("0" * 16, job_id_of(secret), job_id_of(foreign)):
        for action in (*ACTIONS, *FOLLOWING):
            call = await forge(other, track, action, job_id, "two" if action == "takes" else "card")
            assert UNKNOWN in await private_answer(call), (action, job_id)
    assert len(place.stage.provider.generations) == made


async def test_forged_button_changes_no_message_of_others(
    place: Place, other: MemberDriver
) -> None:
    track, liked = await delivered(place), await delivered(place, prompt="another song")
    kept = await forge(other, track, "keep", job_id_of(track))
    assert "Nothing was deleted" in await private_answer(kept)
    page = await private_answer(await forge_id(other, track, "compose:page:mine:0"))
    assert "tracks yet" in page or "Your tracks" in page
    assert "like this track" in await private_answer(
        await forge(other, track, "like", job_id_of(liked))
    )
    for forged in ("compose:cancel:{}:card", "compose:cancel:{}:overdue", "compose:stop:{}:mine"):
        card = await running(place, other)
        press = await forge_id(other, track, forged.format(job_id_of(card)))
        assert (await press.answered()).ephemeral
        await other.wait_for_edit(card, lambda one: "Cancelled" in one.text)
        assert_unchanged(place, track)


def assert_unchanged(place: Place, track: MessageView) -> None:
    """As it was delivered, but for what a test itself put into its buttons."""
    now = place.member.message(track)
    assert (now.text, labels(now), file_ids(now)) == (track.text, labels(track), file_ids(track))


async def running(place: Place, member: MemberDriver) -> MessageView:
    """The card of a track that is under way for long."""
    place.stage.provider.plan(Fate(duration_s=1000))
    call = await member.slash("compose", channel=place.channel, prompt="a long song")
    card = await call.answered()
    await until(place.stage, lambda: Records(place.stage).state(call) is JobState.GENERATING)
    return card


# --- another try ----------------------------------------------------------------------------------


async def test_second_try_says_where_the_first_one_is_and_starts_one_more_from_the_dialog(
    place: Place,
) -> None:
    place.stage.provider.plan(Fate(error={"name": "Trouble", "message": "out of ideas"}))
    failed = await delivered(place, prompt="a stubborn song")
    first = await (await place.member.click(failed, label="Try again")).answered()
    await reply_to(place.stage, place.member, first)
    refused = await (await place.member.click(failed, label="Try again")).answered()
    assert refused.ephemeral
    assert "Another try of this one worked" in refused.text
    url = next(word for word in refused.text.split() if word.startswith("https://"))
    assert place.member.follow(url).id == first.id
    dialog = await place.member.click(refused, label="Edit")
    card = await (await place.member.fill_modal(dialog, {})).answered()
    assert "a stubborn song" in card.text
    await reply_to(place.stage, place.member, card)


async def test_track_told_by_direct_message_says_where_to_ask_again(place: Place) -> None:
    call, _card = await place.compose()
    place.deny(Permissions.SEND_MESSAGES)
    place.expire(call)
    channel = place.direct_messages()
    track = await place.stage.bot.watch(
        place.member.wait_for_message(lambda message: message.audio, channel=channel)
    )
    answer = await private_answer(await place.member.click(track, label="Again"))
    assert "Tape Club" in answer
    assert "/compose prompt:lo-fi rain" in answer


# --- checking again -------------------------------------------------------------------------------


async def test_lost_track_is_delivered_when_the_service_has_it_after_all(
    place: Place, other: MemberDriver
) -> None:
    place.stage.provider.plan(Fate(duration_s=0))
    faults = JobFaults(place.stage, "a lost song")
    faults.polls().respond(404, {"message": "no such generation", "statusCode": 404})
    failed = await delivered(place, prompt="a lost song")
    assert labels(failed) == ["Try again", "Check again", "Recipe"]
    assert "Only the member" in await private_answer(await other.click(failed, label="Check again"))

    made = len(place.stage.provider.generations)
    await (await place.member.click(failed, label="Check again")).acknowledged()
    track = await place.stage.bot.watch(
        place.member.wait_for_message(lambda one: one.audio, channel=place.channel)
    )
    assert track.reference == failed.reference
    assert len(place.stage.provider.generations) == made
    again = await private_answer(await place.member.click(failed, label="Try again"))
    assert "nothing to try again" in again


async def test_overdue_track_can_be_asked_for_at_once(place: Place) -> None:
    place.stage.provider.plan(Fate(duration_s=1000))
    call, card = await place.compose()
    await until(place.stage, lambda: Records(place.stage).state(call) is JobState.GENERATING)
    answer = await (await forge(place.member, card, "check", job_id_of(card), "overdue")).answered()
    told = await place.member.wait_for_edit(answer, lambda message: not message.thinking)
    assert "still working on it" in told.text
    await (await place.member.click(card, label="Cancel")).acknowledged()
