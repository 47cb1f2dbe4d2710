"""Options, selects and modals of every kind, as the driver fills them in."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.discord.model import Json
from sandbox.driver import ComponentError, DriverFile, MemberDriver, OptionError
from tests.sandbox.conftest import Bot, message, row

OPTIONS: Json = {
    "name": "options",
    "description": "One of each",
    "options": [
        {"type": 11, "name": "audio", "description": "A file"},
        {"type": 7, "name": "where", "description": "Where", "channel_types": [0]},
        {"type": 8, "name": "role", "description": "Who"},
        {"type": 5, "name": "private", "description": "Whether"},
        {"type": 10, "name": "tempo", "description": "How", "min_value": 1.5, "max_value": 2},
        {"type": 4, "name": "bars", "description": "How many",
         "choices": [{"name": "Few", "value": 4}, {"name": "Many", "value": 64}]},
    ],
}  # fmt: skip


def label(text: str, component: Json, **more: Any) -> Json:
    return {"type": 18, "label": text, "component": component, **more}


CHOICES = [{"label": "A side", "value": "a"}, {"label": "B side", "value": "b", "default": True}]
FORMS: dict[str, list[Json]] = {
    "texts": [
        {"type": 10, "content": "Tell us **more**"},
        label("Prompt", {"type": 4, "custom_id": "prompt", "style": 2, "min_length": 3}),
        label("Side", {"type": 3, "custom_id": "side", "options": CHOICES}),
    ],
    "boxes": [
        label("Kind", {"type": 21, "custom_id": "kind", "options": CHOICES, "required": False}),
        label("Sides", {"type": 22, "custom_id": "sides", "options": CHOICES, "max_values": 2}),
        label("Loud", {"type": 23, "custom_id": "loud", "default": True}),
    ],
    "objects": [
        label("Files", {"type": 19, "custom_id": "files", "max_values": 2}),
        label("With", {"type": 5, "custom_id": "with", "required": False}),
        label("Where", {"type": 8, "custom_id": "where", "channel_types": [0]}),
    ],
}


async def fill(bot: Bot, ben: MemberDriver, form: str, values: Json) -> Json:
    """The `data` that the bot gets, when the member fills the form in like this."""
    modal = {"custom_id": "m", "title": "Form", "components": FORMS[form]}
    bot.answers += [{"type": 9, "data": modal}, message("thanks")]
    call = await ben.slash("compose", prompt="x", channel="general")
    await (await ben.fill_modal(call, values)).answered()
    data: Json = bot.received[-1]["data"]
    return data


def answers(data: Json) -> dict[str, Any]:
    fields = [one["component"] for one in data["components"] if "component" in one]
    return {one["custom_id"]: one.get("value", one.get("values")) for one in fields}


async def test_options_of_every_kind_reach_the_bot(bot: Bot, ben: MemberDriver) -> None:
    bot.register(OPTIONS)
    bot.answers.append(message("ok"))
    given = {"audio": DriverFile("hum.wav", b"RIFF"), "where": "#general", "role": "Admin"}
    plain = {"private": True, "tempo": "1.75", "bars": "Many"}
    await (await ben.slash("options", channel="general", options=given | plain)).answered()
    data = bot.received[0]["data"]
    values = {one["name"]: one["value"] for one in data["options"]}
    assert {name: values[name] for name in plain} == {"private": True, "tempo": 1.75, "bars": 64}
    attachment = data["resolved"]["attachments"][values["audio"]]
    assert (attachment["content_type"], attachment["ephemeral"]) == ("audio/x-wav", True)
    assert await ben.fetch(attachment) == b"RIFF"
    assert data["resolved"]["channels"][values["where"]]["name"] == "general"
    assert data["resolved"]["roles"][values["role"]]["name"] == "Admin"


@pytest.mark.parametrize(
    "wrong",
    [{"audio": DriverFile("empty.wav", b"")}, {"audio": DriverFile("big.wav", b"0" * 10_485_761)},
     {"where": "nowhere"}, {"private": "yes"}, {"tempo": 1}, {"tempo": 2.5}, {"bars": 5}],
)  # fmt: skip
async def test_option_is_refused_when_the_client_would_refuse_it(
    bot: Bot, ben: MemberDriver, wrong: Json
) -> None:
    bot.register(OPTIONS)
    with pytest.raises(OptionError) as caught:
        await ben.slash("options", channel="general", options=wrong)
    assert caught.value.option == next(iter(wrong))
    assert bot.received == []


async def test_link_of_a_file_is_dead_after_a_day(bot: Bot, ben: MemberDriver) -> None:
    bot.register(OPTIONS)
    bot.answers.append(message("ok"))
    audio = DriverFile("hum.wav", b"RIFF")
    await (await ben.slash("options", audio=audio, channel="general")).answered()
    (attachment,) = bot.received[0]["data"]["resolved"]["attachments"].values()
    bot.stand_in.advance(24 * 3600 + 1)
    async with bot.http.get(attachment["url"]) as response:
        assert (response.status, response.content_type) == (404, "text/plain")


async def test_modal_gives_texts_and_choices(bot: Bot, ben: MemberDriver) -> None:
    data = await fill(bot, ben, "texts", {"Prompt": "rain", "side": "A side"})
    assert answers(data) == {"prompt": "rain", "side": ["a"]}
    assert data["components"][0] == {"type": 10, "id": 1}
    assert answers(await fill(bot, ben, "texts", {"prompt": "rain"}))["side"] == ["b"]


async def test_modal_gives_boxes(bot: Bot, ben: MemberDriver) -> None:
    data = await fill(bot, ben, "boxes", {"Kind": "a", "Sides": ["a", "b"], "Loud": False})
    assert answers(data) == {"kind": "a", "sides": ["a", "b"], "loud": False}
    data = await fill(bot, ben, "boxes", {"kind": []})
    assert answers(data) == {"kind": None, "sides": ["b"], "loud": True}


async def test_modal_gives_files_users_and_channels_resolved(bot: Bot, ben: MemberDriver) -> None:
    files = [DriverFile("a.wav", b"RIFF"), DriverFile("b.png", b"PNG")]
    data = await fill(bot, ben, "objects", {"files": files, "With": "Ada", "Where": "music-jam"})
    found = answers(data)
    resolved = data["resolved"]
    names = [resolved["attachments"][one]["filename"] for one in found["files"]]
    assert names == ["a.wav", "b.png"]
    assert resolved["users"][found["with"][0]]["username"] == "ada"
    assert resolved["channels"][found["where"][0]]["name"] == "music-jam"


@pytest.mark.parametrize(
    ("form", "values", "wrong"),
    [("texts", {"prompt": "xx"}, "Prompt"), ("texts", {"prompt": "rain", "side": "c"}, "Side"),
     ("texts", {"prompt": "rain", "side": []}, "Side"), ("boxes", {"loud": "yes"}, "Loud"),
     ("boxes", {"kind": ["a", "b"]}, "Kind"), ("boxes", {"sides": []}, "Sides"),
     ("objects", {"where": "music-jam"}, "Files"), ("objects", {"files": "text"}, "Files"),
     ("boxes", {"other": 1}, "other")],
)  # fmt: skip
async def test_modal_stays_open_when_a_field_is_wrong(
    bot: Bot, ben: MemberDriver, form: str, values: Json, wrong: str
) -> None:
    with pytest.raises(OptionError) as caught:
        await fill(bot, ben, form, values)
    assert caught.value.option == wrong
    assert len(bot.received) == 1


async def test_selects_name_users_roles_and_channels(bot: Bot, ben: MemberDriver) -> None:
    selects: list[Json] = [
        {"type": 5, "custom_id": "user"},
        {"type": 7, "custom_id": "any", "max_values": 2},
        {"type": 8, "custom_id": "channel", "channel_types": [0]},
    ]
    rows = [part for select in selects for part in row(select)]
    bot.answers += [message("pick", components=rows, flags=64), *[{"type": 6}] * 3]
    card = await (await ben.slash("compose", prompt="x", channel="depot")).answered()
    assert [one["custom_id"] for one in card.selects] == ["user", "any", "channel"]
    for custom_id, values in (
        ("user", ["Chika"]),
        ("any", ["Chika", "Admin"]),
        ("channel", ["mixtapes"]),
    ):
        await (await ben.choose(card, custom_id=custom_id, values=values)).acknowledged()
    user, both, channel = [payload["data"] for payload in bot.received[1:]]
    assert user["resolved"]["members"].keys() == user["resolved"]["users"].keys()
    assert len(both["resolved"]["users"]) == len(both["resolved"]["roles"]) == 1
    assert channel["resolved"]["channels"][channel["values"][0]]["name"] == "mixtapes"
    for custom_id, wrong in (("user", "Ada"), ("channel", "Top Deck"), ("channel", "general")):
        with pytest.raises(ComponentError):
            await ben.choose(card, custom_id=custom_id, values=[wrong])


async def test_button_is_found_by_its_emoji(bot: Bot, ben: MemberDriver) -> None:
    button = {"type": 2, "style": 2, "custom_id": "like", "emoji": {"name": "👍"}}
    bot.answers += [message("rate", components=row(button)), {"type": 6}]
    card = await (await ben.slash("compose", prompt="x")).answered()
    await (await ben.click(card, emoji="👍")).acknowledged()
    assert bot.received[1]["data"]["custom_id"] == "like"
    assert bot.received[1]["message"]["components"] == card.components
