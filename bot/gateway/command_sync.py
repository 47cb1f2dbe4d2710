"""Registering the slash commands: compared first, written only where they differ."""

import logging
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bot.errors import NotDiscords, NotInServer
from bot.rest.answers import said_by_discord

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
CHOICE_DEFAULTS: dict[str, Any] = {"name": None, "value": None, "name_localizations": None}
# These say nothing of a single server's commands, and Discord does not give them back.
OF_ALL_SERVERS_ONLY = ("contexts", "integration_types", "dm_permission")
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
    http: discord.http.HTTPClient,
    application_id: int,
    tree: app_commands.CommandTree[Any],
    guild_id: int | None,
) -> dict[str, int]:
    """Make Discord show exactly the commands of `tree`, in all servers or only in `guild_id`. The
    ids of its slash commands.

    The other scope is emptied: the same command in both would be listed twice. Other servers are
    not looked at. May be repeated. Raises what discord.py does, and `NotInServer`.
    """
    wanted = await payloads(tree)
    shown = await _write_if_different(http, application_id, None, [] if guild_id else wanted)
    if guild_id:
        shown = await _write_if_different(http, application_id, guild_id, wanted)
    return {
        str(command["name"]): int(command["id"])
        for command in shown
        if "id" in command and int(command.get("type", 1)) == DEFAULTS["type"]
    }


async def payloads(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """The commands as they are registered, with their translations if the tree has a translator."""
    found = tree.get_commands()
    if tree.translator is None:
        return [command.to_dict(tree) for command in found]
    return [await command.get_translated_payload(tree, tree.translator) for command in found]


async def _write_if_different(
    http: discord.http.HTTPClient,
    application_id: int,
    guild_id: int | None,
    wanted: Sequence[dict[str, Any]],
) -> Sequence[Any]:
    """What Discord has then."""
    if guild_id:
        wanted = [_in_one_server(command) for command in wanted]
    found = await registered(http, application_id, guild_id)
    scope = f"server {guild_id}" if guild_id else "all servers"
    if comparable(found) == comparable(wanted):
        log.info("the commands in %s are as they should be", scope)
        return found
    payload: list[Any] = list(wanted)
    if guild_id:
        written = await http.bulk_upsert_guild_commands(application_id, guild_id, payload)
    else:
        written = await http.bulk_upsert_global_commands(application_id, payload)
    log.info("registered %d commands in %s", len(wanted), scope)
    return written


async def registered(
    http: discord.http.HTTPClient, application_id: int, guild_id: int | None
) -> Sequence[Any]:
    """What Discord has, with all translations; discord.py's own methods leave these out.

    Raises `NotInServer` if the bot is not in `guild_id`, and what discord.py does.
    """
    scope = f"/guilds/{guild_id}" if guild_id else ""
    route = Route("GET", f"/applications/{application_id}{scope}/commands")
    try:
        found: Any = await http.request(route, params={"with_localizations": "true"})
    except (discord.Forbidden, discord.NotFound) as error:
        if guild_id and said_by_discord(error):
            raise NotInServer(
                f"COMMAND_GUILD_ID names a server that the bot is not in ({error.text}): invite it "
                "there with the scope applications.commands, or leave it empty "
                "(for example: 81384788765712384)"
            ) from error
        raise
    if not isinstance(found, list):
        raise NotDiscords("the list of commands isn't Discord's: is a proxy in between?")
    return found


def _in_one_server(command: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in command.items() if key not in OF_ALL_SERVERS_ONLY}


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
        absent = value is None or (key.endswith("_localizations") and not value)
        normal[key] = default if absent else value
    for key, below in (("options", OPTION_DEFAULTS), ("choices", CHOICE_DEFAULTS)):
        if key in normal:
            normal[key] = [_normal(one, below) for one in normal[key]]
    for key in ("contexts", "integration_types"):
        if isinstance(normal.get(key), list):
            normal[key] = sorted(normal[key])
    if normal.get("default_member_permissions") is not None:
        normal["default_member_permissions"] = str(normal["default_member_permissions"])
    return normal
