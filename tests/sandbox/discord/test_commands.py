"""Registering application commands."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.discord.model import Json
from tests.sandbox.discord.conftest import Api

PROMPT = {"type": 3, "name": "prompt", "description": "What to play", "required": True}
SEED = {"type": 4, "name": "seed", "description": "Same seed, same track", "min_value": 0}
COMPOSE = {"name": "compose", "description": "Make a track", "options": [PROMPT, SEED]}


def path(api: Api) -> str:
    return f"/applications/{api.world.state.application.id}/commands"


async def test_command_comes_back_with_ids_and_defaults(api: Api) -> None:
    answer = await api("POST", path(api), COMPOSE)
    assert answer.status == 201
    command = answer.data
    assert command["type"] == 1
    assert command["default_member_permissions"] is None
    assert command["options"][1]["min_value"] == 0
    assert command["options"][1]["required"] is False
    assert (await api("POST", path(api), COMPOSE)).status == 200


async def test_overwrite_keeps_ids_and_renews_versions_of_what_changed(api: Api) -> None:
    (first,) = (await api("PUT", path(api), [COMPOSE])).data
    (same,) = (await api("PUT", path(api), [COMPOSE])).data
    (changed,) = (await api("PUT", path(api), [COMPOSE | {"description": "New"}])).data
    assert same == first
    assert changed["id"] == first["id"]
    assert changed["version"] != first["version"]
    assert (await api("PUT", path(api), [])).data == []
    assert (await api("GET", f"{path(api)}/{first['id']}")).code == 10063


@pytest.mark.parametrize(
    ("change", "where", "inner"),
    [
        ({"name": "Compose"}, ["name"], "APPLICATION_COMMAND_INVALID_NAME"),
        ({"name": "with space"}, ["name"], "APPLICATION_COMMAND_INVALID_NAME"),
        ({"description": ""}, ["description"], "BASE_TYPE_BAD_LENGTH"),
        ({"options": [SEED, PROMPT]}, ["options", "1"],
         "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"),
        ({"options": [SEED, SEED]}, ["options"], "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED"),
        ({"options": [SEED | {"type": 12}]}, ["options", "0", "type"], "BASE_TYPE_CHOICES"),
        ({"options": [SEED] * 26}, ["options"], "BASE_TYPE_MAX_LENGTH"),
        ({"options": [PROMPT | {"max_length": 6001}]}, ["options", "0", "max_length"],
         "NUMBER_TYPE_MAX"),
    ],
)  # fmt: skip
async def test_command_is_refused_when_it_breaks_a_rule(
    api: Api, change: dict[str, Any], where: list[str], inner: str
) -> None:
    answer = await api("POST", path(api), COMPOSE | change)
    assert (answer.status, answer.code) == (400, 50035)
    node = answer.data["errors"]
    for step in where:
        node = node[step]
    assert inner in [error["code"] for error in node["_errors"]]


async def test_edit_changes_what_is_named_only(api: Api) -> None:
    command = (await api("POST", path(api), COMPOSE)).data
    one = f"{path(api)}/{command['id']}"
    edited = (await api("PATCH", one, {"description": "New"})).data
    assert (edited["description"], edited["options"]) == ("New", command["options"])
    assert (await api("DELETE", one)).status == 204
    assert (await api("DELETE", one)).code == 10063


async def test_guild_commands_hide_global_namesakes(api: Api) -> None:
    channel = api.channel("music-jam")
    await api("POST", path(api), COMPOSE)
    scoped = path(api).replace("/commands", f"/guilds/{channel.guild_id}/commands")
    local = (await api("POST", scoped, COMPOSE)).data
    assert local["guild_id"] == str(channel.guild_id)
    usable = api.world.commands.usable(api.user("Ben").id, channel)
    assert [command["id"] for command in usable] == [local["id"]]


async def test_commands_are_offered_to_those_permitted(api: Api) -> None:
    channel = api.channel("music-jam")
    await api("POST", path(api), COMPOSE | {"default_member_permissions": "0", "contexts": [0]})
    usable = {n: api.world.commands.usable(api.user(n).id, channel) for n in ("Ada", "Ben")}
    assert [len(usable["Ada"]), len(usable["Ben"])] == [1, 0]


async def test_other_applications_commands_are_out_of_reach(api: Api) -> None:
    assert (await api("GET", "/applications/12/commands")).code == 20012


async def test_translations_are_listed_when_asked_for(api: Api) -> None:
    option: Json = {"type": 3, "name": "prompt", "description": "What"}
    option |= {"name_localizations": {"de": "beschreibung"}}
    command: Json = {"name": "compose", "description": "Make", "options": [option]}
    command |= {"name_localizations": {"de": "komponieren"}}
    await api("PUT", path(api), [command])
    plain, full = [
        (await api("GET", f"{path(api)}?with_localizations={asked}")).data[0]
        for asked in ("false", "true")
    ]
    assert "name_localizations" not in plain | plain["options"][0]
    assert full["name_localizations"] == {"de": "komponieren"}
    assert full["options"][0]["name_localizations"] == {"de": "beschreibung"}
