"""`/tracks` and `/top`, as members experience them.

One bot for all; each test has a channel and members of its own. Tracks that need no message are
put straight into the database.
"""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from bot import words
from bot.domain.jobs import Rung
from sandbox.discord.enums import ComponentType, InteractionType
from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permissions
from sandbox.driver import Call, MemberDriver, MessageView
from tests.bot.store.shelf import Shelf
from tests.e2e.pressing import file_ids
from tests.e2e.reader import Reader, filled, opened_shelf, restart, titles
from tests.e2e.shared import quick_sandbox, reply_to, shared_stage
from tests.e2e.stage import Stage, private_answer

_numbers = itertools.count(1)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("library")
    async with shared_stage(folder, quick_sandbox()) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelf(stage: Stage) -> AsyncIterator[Shelf]:
    async with opened_shelf(f"sqlite:///{stage.folder / 'compose.db'}") as shelf:
        yield shelf


@pytest.fixture
def reader(stage: Stage, shelf: Shelf) -> Reader:
    return Reader(stage, shelf, f"Reader {next(_numbers)}")


# --- one's own list -----------------------------------------------------------------------------


async def test_list_is_gone_through_page_by_page_also_after_a_restart(reader: Reader) -> None:
    for number in range(1, 26):
        await reader.put(f"song {number}")
    first = await reader.tracks()
    assert titles(first) == [f"Song {number}" for number in range(25, 15, -1)]
    assert [button.get("disabled", False) for button in first.buttons] == [True, False]
    await restart(reader.stage.bot)
    second = await (await reader.member.click(first, label="Next")).answered()
    assert titles(second)[0] == "Song 15"
    third = await (await reader.member.click(second, label="Next")).answered()
    assert titles(third) == [f"Song {number}" for number in range(5, 0, -1)]
    assert [button.get("disabled", False) for button in third.buttons] == [False, True]
    assert "Page 3 of 3" in third.text
    back = await (await reader.member.click(third, label="Previous")).answered()
    assert titles(back)[0] == "Song 15"


async def test_search_is_remembered_over_pages_and_a_restart(reader: Reader) -> None:
    for number in range(12):
        await reader.put(f"100% 🎷 jazz {number}")
        await reader.put(f"1000 jazz {number}")
    first = await reader.tracks(search="100% 🎷")
    assert len(titles(first)) == 10
    assert "100% 🎷" in first.text
    await restart(reader.stage.bot)
    second = await (await reader.member.click(first, label="Next")).answered()
    assert len(titles(second)) == 2
    assert all("🎷" in title for title in titles(second))


async def test_lines_say_what_is_private_held_liked_or_deleted(reader: Reader) -> None:
    await reader.put("one", private=True, rung=Rung.DIRECT_MESSAGE, duration_s=32.8)
    await reader.put("two", rung=Rung.HELD)
    await reader.put("three", liked_by=2)
    await reader.put("four", deleted_at=datetime.now(UTC))
    lines = (await reader.tracks(only=words.ONLY_PRIVATE)).text
    assert "private" in lines
    assert "0:32" in lines
    assert "<t:" in lines
    assert "/channels/@me/" in lines
    assert titles(await reader.tracks(only=words.ONLY_HELD)) == ["Two"]
    assert "2 likes" in (await reader.tracks(only=words.ONLY_LIKED)).text
    assert titles(await reader.tracks(this_server=True)) == ["Three", "Two", "One"]
    assert not titles(await reader.tracks(search="four"))
    assert titles(await reader.tracks(only=words.ONLY_DELETED)) == ["Four"]


async def test_text_of_other_scripts_and_markdown_shows_as_text(reader: Reader) -> None:
    await reader.put("שלום עולם")
    await reader.put("x](https://evil.example) @everyone **loud**")
    listed = await reader.tracks(search="שלום")
    assert "\u2068שלום עולם\u2069" in listed.text  # noqa: RUF001
    assert "evil.example" not in (await reader.tracks(search="loud")).embeds[0]["description"]


async def test_empty_list_says_what_to_do_next(reader: Reader) -> None:
    assert "/compose" in (await reader.tracks()).text
    assert "fewer options" in (await reader.tracks(search="%")).text
    assert not (await reader.tracks()).selects


async def test_tracks_of_other_servers_are_listed_unless_left_out(reader: Reader) -> None:
    await reader.put("elsewhere", guild_id=1)
    await reader.put("here")
    assert titles(await reader.tracks()) == ["Here", "Elsewhere"]
    assert titles(await reader.tracks(this_server=True)) == ["Here"]


async def test_models_are_proposed_from_those_that_made_tracks(reader: Reader) -> None:
    await reader.put()
    await reader.put(model="stable-audio")
    proposed = await reader.member.autocomplete(
        "tracks", "model", "st", channel=reader.place.channel
    )
    assert [choice["name"] for choice in proposed] == ["Stable Audio"]
    listed = await reader.tracks(model=proposed[0]["value"])
    assert "Stable Audio" in listed.text


async def test_model_may_be_typed_by_its_name(reader: Reader) -> None:
    await reader.put()
    await reader.put("other", model="stable-audio")
    assert titles(await reader.tracks(model="google LYRIA 2")) == ["Lo-fi rain"]
    nothing = await reader.tracks(model="[x](https://evil.example)")
    assert "by `[x](https://evil.example)`" in nothing.text


async def test_held_tracks_are_handed_out_before_the_list(reader: Reader) -> None:
    for prompt in ("first", "second"):
        await reader.hold(prompt)
    call = await reader.member.slash("tracks", channel=reader.place.channel)
    listed = await reader.member.wait_for_message(lambda message: "Your tracks" in message.text)
    assert titles(listed) == ["Second", "First"]
    assert "waiting for you" not in listed.text
    handed_out = [message for message in call.messages() if message.audio]
    assert ["First" in message.text for message in handed_out] == [True, False]
    assert not (await reader.tracks()).content  # nothing is said of what there isn't


async def test_held_track_is_kept_when_discord_does_not_take_it(reader: Reader) -> None:
    await reader.hold("stubborn")
    refused = reader.stage.discord.scenario.on("POST", "/api/v10/webhooks/.+")
    refused.respond(413, {"message": "Request entity too large", "code": 40005})
    assert "again in a minute" in (await reader.tracks()).text
    call = await reader.member.slash("tracks", channel=reader.place.channel)
    await filled(reader.stage, call)
    assert [message for message in call.messages() if message.audio]


# --- somebody else's ----------------------------------------------------------------------------


async def test_others_see_public_tracks_and_no_private_ones(reader: Reader) -> None:
    await reader.put("public")
    await reader.put("secret", private=True)
    await reader.put("undelivered", rung=Rung.HELD)
    shared = await reader.put("shown", private=True, rung=Rung.DIRECT_MESSAGE)
    await reader.share(shared)
    chika = reader.stage.member("Chika")
    listed = await reader.tracks(chika, user=reader.member.user)
    assert titles(listed) == ["Shown", "Public"]
    assert f"<@{reader.member.user_id}>" in listed.text
    assert not listed.mentions


async def test_others_see_nothing_of_channels_that_are_closed_to_them(reader: Reader) -> None:
    await reader.put("backstage", liked_by=3)
    chika = reader.stage.member("Chika")
    hidden = Overwrite(chika.user_id, True, deny=Permissions.VIEW_CHANNEL)
    reader.stage.world.places.set_overwrite(reader.place.channel, hidden)
    call = await chika.slash("tracks", channel="general", options={"user": reader.member.user})
    listed = await filled(reader.stage, call)
    assert not listed.selects
    assert "no public tracks" in listed.text
    top = await (await chika.slash("top", channel="general")).answered()
    assert "backstage" not in top.text.lower()


@pytest.mark.parametrize("only", [words.ONLY_PRIVATE, words.ONLY_HELD, words.ONLY_DELETED])
async def test_filters_of_ones_own_are_refused_for_others(reader: Reader, only: str) -> None:
    call = await reader.stage.member("Chika").slash(
        "tracks",
        channel=reader.place.channel,
        options={"user": reader.member.user, "only": only},
    )
    assert "only show you your own" in await private_answer(call)


async def test_track_that_was_not_offered_can_not_be_opened(reader: Reader) -> None:
    secret = await reader.put("secret", private=True)
    chika = reader.stage.member("Chika")
    public = await reader.put("public")
    listed = await reader.tracks(chika, user=reader.member.user)
    for forged in (secret.id, "0" * 16, "' or 1=1", public.id):
        call = forge_choice(chika, listed, forged)
        assert words.track_unknown() in (await filled(reader.stage, call)).text


def forge_choice(member: MemberDriver, message: MessageView, value: str) -> Call:
    """Choose what the select does not offer, as a forged client would."""
    data = {"custom_id": "compose:open", "component_type": ComponentType.STRING_SELECT}
    data |= {"id": message.selects[0]["id"], "values": [value]}
    place = member.channel(int(message.channel_id))
    found = member._find(message)
    return member._start(InteractionType.MESSAGE_COMPONENT, place, data, message=found)


# --- opening one --------------------------------------------------------------------------------


async def test_opened_track_is_heard_again_privately(reader: Reader) -> None:
    job = await reader.composed()
    opened = await reader.open(await reader.tracks(), job)
    [audio] = opened.audio
    assert (await reader.member.fetch(audio))[:4] == b"RIFF"
    labels = [button["label"] for button in opened.buttons]
    assert labels == ["Again", "Share", "Rename", "Recipe", "Delete"]


async def test_buttons_of_an_opened_track_do_what_they_do_under_the_original(
    reader: Reader,
) -> None:
    job = await reader.composed()
    opened = await reader.open(await reader.tracks(), job)
    assert "/compose" in await private_answer(await reader.member.click(opened, label="Recipe"))
    asked = await filled(reader.stage, await reader.member.click(opened, label="Delete"))
    await (await reader.member.click(asked, label=words.button_delete_now())).acknowledged()
    posted = [message for message in reader.place.audio() if not message.ephemeral]
    for message in posted:
        await reader.member.wait_until_gone(message)
    assert not [message for message in reader.place.audio() if not message.ephemeral]
    assert not (await reader.tracks()).selects
    assert "deleted" in (await reader.tracks(only=words.ONLY_DELETED)).text


async def test_opened_track_of_another_can_be_liked_and_remixed(reader: Reader) -> None:
    job = await reader.composed()
    chika = reader.stage.member("Chika")
    listed = await reader.tracks(chika, user=reader.member.user)
    opened = await reader.open(listed, job, chika)
    assert opened.audio
    assert [button["label"] for button in opened.buttons] == ["Like", "Again", "Remix", "Recipe"]
    liked = await (await chika.click(opened, label="Like")).answered()
    assert liked.buttons[0]["label"] == "Like (1)"


async def test_track_whose_message_is_gone_comes_from_elsewhere_for_its_member_alone(
    reader: Reader,
) -> None:
    job = await reader.composed()
    chika = reader.stage.member("Chika")
    listed = await reader.tracks(chika, user=reader.member.user)
    delete_tracks(reader)
    assert words.track_unknown() in (await reader.open(listed, job, chika)).text
    assert (await reader.open(await reader.tracks(), job)).audio


async def test_track_whose_audio_is_gone_can_be_made_again_with_the_same_seed(
    reader: Reader,
) -> None:
    job = await reader.composed()
    delete_tracks(reader)
    reader.lose_at_provider(job)
    opened = await reader.open(await reader.tracks(), job)
    assert "can't find this track's audio" in opened.text
    assert not opened.attachments
    await restart(reader.stage.bot)
    card = await (await reader.member.click(opened, label="Make it again")).answered()
    assert str(job.request.seed) in card.text
    await reply_to(reader.stage, reader.member, card)
    seeds = [one.body.get("seed") for one in reader.stage.provider.generations]
    assert seeds.count(job.request.seed) == 2


async def test_private_track_is_heard_and_shared_when_nothing_but_the_kept_copy_is_left(
    reader: Reader,
) -> None:
    job = await reader.composed_privately()
    reader.lose_at_provider(job)
    opened = await reader.open(await reader.tracks(), job)
    assert (await reader.member.fetch(opened.audio[0]))[:4] == b"RIFF"
    question = await (await reader.member.click(opened, label="Share")).answered()
    await (await reader.member.click(question, label="Share in this channel")).acknowledged()
    chika = reader.stage.member("Chika")
    shared = await reader.stage.bot.watch(
        chika.wait_for_message(lambda one: one.audio, channel=reader.place.channel)
    )
    assert "only for you" not in shared.text


def delete_tracks(reader: Reader) -> None:
    """A moderator takes all audio out of the channel."""
    for message in list(reader.place.channel.messages.values()):
        if message.attachments:
            reader.stage.world.messages.delete(message)


async def test_deleted_track_can_be_made_again_by_its_member(reader: Reader) -> None:
    job = await reader.put(deleted_at=datetime.now(UTC))
    opened = await reader.open(await reader.tracks(only=words.ONLY_DELETED), job)
    assert "was deleted" in opened.text
    assert [button["label"] for button in opened.buttons] == ["Make it again", "Recipe"]


async def test_track_is_renamed_by_a_dialog_that_outlives_a_restart(reader: Reader) -> None:
    job = await reader.composed()
    opened = await reader.open(await reader.tracks(), job)
    dialog = await reader.member.click(opened, label="Rename")
    await dialog.acknowledged()
    await restart(reader.stage.bot)
    answer = await reader.member.fill_modal(dialog, {"title": "Night **bus**"})
    await answer.acknowledged()
    listed = await reader.tracks()
    assert titles(listed) == ["Night **bus**"]
    assert r"Night \*\*bus\*\*" in listed.text
    again = await reader.member.click(opened, label="Rename")
    await (await reader.member.fill_modal(again, {"title": ""})).acknowledged()
    assert titles(await reader.tracks()) == ["Lo-fi rain"]


async def test_messages_with_the_track_show_its_new_title_and_all_else_stays(
    reader: Reader,
) -> None:
    job = await reader.composed()
    [posted] = reader.place.audio()
    chika = reader.stage.member("Chika")
    await (await chika.click(posted, label="Like")).acknowledged()
    liked = await chika.wait_for_edit(posted, lambda one: "Like (1)" in str(one.buttons))
    opened = await reader.open(await reader.tracks(), job)
    for _ in range(2):  # the same once more changes nothing
        dialog = await reader.member.click(opened, label="Rename")
        answer = await reader.member.fill_modal(dialog, {"title": "Night bus"})
        await answer.acknowledged()
        told = await reader.stage.bot.watch(
            reader.member.wait_for_message(
                lambda one: one.content == words.renamed("Night bus", everywhere=True)
            )
        )
        assert told.ephemeral
        renamed = reader.member.message(posted)
        before, after = dict(liked.embeds[0]), dict(renamed.embeds[0])
        images = [one.pop("image")["url"].split("?")[0] for one in (before, after)]
        assert images[0] == images[1]  # but for what changes with each look
        assert after == before | {"title": "Night bus"}
        assert (renamed.content, renamed.buttons) == (liked.content, liked.buttons)
        assert file_ids(renamed) == file_ids(liked)
        assert reader.member.message(opened).embeds[0]["title"] == "Night bus"


async def test_message_that_can_not_be_retitled_is_told_of(reader: Reader) -> None:
    job = await reader.composed()
    [posted] = reader.place.audio()
    opened = await reader.open(await reader.tracks(), job)
    path = f"/api/v10/channels/{reader.channel_id}/messages/{posted.id}"
    refused = reader.stage.discord.scenario.on("PATCH", path)
    refused.respond(403, {"message": "Missing Access", "code": 50001})
    dialog = await reader.member.click(opened, label="Rename")
    await (await reader.member.fill_modal(dialog, {"title": "Night bus"})).acknowledged()
    await reader.stage.bot.watch(
        reader.member.wait_for_message(
            lambda one: one.content == words.renamed("Night bus", everywhere=False)
        )
    )


async def test_direct_messages_list_ones_own_tracks_only(reader: Reader) -> None:
    await reader.put("mine")
    direct = reader.place.direct_messages()
    listed = await filled(reader.stage, await reader.member.slash("tracks", channel=direct))
    assert titles(listed) == ["Mine"]
    bot = reader.stage.world.state.bot
    call = await reader.member.slash("tracks", channel=direct, options={"user": bot})
    assert "on servers" in await private_answer(call)


# --- most liked ---------------------------------------------------------------------------------


async def test_most_liked_tracks_come_first_with_their_authors(reader: Reader) -> None:
    await reader.put("less", liked_by=101)
    await reader.put("most", liked_by=102)
    call = await reader.member.slash("top", channel=reader.place.channel)
    top = await call.answered()
    assert top.ephemeral
    assert titles(top)[:2] == ["Most", "Less"]
    assert f"<@{reader.member.user_id}>" in top.text
    assert f"/{reader.channel_id}/" in top.text
    assert not top.mentions
