"""The driver, against a bot that is a few lines of plain HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from sandbox.discord.message_form import Draft
from sandbox.discord.uploads import Upload
from sandbox.driver import (
    ComponentError,
    Driver,
    InteractionFailed,
    MemberDriver,
    MessageView,
    OptionError,
)
from tests.sandbox.conftest import Bot, button, message, row

MODAL_INPUT = {"type": 4, "custom_id": "text", "style": 2, "max_length": 10}
MODAL = {
    "custom_id": "m",
    "title": "Remix",
    "components": [{"type": 18, "label": "Prompt", "component": MODAL_INPUT}],
}


async def test_slash_reaches_the_bot_and_its_answer_the_member(bot: Bot, ben: MemberDriver) -> None:
    bot.answers.append(message("on it", embeds=[{"title": "Rain", "footer": {"text": "soon"}}]))
    call = await ben.slash("compose", prompt="rain", seed=3, channel="music-jam")
    answer = await call.answered()
    assert answer.text == "on it\nRain\nsoon"
    data = bot.received[0]["data"]
    assert data["options"] == [
        {"name": "prompt", "type": 3, "value": "rain"},
        {"name": "seed", "type": 4, "value": 3},
    ]


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "x" * 21}, "prompt"),
        ({"prompt": 7}, "prompt"),
        ({"prompt": "x", "seed": -1}, "seed"),
        ({"prompt": "x", "seed": "many"}, "seed"),
        ({"prompt": "x", "seed": 1.5}, "seed"),
        ({"prompt": "x", "seed": True}, "seed"),
        ({"prompt": "x", "mood": "wild"}, "mood"),
        ({"prompt": "x", "with": "Nobody"}, "with"),
        ({"prompt": "x", "cover": "text"}, "cover"),
        ({"prompt": "x", "tempo": 90}, "tempo"),
    ],
)
async def test_slash_is_refused_when_the_client_would_refuse_it(
    bot: Bot, ben: MemberDriver, options: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(OptionError) as caught:
        await ben.slash("compose", options=options)
    assert caught.value.option == wrong
    assert bot.received == []


async def test_options_are_resolved_when_they_name_users_files_and_choices(
    bot: Bot, ben: MemberDriver
) -> None:
    cover = Upload(0, "hum.wav", b"RIFF")
    options = {"prompt": "x", "with": "Ada", "mood": "Calm", "cover": cover}
    bot.answers.append(message("ok"))
    await (await ben.slash("compose", options=options)).answered()
    data = bot.received[0]["data"]
    values = {option["name"]: option["value"] for option in data["options"]}
    assert data["resolved"]["users"][values["with"]]["username"] == "ada"
    assert "permissions" in data["resolved"]["members"][values["with"]]
    assert data["resolved"]["attachments"][values["cover"]]["filename"] == "hum.wav"
    assert values["mood"] == "calm"


async def test_sub_commands_follow_the_name(bot: Bot, ben: MemberDriver) -> None:
    bot.answers.append(message("ok"))
    await (await ben.slash("album create")).answered()
    assert bot.received[0]["data"]["options"] == [{"name": "create", "type": 1, "options": []}]
    for name in ("album", "album burn", "nothing"):
        with pytest.raises(OptionError):
            await ben.slash(name)


async def test_call_fails_when_the_bot_keeps_silent(bot: Bot, ben: MemberDriver) -> None:
    call = await ben.slash("compose", prompt="x")
    bot.stand_in.advance(3.1)
    with pytest.raises(InteractionFailed, match="did not respond"):
        await call.answered()


async def test_buttons_are_pressed_by_label_and_refused_when_disabled(
    bot: Bot, ben: MemberDriver
) -> None:
    components = row(button("Cancel"), button("Again", disabled=True))
    bot.answers += [message("card", components=components), {"type": 7, "data": {"content": "off"}}]
    card = await (await ben.slash("compose", prompt="x")).answered()
    assert [one["label"] for one in card.buttons] == ["Cancel", "Again"]
    pressed = await (await ben.click(card, label="Cancel")).answered()
    assert (pressed.id, pressed.content) == (card.id, "off")
    assert bot.received[1]["data"]["custom_id"] == "cancel"
    assert bot.received[1]["message"]["id"] == card.id
    for label in ("Again", "Nowhere"):
        with pytest.raises(ComponentError):
            await ben.click(card, label=label)


async def test_selects_take_known_values_only(bot: Bot, ben: MemberDriver) -> None:
    select = {"type": 3, "custom_id": "s", "options": [{"label": "A", "value": "a"}]}
    bot.answers += [message("pick", components=row(select)), {"type": 6}]
    card = await (await ben.slash("compose", prompt="x")).answered()
    await (await ben.choose(card, custom_id="s", values=["a"])).acknowledged()
    assert bot.received[1]["data"]["values"] == ["a"]
    for values in (["b"], ["a", "a"], []):
        with pytest.raises(ComponentError):
            await ben.choose(card, custom_id="s", values=values)


async def test_modal_is_filled_in_and_answered(bot: Bot, ben: MemberDriver) -> None:
    bot.answers += [{"type": 9, "data": MODAL}, message("thanks")]
    call = await ben.slash("compose", prompt="x")
    submitted = await ben.fill_modal(call, {"Prompt": "hello"})
    assert (await submitted.answered()).content == "thanks"
    component = bot.received[1]["data"]["components"][0]["component"]
    assert (component["custom_id"], component["value"]) == ("text", "hello")
    for values in ({"Prompt": ""}, {"Prompt": "x" * 11}, {"Prompt": "x", "Other": "y"}):
        with pytest.raises(OptionError):
            await ben.fill_modal(call, values)


async def test_autocomplete_gives_the_bots_choices(bot: Bot, ben: MemberDriver) -> None:
    choices = [{"name": "Lyria 2", "value": "lyria2"}]
    bot.answers.append({"type": 8, "data": {"choices": choices}})
    found = await ben.autocomplete("compose", "model", "lyr", prompt="x")
    assert [choice["value"] for choice in found] == ["lyria2"]
    options = bot.received[0]["data"]["options"]
    assert {"name": "model", "type": 3, "value": "lyr", "focused": True} in options


async def test_private_answer_is_seen_by_its_member_alone(bot: Bot, ben: MemberDriver) -> None:
    bot.answers.append(message("psst", flags=64))
    answer = await (await ben.slash("compose", prompt="x", channel="general")).answered()
    assert answer.ephemeral
    ada = Driver(bot.stand_in).member("Ada")
    assert ada.messages("general") == []
    with pytest.raises(LookupError):
        ada.message(answer.id, "general")


async def test_waiting_sees_what_is_there_and_what_comes(bot: Bot, ben: MemberDriver) -> None:
    world = bot.stand_in.world
    channel = ben.channel("music-jam")
    there = world.messages.post(world.state.bot, channel, Draft(content="there"))
    found = await ben.wait_for_message(lambda m: m.content == "there", channel="music-jam")
    assert found.id == str(there.id)
    loop = asyncio.get_running_loop()
    loop.call_soon(world.messages.post, world.state.bot, channel, Draft(content="coming"))
    coming = await ben.wait_for_message(lambda m: m.content == "coming", channel="music-jam")
    edit = {"content": "changed"}
    path = f"{bot.stand_in.api_url}/channels/{channel.id}/messages/{coming.id}"
    headers = {"Authorization": f"Bot {world.state.application.token}"}

    def changed(view: MessageView) -> bool:
        return view.content == "changed"

    async with bot.http.patch(path, json=edit, headers=headers):
        assert (await ben.wait_for_edit(coming, changed)).edited
    with pytest.raises(TimeoutError):
        await ben.wait_for_message(lambda m: m.content == "never", timeout_s=0.01)


async def test_files_are_fetched_through_the_cdn(bot: Bot, ben: MemberDriver) -> None:
    world = bot.stand_in.world
    path = f"{bot.stand_in.api_url}/channels/{ben.channel('music-jam').id}/messages"
    form = aiohttp.FormData({"payload_json": "{}"})
    form.add_field("files[0]", b"RIFF", filename="a.wav")
    headers = {"Authorization": f"Bot {world.state.application.token}"}
    async with bot.http.post(path, data=form, headers=headers):
        message = await ben.wait_for_message(lambda m: m.attachments, channel="music-jam")
    assert await ben.fetch(message.attachments[0]) == b"RIFF"


async def test_members_talk_in_direct_messages(bot: Bot, ben: MemberDriver) -> None:
    said = await ben.say("hello", channel="@Compose Bot")
    answer = await ben.say("again", reply_to=said)
    assert answer.reference is not None
    assert [view.content for view in ben.messages("@Compose Bot")] == ["hello", "again"]
    with pytest.raises(LookupError):
        Driver(bot.stand_in).member("Ada").channel(int(said.channel_id))
