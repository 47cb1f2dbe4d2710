"""Interactions as discord.py reads them from what Discord sends; the client has no connection."""

from typing import Any, cast

import discord
from discord.http import Route

from bot.client import ComposeClient, Interaction
from bot.services import Services
from tests.factories import CHANNEL_ID, MEMBER_ID

COMMAND, COMPONENT, MODAL = 2, 3, 5
APP_ID, GUILD_ID, BOT_DM = 900, 400, 1
USER: Any = {"id": str(MEMBER_ID), "username": "ben", "discriminator": "0", "avatar": None}
BY_USER, BY_GUILD = {"1": str(MEMBER_ID)}, {"0": str(GUILD_ID)}
MIB = 1 << 20


class FakeServices:
    """Whatever a test gives it, by the names of `Services`; nothing else is there."""

    def __init__(self, **parts: object) -> None:
        self.busy_member_ids: set[int] = set()
        vars(self).update(parts)


def a_client(**parts: object) -> ComposeClient:
    """One with these services."""
    client = ComposeClient(api_url=Route.BASE, command_guild_id=None)
    state: Any = client._connection
    state.user = discord.ClientUser(
        state=state, data=USER | {"id": str(APP_ID)}
    )  # as after a login
    client.serve(cast("Services", FakeServices(**parts)))
    return client


def an_interaction(client: ComposeClient | None = None, **payload: Any) -> Interaction:
    """A command in the bot's direct messages, unless told otherwise."""
    usual = {
        "id": "7",
        "application_id": str(APP_ID),
        "type": COMMAND,
        "token": "token",
        "version": 1,
        "channel_id": str(CHANNEL_ID),
        "app_permissions": "0",
        "authorizing_integration_owners": BY_USER,
        "context": BOT_DM,
        "attachment_size_limit": 500 * MIB,
        "user": USER,
    }
    state: Any = (client or a_client())._connection
    data: Any = usual | payload
    return discord.Interaction(data=data, state=state)


def in_guild(owners: dict[str, str]) -> dict[str, Any]:
    """What is different in a server."""
    member = {"user": USER, "roles": [], "flags": 0, "permissions": "0", "joined_at": None}
    return {
        "guild_id": str(GUILD_ID),
        "guild": {"id": str(GUILD_ID), "features": [], "locale": "en-US"},
        "member": member | {"deaf": False, "mute": False},
        "context": 0,
        "authorizing_integration_owners": owners,
    }


def a_press(custom_id: str, *values: str, **message: Any) -> dict[str, Any]:
    """What is different when a button is pressed, or something chosen in a select."""
    data = {"custom_id": custom_id, "component_type": 3 if values else 2, "values": list(values)}
    return {"type": COMPONENT, "data": data, "message": a_message(custom_id, **message)}


def a_dialog(custom_id: str, *files: dict[str, Any]) -> dict[str, Any]:
    """What is different when a dialog is sent, with these files in it."""
    resolved = {"resolved": {"attachments": {file["id"]: file for file in files}}}
    data = {"custom_id": custom_id, "components": [], **(resolved if files else {})}
    return {"type": MODAL, "data": data}


def a_message(*custom_ids: str, **changes: Any) -> dict[str, Any]:
    """A message of the bot with these buttons."""
    items = [{"type": 2, "style": 2, "label": "x", "custom_id": one} for one in custom_ids]
    usual: dict[str, Any] = {
        "id": "8",
        "channel_id": str(CHANNEL_ID),
        "author": USER | {"id": str(APP_ID)},
        "content": "",
        "embeds": [],
        "attachments": [],
        "components": [{"type": 1, "components": items}] if items else [],
        "flags": 0,
        "type": 0,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "pinned": False,
        "tts": False,
    }
    return usual | changes
