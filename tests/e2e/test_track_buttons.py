"""The buttons under a finished track, pressed by those who may and by those who may not."""

import asyncio

import pytest

from bot import words
from bot.domain.jobs import JobState
from sandbox.aimlapi import Fate
from sandbox.discord.permissions import Permissions
from sandbox.driver import MemberDriver, MessageView
from tests.e2e.place import Place
from tests.e2e.pressing import (
    BUTTONS,
    PROMPT,
    UNKNOWN,
    choose,
    delivered,
    file_ids,
    forge,
    forge_id,
    job_id_of,
    labels,
    next_track,
    press,
    private_track,
    recipe,
)
from tests.e2e.shared import JobFaults, Records, reply_to, until
from tests.e2e.stage import private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


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
    assert f"Another version of **Lo-fi rain** by <@{place.member.user_id}>" in told


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
        f"- Another version of **Hi-fi sun** by <@{other.user_id}>",
        f"- Remix of **Lo-fi rain** by <@{place.member.user_id}>",
    ]
    assert [ping.id for ping in other.pings(place.channel)] == [child.id]


async def test_variations_ask_how_many_before_anything_is_spent(
    place: Place, other: MemberDriver
) -> None:
    track = await delivered(place, prompt="slow waltz", seed=7)
    dialog = await press(other, track, "Variations")
    await dialog.acknowledged()
    for said in (words.modal_variations(), words.takes_hint(), *map(words.takes_label, (2, 3, 4))):
        assert said in str(dialog.modal)
    call = await other.fill_modal(dialog, {"takes": ["three"]})
    assert not (await call.answered()).ephemeral
    first, second, third = Records(place.stage).seeds(call)
    assert (second, third) == (first + 1, first + 2)
    assert first != 7


async def test_again_is_private_where_the_track_is_and_public_where_it_was_shared(
    place: Place,
) -> None:
    track = await private_track(place)
    card = await (await place.member.click(track, label="Again")).answered()
    assert card.ephemeral
    question = await (await press(place.member, track, "Share")).answered()
    told = await choose(place, question, "music-jam")
    shared = place.member.follow(told.split()[-1])
    card = await (await place.member.click(shared, label="Again")).answered()
    assert not card.ephemeral


async def test_recipe_of_many_lines_is_a_file(place: Place) -> None:
    track = await delivered(place, prompt="first line\nsecond: `line`")
    answer = await (await press(place.member, track, "Recipe")).answered()
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
    assert labels(liked) == ["Like (1)", *BUTTONS[1:]]
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


# --- whatever is pressed --------------------------------------------------------------------------

ACTIONS = [
    "more",
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
    assert "no need to try again" in again


async def test_overdue_track_can_be_asked_for_at_once(place: Place) -> None:
    place.stage.provider.plan(Fate(duration_s=1000))
    call, card = await place.compose()
    await until(place.stage, lambda: Records(place.stage).state(call) is JobState.GENERATING)
    answer = await (await forge(place.member, card, "check", job_id_of(card), "overdue")).answered()
    told = await place.member.wait_for_edit(answer, lambda message: not message.thinking)
    assert "still working on it" in told.text
    await (await place.member.click(card, label="Cancel")).acknowledged()
