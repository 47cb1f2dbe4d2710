"""What a tab shows and does for the member who sits at it."""

import asyncio

import pytest

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page
from tests.sandbox.page.support import (
    COMPOSE,
    TIMEOUT_S,
    Application,
    Refused,
    channel_named,
    post,
    register,
    tab,
    whisper,
)

MODAL = {
    "custom_id": "remix",
    "title": "Remix",
    "components": [
        {
            "type": 18,
            "label": "Prompt",
            "component": {"type": 4, "custom_id": "prompt", "style": 2},
        }
    ],
}
GREET = {
    "name": "Greet",
    "type": 2,
    "contexts": [0, 1, 2],
    "integration_types": [0, 1],
}
BUTTON = [
    {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}
]


def message(content: str) -> dict[str, object]:
    return {"type": 4, "data": {"content": content}}


async def test_state_has_server_and_people_when_the_tab_opens(
    page: Page, discord: DiscordStandIn
) -> None:
    register(discord.world, COMPOSE)
    async with tab(page, "Ben", discord.world) as ben:
        state = ben.state
        club = next(guild for guild in state["guilds"] if guild["name"] == "Tape Club")
        mine = [one for one in state["channels"] if one.get("guild_id") == club["id"]]
        history = await ben.request("history", channel_id=mine[0]["id"])
    assert [guild["name"] for guild in state["guilds"]] == ["Tape Club", "Night Bus", "Elsewhere"]
    people = {member["user"]["username"]: member["administrator"] for member in club["members"]}
    assert people == {"ada": True, "ben": False, "chika": False, "compose-bot": False}
    assert [one["name"] for one in mine] == ["general", "music-jam", "quiet-corner"]
    assert [command["name"] for command in history["commands"]] == ["compose"]


async def test_direct_messages_show_when_they_are_the_members_own(
    page: Page, discord: DiscordStandIn
) -> None:
    async with tab(page, "Ben", discord.world) as ben, tab(page, "Ada", discord.world) as ada:
        (direct,) = [channel for channel in ben.state["channels"] if channel["type"] == 1]
        assert {user["username"] for user in direct["recipients"]} == {"ben", "compose-bot"}
        assert all(channel["type"] != 1 for channel in ada.state["channels"])
        with pytest.raises(Refused, match="Missing Access"):
            await ada.request("history", channel_id=direct["id"])


@pytest.mark.parametrize("wished", [None, "Compose Bot"])
async def test_tab_is_an_ordinary_members_when_none_is_chosen(
    page: Page, discord: DiscordStandIn, wished: str | None
) -> None:
    async with tab(page, wished, discord.world) as client:
        assert client.state["me"] == str(discord.world.state.user_named("Ben").id)


async def test_private_message_reaches_only_its_member_when_it_is_sent(
    page: Page, discord: DiscordStandIn
) -> None:
    async with tab(page, "Ben", discord.world) as ben, tab(page, "Chika", discord.world) as chika:
        whisper(discord.world, "Ben", "music-jam", "for Ben")
        post(discord.world, "Compose Bot", "music-jam", "for all")
        assert (await ben.event("MESSAGE_CREATE"))["content"] == "for Ben"
        assert (await chika.event("MESSAGE_CREATE"))["content"] == "for all"


async def test_private_message_is_in_its_members_history_alone_until_dismissed(
    page: Page, discord: DiscordStandIn
) -> None:
    secret = whisper(discord.world, "Ben", "music-jam", "for Ben")
    place = str(secret.channel_id)
    async with tab(page, "Ben", discord.world) as ben, tab(page, "Chika", discord.world) as chika:
        assert (await chika.request("history", channel_id=place))["messages"] == []
        (shown,) = (await ben.request("history", channel_id=place))["messages"]
        assert shown["id"] == str(secret.id)
        await ben.request("dismiss", message_id=shown["id"])
        assert (await ben.request("history", channel_id=place))["messages"] == []


async def test_text_is_posted_as_the_member_when_it_is_sent(
    page: Page, discord: DiscordStandIn
) -> None:
    place = channel_named(discord.world, "general")
    async with tab(page, "Chika", discord.world) as chika, tab(page, "Ben", discord.world) as ben:
        await chika.request("send", channel_id=str(place.id), content="hello")
        told = await ben.event("MESSAGE_CREATE")
        assert (told["author"]["username"], told["content"]) == ("chika", "hello")
        answer = {"channel_id": str(place.id), "content": "hi", "reply_to": told["id"]}
        await ben.request("send", **answer)
        assert (await chika.event("MESSAGE_CREATE"))["content"] == "hello"
        reply = await chika.event("MESSAGE_CREATE")
        assert reply["referenced_message"]["content"] == "hello"


async def test_text_is_refused_in_discords_words_when_it_is_too_long(
    page: Page, discord: DiscordStandIn
) -> None:
    place = channel_named(discord.world, "general")
    async with tab(page, "Ben", discord.world) as ben:
        with pytest.raises(Refused, match="Invalid Form Body"):
            await ben.request("send", channel_id=str(place.id), content="x" * 2001)


async def test_answer_names_its_command_when_a_member_used_one(
    page: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, COMPOSE)
    application.will_answer(message("on it"))
    place = str(channel_named(discord.world, "music-jam").id)
    async with tab(page, "Ben", discord.world) as ben:
        options = {"prompt": "lo-fi rain", "seed": 3}
        await ben.request("slash", channel_id=place, command="compose", options=options)
        told = await ben.event("MESSAGE_CREATE")
    assert told["interaction_metadata"]["name"] == "compose"
    assert told["interaction_metadata"]["user"]["username"] == "ben"
    sent = {one["name"]: one["value"] for one in application.received[0]["data"]["options"]}
    assert sent == options


async def test_command_fails_when_the_bot_stays_silent(page: Page, discord: DiscordStandIn) -> None:
    register(discord.world, COMPOSE)
    place = str(channel_named(discord.world, "music-jam").id)
    asked = asyncio.Event()
    stop = discord.world.state.bus.listen(lambda _: asked.set())
    async with tab(page, "Ben", discord.world) as ben:
        fields = {"channel_id": place, "command": "compose", "options": {"prompt": "rain"}}
        request = asyncio.create_task(ben.request("slash", **fields))
        await asyncio.wait_for(asked.wait(), TIMEOUT_S)
        discord.clock.advance(4)
        discord.world.interactions.tick()
        with pytest.raises(Refused) as refused:
            await request
    stop()
    assert refused.value.error["code"] == "failed"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "prompt"),
        ({"prompt": "x"}, "prompt"),
        ({"prompt": "rain", "seed": -1}, "seed"),
        ({"prompt": "rain", "seed": "many"}, "seed"),
        ({"prompt": "rain", "volume": 11}, "volume"),
    ],
)
async def test_command_is_refused_when_an_option_is_wrong(
    page: Page, discord: DiscordStandIn, options: dict[str, object], words: str
) -> None:
    register(discord.world, COMPOSE)
    place = str(channel_named(discord.world, "music-jam").id)
    async with tab(page, "Ben", discord.world) as ben:
        with pytest.raises(Refused, match=words):
            await ben.request("slash", channel_id=place, command="compose", options=options)


async def test_button_opens_a_form_and_its_text_arrives_when_submitted(
    page: Page, discord: DiscordStandIn, application: Application
) -> None:
    card = post(discord.world, "Compose Bot", "music-jam", "card", components=BUTTON)
    application.will_answer({"type": 9, "data": MODAL}, message("remixed"))
    ids = {"channel_id": str(card.channel_id), "message_id": str(card.id)}
    async with tab(page, "Ben", discord.world) as ben:
        modal = (await ben.request("click", custom_id="again", **ids))["modal"]
        assert modal["title"] == "Remix"
        await ben.request("modal", modal=modal["token"], values={"prompt": "slower"})
    submitted = application.received[1]["data"]["components"][0]["component"]
    assert submitted["value"] == "slower"


async def test_suggestions_come_from_the_bot_when_an_option_has_autocomplete(
    page: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, COMPOSE)
    choices = [{"name": "Lyria 2", "value": "lyria2"}]
    application.will_answer({"type": 8, "data": {"choices": choices}})
    place = str(channel_named(discord.world, "music-jam").id)
    async with tab(page, "Ben", discord.world) as ben:
        typed = {"focused": "model", "value": "ly", "options": {"prompt": "rain"}}
        found = await ben.request("autocomplete", channel_id=place, command="compose", **typed)
    assert [(one["name"], one["value"]) for one in found] == [("Lyria 2", "lyria2")]


async def test_user_command_names_its_target_where_it_is_a_member(
    page: Page, discord: DiscordStandIn, application: Application
) -> None:
    await application.register(GREET)
    application.will_answer(message("hi"), message("hi"))
    chika = str(discord.world.state.user_named("Chika").id)
    async with tab(page, "Ben", discord.world) as ben:
        for name in ("general", "Carpool"):
            channel = str(channel_named(discord.world, name).id)
            command = {"channel_id": channel, "command": "Greet", "user_id": chika}
            await ben.request("user_command", **command)
            event = await ben.event("MESSAGE_CREATE")
            assert event["type"] == 23
            assert event["interaction_metadata"]["target_user"]["id"] == chika
    in_guild, in_group = (one["data"] for one in application.received)
    assert in_guild["target_id"] == in_group["target_id"] == chika
    assert (in_guild["type"], in_guild["resolved"].keys()) == (2, {"users", "members"})
    assert in_group["resolved"].keys() == {"users"}


@pytest.mark.parametrize(
    ("command", "user_id", "words"),
    [
        ("Greet", "1", "Unknown User"),
        ("Greet", None, "user_id"),
        ("compose", "ben", "no context menu command"),
        ("Keep", "ben", "no context menu command"),
    ],
)
async def test_user_command_is_refused_when_there_is_no_such_command_or_user(
    page: Page, discord: DiscordStandIn, command: str, user_id: str | None, words: str
) -> None:
    register(discord.world, COMPOSE, GREET, {"name": "Keep", "type": 3})
    if user_id == "ben":
        user_id = str(discord.world.state.user_named("Ben").id)
    channel = str(channel_named(discord.world, "general").id)
    asked = {"channel_id": channel, "command": command, "user_id": user_id}
    async with tab(page, "Ben", discord.world) as ben:
        with pytest.raises(Refused, match=words):
            await ben.request("user_command", **asked)


async def test_reaction_is_told_when_it_is_added_and_taken_back(
    page: Page, discord: DiscordStandIn
) -> None:
    target = post(discord.world, "Ada", "general", "nice")
    ids = {"channel_id": str(target.channel_id), "message_id": str(target.id), "emoji": "👍"}
    async with tab(page, "Ben", discord.world) as ben:
        await ben.request("react", **ids)
        assert (await ben.event("MESSAGE_REACTION_ADD"))["emoji"]["name"] == "👍"
        await ben.request("react", remove=True, **ids)
        assert (await ben.event("MESSAGE_REACTION_REMOVE"))["message_id"] == str(target.id)


@pytest.mark.parametrize(
    "frame",
    ["", "[]", "null", '{"id": 1}', '{"op": 1, "id": 1}', "[" * 20_000, '{"id":1e400,"op":"x"}'],
)
async def test_tab_goes_on_when_a_frame_makes_no_sense(
    page: Page, discord: DiscordStandIn, frame: str
) -> None:
    place = str(channel_named(discord.world, "general").id)
    async with tab(page, "Ben", discord.world) as ben:
        await ben.send_raw(frame)
        with pytest.raises(Refused):
            await ben.reply(None)
        assert (await ben.request("history", channel_id=place))["messages"] == []


@pytest.mark.parametrize(
    ("op", "fields"),
    [
        ("dance", {}),
        ("history", {}),
        ("history", {"channel_id": "1"}),
        ("history", {"channel_id": "x" * 30}),
        ("send", {"channel_id": "{general}", "content": 5}),
        ("slash", {"channel_id": "{general}", "command": "nothing", "options": {}}),
        ("slash", {"channel_id": "{general}", "command": "compose", "options": []}),
        ("click", {"channel_id": "{general}", "message_id": "1", "custom_id": "x"}),
        ("modal", {"modal": "1", "values": {}}),
        ("react", {"channel_id": "{general}", "message_id": "1", "emoji": "x"}),
    ],
)
async def test_request_is_refused_in_words_when_it_is_wrong(
    page: Page, discord: DiscordStandIn, op: str, fields: dict[str, object]
) -> None:
    place = str(channel_named(discord.world, "general").id)
    filled = {name: place if value == "{general}" else value for name, value in fields.items()}
    async with tab(page, "Ben", discord.world) as ben:
        with pytest.raises(Refused) as refused:
            await ben.request(op, **filled)
    assert refused.value.error["message"] != "Something went wrong in the sandbox."
