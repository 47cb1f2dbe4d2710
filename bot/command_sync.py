"""Registering the slash commands: compared first, written only where they differ."""

import logging
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands

from bot.errors import SettingsError

log = logging.getLogger(__name__)

# What Discord fills in by itself when a field is not sent.
DEFAULTS: dict[str, Any] = {
    "type": 1,
    "description": "",
    "options": [],
    "default_member_permissions": None,
    "nsfw": False,
    "contexts": None,
    "integration_types": [0],
    "name_localizations": None,
    "description_localizations": None,
    "handler": None,
}
OPTION_DEFAULTS: dict[str, Any] = {
    "type": None,
    "name": None,
    "description": "",
    "required": False,
    "options": [],
    "choices": [],
    "channel_types": [],
    "autocomplete": False,
    "min_value": None,
    "max_value": None,
    "min_length": None,
    "max_length": None,
    "name_localizations": None,
    "description_localizations": None,
}


async def sync_commands(
    client: discord.Client, tree: app_commands.CommandTree[Any], guild_id: int | None
) -> None:
    """Make Discord show exactly the commands of `tree`, in all servers or only in `guild_id`.

    The other scope is emptied: the same command in both would be listed twice. Other servers are
    not looked at.
    """
    wanted = [command.to_dict(tree) for command in tree.get_commands()]
    await _write_if_different(client, None, [] if guild_id else wanted)
    if guild_id:
        await _write_if_different(client, guild_id, wanted)


async def _write_if_different(
    client: discord.Client, guild_id: int | None, wanted: Sequence[dict[str, Any]]
) -> None:
    application_id = client.application_id or 0
    http = client.http
    registered: Sequence[Any]
    if guild_id:
        try:
            registered = await http.get_guild_commands(application_id, guild_id)
        except (discord.Forbidden, discord.NotFound) as error:
            problem = (
                f"COMMAND_GUILD_ID names a server that the bot is not in ({error.text}): invite it "
                "there with the scope applications.commands, or leave it empty "
                "(for example: 81384788765712384)"
            )
            raise SettingsError([problem]) from error
    else:
        registered = await http.get_global_commands(application_id)
    scope = f"server {guild_id}" if guild_id else "all servers"
    if comparable(registered) == comparable(wanted):
        log.info("the commands in %s are as they should be", scope)
        return
    payload: list[Any] = list(wanted)
    if guild_id:
        await http.bulk_upsert_guild_commands(application_id, guild_id, payload)
    else:
        await http.bulk_upsert_global_commands(application_id, payload)
    log.info("registered %d commands in %s", len(wanted), scope)


def comparable(commands: Sequence[Any]) -> dict[tuple[int, str], dict[str, Any]]:
    """Commands by type and name, with what Discord fills in or leaves out made equal."""
    return {
        (int(command.get("type", 1)), str(command["name"])): _normal(command, DEFAULTS)
        for command in commands
    }


def _normal(payload: Any, defaults: dict[str, Any]) -> dict[str, Any]:
    normal = {}
    for key, default in defaults.items():
        value = payload.get(key)
        normal[key] = default if value is None else value
    normal["options"] = [_normal(option, OPTION_DEFAULTS) for option in normal["options"]]
    for key in ("contexts", "integration_types"):
        if isinstance(normal.get(key), list):
            normal[key] = sorted(normal[key])
    if normal.get("default_member_permissions") is not None:
        normal["default_member_permissions"] = str(normal["default_member_permissions"])
    return normal
