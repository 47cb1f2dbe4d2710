"""Comparing commands: what Discord fills in is no difference, what members would see is."""

from typing import Any

import discord
import pytest
from discord import app_commands

from bot.client import ComposeClient
from bot.gateway.command_sync import comparable

WANTED: dict[str, Any] = {
    "name": "compose",
    "description": "Turn a sentence into a track",
    "type": 1,
    "options": [
        {"type": 3, "name": "prompt", "description": "What", "required": True, "max_length": 4000},
        {"type": 4, "name": "seed", "description": "Which", "required": False, "min_value": 0},
    ],
    "nsfw": False,
    "default_member_permissions": None,
    "contexts": [0],
    "integration_types": [0],
}


def as_registered(command: dict[str, Any]) -> dict[str, Any]:
    """The same, as Discord gives it back: with ids and without false and null."""
    options = [
        {key: value for key, value in option.items() if value is not False}
        for option in command["options"]
    ]
    mine = {"id": "1", "application_id": "2", "version": "3", "dm_permission": False}
    return (
        {key: value for key, value in command.items() if value is not None}
        | mine
        | {"options": options}
    )


def test_commands_are_equal_when_discord_only_filled_in() -> None:
    assert comparable([as_registered(WANTED)]) == comparable([WANTED])


def test_commands_are_equal_when_their_order_differs() -> None:
    other = WANTED | {"name": "tracks"}
    assert comparable([WANTED, other]) == comparable([other, WANTED])


def test_contexts_are_equal_when_their_order_differs() -> None:
    assert comparable([WANTED | {"contexts": [0, 1]}]) == comparable(
        [WANTED | {"contexts": [1, 0]}]
    )


def test_commands_are_equal_when_nothing_is_translated() -> None:
    choice = {"name": "Ever", "value": "ever"}
    untranslated: dict[str, Any] = {"name_localizations": {}, "description_localizations": {}}
    option = WANTED["options"][0] | {"choices": [choice]}
    other = option | untranslated | {"choices": [choice | {"name_localizations": {}}]}
    assert comparable([WANTED | {"options": [option]}]) == comparable(
        [WANTED | untranslated | {"options": [other]}]
    )


def test_choices_differ_when_one_is_translated() -> None:
    choice = {"name": "Ever", "value": "ever"}
    option = WANTED["options"][0] | {"choices": [choice]}
    other = option | {"choices": [choice | {"name_localizations": {"de": "Seit jeher"}}]}
    assert comparable([WANTED | {"options": [option]}]) != comparable(
        [WANTED | {"options": [other]}]
    )


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Other"},
        {"name": "composed"},
        {"nsfw": True},
        {"contexts": [0, 1]},
        {"default_member_permissions": "8"},
        {"options": WANTED["options"][:1]},
        {"options": WANTED["options"][::-1]},
        {"options": [WANTED["options"][0] | {"max_length": 600}, WANTED["options"][1]]},
        {"options": [WANTED["options"][0], WANTED["options"][1] | {"autocomplete": True}]},
        {"integration_types": [0, 1]},
        {"description_localizations": {"de": "Anders"}},
        {"options": [WANTED["options"][0] | {"name_localizations": {"de": "x"}}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_commands_differ_when_members_would_see_it(change: dict[str, Any]) -> None:
    assert comparable([WANTED | change]) != comparable([WANTED])


def test_command_is_not_a_context_menu_of_the_same_name() -> None:
    assert comparable([WANTED]) != comparable([WANTED | {"type": 3}])


async def test_our_own_commands_survive_the_round_trip() -> None:
    async with ComposeClient(api_url="http://127.0.0.1:1", command_guild_id=None) as client:
        await client.load_extension("cogs.compose")
        tree: app_commands.CommandTree[discord.Client] = client.tree
        wanted = [command.to_dict(tree) for command in client.tree.get_commands()]
        await client.unload_extension("cogs.compose")
    assert wanted
    assert comparable([as_registered(command) for command in wanted]) == comparable(wanted)
