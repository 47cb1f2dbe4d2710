"""The driver in all the places where members meet the bot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.discord.enums import ChannelType, MessageType
from sandbox.discord.errors import ApiError
from sandbox.discord.model import Json
from sandbox.discord.permissions import (
    APP_IN_BOT_DM,
    APP_IN_PRIVATE_CHANNEL,
    Permissions,
)
from sandbox.driver import Driver, DriverFile, MemberDriver, OptionError
from tests.sandbox.conftest import Bot, message

EVERYWHERE: Json = {
    "name": "everywhere",
    "description": "Wherever its user is",
    "integration_types": [0, 1],
    "contexts": [0, 1, 2],
}
USERS_ONLY = EVERYWHERE | {"name": "mine", "integration_types": [1]}
SERVERS_ONLY: Json = {"name": "here", "description": "In servers", "contexts": [0]}
FROM_MESSAGE: Json = {"name": "Compose from this", "type": 3}


def names(commands: list[Json]) -> set[str]:
    return {command["name"] for command in commands}


async def test_commands_are_offered_where_their_installation_and_context_allow(
    bot: Bot, ben: MemberDriver
) -> None:
    bot.register(EVERYWHERE, USERS_ONLY, SERVERS_ONLY)
    ada = Driver(bot.stand_in).member("Ada")
    both = {"everywhere", "mine"}
    assert names(ben.commands("depot")) >= both | {"here"}
    assert names(ben.commands("Elsewhere/platform")) == both
    assert names(ben.commands("Carpool")) == both
    assert names(ben.commands("@Compose Bot")) >= both
    assert "here" not in names(ben.commands("@Compose Bot"))
    assert names(ada.commands("general")) & both == {"everywhere"}
    for place in ("Elsewhere/platform", "Carpool"):
        assert ada.commands(place) == []
    with pytest.raises(OptionError):
        await ada.slash("everywhere", channel="Carpool")


@pytest.mark.parametrize(
    ("place", "context", "owners"),
    [
        ("depot", 0, {"0": "Night Bus", "1": "Ben"}),
        ("@Compose Bot", 1, {"0": "0", "1": "Ben"}),
        ("Carpool", 2, {"1": "Ben"}),
        ("@Ada", 2, {"1": "Ben"}),
        ("platform", 0, {"1": "Ben"}),
    ],
)
async def test_interaction_says_where_it_is_and_what_authorises_it(
    bot: Bot, ben: MemberDriver, place: str, context: int, owners: dict[str, str]
) -> None:
    bot.register(EVERYWHERE)
    bot.answers.append(message("ok"))
    answer = await (await ben.slash("everywhere", channel=place)).answered()
    payload = bot.received[0]
    known = {guild.name: str(guild.id) for guild in bot.stand_in.world.state.guilds.values()}
    known |= {"Ben": str(ben.user_id), "0": "0"}
    wanted = {kind: known[name] for kind, name in owners.items()}
    assert (payload["context"], payload["authorizing_integration_owners"]) == (context, wanted)
    assert ("user" in payload, "member" in payload) == (context != 0, context == 0)
    metadata = answer.raw["interaction_metadata"]
    assert (metadata["name"], metadata["command_type"]) == ("everywhere", 1)
    assert metadata["authorizing_integration_owners"] == wanted


async def test_app_permissions_are_those_of_private_channels_in_direct_messages(
    bot: Bot, ben: MemberDriver
) -> None:
    bot.register(EVERYWHERE)
    for place in ("@Compose Bot", "Carpool"):
        bot.answers.append(message("ok"))
        await (await ben.slash("everywhere", channel=place)).answered()
    granted = [int(payload["app_permissions"]) for payload in bot.received]
    assert granted == [APP_IN_BOT_DM, APP_IN_PRIVATE_CHANNEL]


async def test_app_of_the_user_alone_follows_up_five_times_and_reaches_no_channel(
    bot: Bot, ben: MemberDriver
) -> None:
    bot.register(EVERYWHERE)
    bot.answers.append(message("on it"))
    call = await ben.slash("everywhere", channel="platform")
    first = await call.answered()
    payload = bot.received[0]
    answers = [await bot.follow_up(payload, {"content": str(n)}) for n in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [400]
    assert answers[5][1]["code"] == 40094
    assert [one.content for one in call.messages()] == ["on it", "0", "1", "2", "3", "4"]
    follow_up = call.messages()[1].raw["interaction_metadata"]
    assert follow_up["original_response_message_id"] == first.id
    api, world = bot.stand_in.api_url, bot.stand_in.world
    headers = {"Authorization": f"Bot {world.state.application.token}"}
    for name in ("Elsewhere/platform", "Carpool"):
        path = f"{api}/channels/{ben.channel(name).id}/messages"
        async with bot.http.post(path, json={"content": "x"}, headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (403, 50001)


async def test_app_of_the_user_alone_answers_privately_without_the_permission(
    bot: Bot, ben: MemberDriver
) -> None:
    bot.register(EVERYWHERE)
    world, platform = bot.stand_in.world, ben.channel("platform")
    roles = world.state.guilds[platform.guild_id or 0].roles
    everyone = roles[platform.guild_id or 0]
    granted = Permissions(everyone.permissions) & ~Permissions.USE_EXTERNAL_APPS
    roles[everyone.id] = replace(everyone, permissions=granted)
    bot.answers.append(message("psst"))
    assert (await (await ben.slash("everywhere", channel=platform)).answered()).ephemeral


async def test_message_command_carries_its_target_with_files(bot: Bot, ben: MemberDriver) -> None:
    bot.register(FROM_MESSAGE)
    said = await ben.say("hum", files=[DriverFile("hum.wav", b"RIFF")], channel="general")
    assert said.audio[0]["filename"] == "hum.wav"
    bot.answers.append(message("ok"))
    answer = await (await ben.menu("Compose from this", said)).answered()
    data = bot.received[0]["data"]
    target = data["resolved"]["messages"][data["target_id"]]
    assert await ben.fetch(target["attachments"][0]) == b"RIFF"
    assert answer.raw["type"] == MessageType.CONTEXT_MENU_COMMAND
    assert answer.raw["interaction_metadata"]["target_message_id"] == said.id


async def test_commands_work_in_threads_posts_and_voice_chats(bot: Bot, ben: MemberDriver) -> None:
    said = await ben.say("start here", channel="depot")
    thread = await ben.start_thread("Side road", message=said)
    assert thread.id == int(said.id)
    assert (await ben.wait_for_thread(said)).name == "Side road"
    post = await ben.start_post("First piece", "listen", channel="showcase")
    assert [one.name for one in ben.threads("showcase")] == ["First piece"]
    for place, kind in ((thread, 11), (post, 11), (ben.channel("Top Deck"), 2)):
        bot.answers.append(message("ok"))
        await (await ben.slash("compose", prompt="x", channel=place)).answered()
        assert bot.received[-1]["channel"]["type"] == kind
    assert ben.commands("showcase") == []


async def test_thread_shows_at_its_starter_and_cannot_be_started_twice(ben: MemberDriver) -> None:
    said = await ben.say("start here", channel="depot")
    thread = await ben.start_thread("Side road", message=said)
    now = ben.message(said)
    assert now.thread is not None
    assert now.thread["name"] == "Side road"
    starter = ben.messages(thread)[0]
    assert starter.raw["type"] == MessageType.THREAD_STARTER_MESSAGE
    assert starter.raw["referenced_message"]["content"] == "start here"
    with pytest.raises(ApiError, match="160004"):
        await ben.start_thread("Again", message=said)
    await ben.start_thread("Loose", channel="depot")
    assert ben.messages("depot")[-1].raw["type"] == MessageType.THREAD_CREATED


async def test_thread_closes_by_hand_and_by_time(bot: Bot, ben: MemberDriver) -> None:
    thread = await ben.start_thread("Side road", channel="depot")
    await ben.archive(thread)
    assert ben.threads("depot") == []
    await ben.say("again", channel=thread)
    assert ben.threads("depot") == [thread]
    bot.stand_in.advance(24 * 3600 + 60)
    assert ben.threads("depot") == []
    with pytest.raises(ApiError, match="50013"):
        await ben.archive(thread, locked=True)
    await Driver(bot.stand_in).member("Chika").archive(thread, locked=True)
    with pytest.raises(ApiError, match="50083"):
        await ben.say("locked out", channel=thread)


async def test_forum_takes_posts_and_no_messages(ben: MemberDriver) -> None:
    post = await ben.start_post(
        "Piece", "listen", channel="showcase", files=[DriverFile("a.wav", b"RIFF")]
    )
    first = ben.messages(post)[0]
    assert (int(first.id), first.content) == (post.id, "listen")
    assert post.type is ChannelType.PUBLIC_THREAD
    with pytest.raises(ApiError, match="50008"):
        await ben.say("x", channel="showcase")


async def test_member_sees_who_was_notified_by_what(bot: Bot, ben: MemberDriver) -> None:
    ada = Driver(bot.stand_in).member("Ada")
    named = await ada.say(f"<@{ben.user_id}> listen", channel="general")
    await ada.say("nobody", channel="general")
    reply = await ben.say("nice", reply_to=named)
    direct = await ada.say("psst", channel="@Ben")
    assert [one.id for one in ben.pings()] == [named.id, direct.id]
    assert [one.id for one in ben.pings("general")] == [named.id]
    assert [one.id for one in ada.pings()] == [reply.id]
    await ada.delete(named)
    assert [one.id for one in ben.pings()] == [direct.id]
    assert bot.stand_in.world.notifications.pings[0].content == f"<@{ben.user_id}> listen"


async def test_edit_notifies_nobody(bot: Bot, ben: MemberDriver) -> None:
    bot.answers.append({"type": 5})
    call = await ben.slash("compose", prompt="x", channel="general")
    await call.answered()
    status, _ = await bot.follow_up(bot.received[0], {"content": f"<@{ben.user_id}>"})
    assert (status, ben.pings()) == (200, [])
    await bot.follow_up(bot.received[0], {"content": f"<@{ben.user_id}>"})
    assert len(ben.pings()) == 1


async def test_members_delete_what_they_may(bot: Bot, ben: MemberDriver) -> None:
    ada = Driver(bot.stand_in).member("Ada")
    of_ada, of_ben = (await ada.say("a", channel="general"), await ben.say("b", channel="general"))
    with pytest.raises(ApiError, match="50013"):
        await ben.delete(of_ada)
    await ada.delete(of_ben)
    await ben.wait_until_gone(of_ben)
    assert ben.follow(of_ada.link).content == "a"
    with pytest.raises(LookupError):
        ben.follow(of_ben.link)


async def test_commands_go_by_their_names_in_the_members_language(
    bot: Bot, ben: MemberDriver
) -> None:
    option = {"type": 3, "name": "prompt", "description": "What", "required": True}
    option["name_localizations"] = {"de": "beschreibung"}
    names_de = {"name_localizations": {"de": "komponieren"}}
    bot.register({"name": "write", "description": "W", "options": [option], **names_de})
    ben.locale = "de"
    bot.answers.append(message("ja"))
    await (await ben.slash("komponieren", beschreibung="regen")).answered()
    payload = bot.received[0]
    assert (payload["locale"], payload["data"]["name"]) == ("de", "write")
    assert payload["data"]["options"] == [{"name": "prompt", "type": 3, "value": "regen"}]
    ben.locale = "fr"
    with pytest.raises(OptionError):
        await ben.slash("komponieren", beschreibung="regen")
