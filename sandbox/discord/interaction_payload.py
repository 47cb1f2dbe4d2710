"""INTERACTION_CREATE, complete as documented.

Discord docs: Interactions > Receiving and Responding > Interaction Object.
"""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.discord import render
from sandbox.discord.enums import CommandType, InteractionType, OptionType
from sandbox.discord.installs import Installs
from sandbox.discord.interaction import Interaction
from sandbox.discord.message_render import message_json
from sandbox.discord.model import Channel, Guild, Json, Message, User
from sandbox.discord.state import State


def metadata_json(
    interaction_id: int,
    kind: InteractionType,
    user: User,
    owners: Json,
    data: Json,
    *,
    message: Message | None,
    trigger: Json | None,
) -> Json:
    """What a message that answers the interaction says about it.

    Discord docs: Resources > Message > Message Interaction Metadata Object. The API also sends the
    command's `name` and `command_type`, which are not in it.
    """
    metadata: Json = {
        "id": str(interaction_id),
        "type": int(kind),
        "user": render.user_json(user),
        "authorizing_integration_owners": owners,
    }
    if kind is InteractionType.APPLICATION_COMMAND:
        metadata |= {"name": command_name(data), "command_type": data["type"]} | _target(data)
    if kind is InteractionType.MESSAGE_COMPONENT and message is not None:
        metadata["interacted_message_id"] = str(message.id)
    if kind is InteractionType.MODAL_SUBMIT and trigger is not None:
        metadata["triggering_interaction_metadata"] = trigger
    return metadata


def command_name(data: Json) -> str:
    """The words of a command, its sub-command included."""
    nested = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
    below = [command_name(one) for one in data.get("options", ()) if one["type"] in nested]
    return " ".join([data["name"], *below])


def _target(data: Json) -> Json:
    """What a context menu command was used on."""
    if data["type"] == CommandType.USER:
        return {"target_user": data["resolved"]["users"][data["target_id"]]}
    return {"target_message_id": data["target_id"]} if data["type"] == CommandType.MESSAGE else {}


def interaction_json(state: State, installs: Installs, interaction: Interaction) -> Json:
    """What the application receives."""
    channel = interaction.channel
    guild = state.guild_of(channel)
    user = interaction.user
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(state.application.id),
        "type": int(interaction.type),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": partial_channel_json(state, channel, user.id),
        "locale": user.locale,
        "app_permissions": str(int(installs.app_permissions(channel))),
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": interaction.owners,
        "context": int(installs.context(channel)),
        "attachment_size_limit": interaction.attachment_limit_bytes,
    }
    if guild is None:
        payload["user"] = render.user_json(user)
    else:
        payload |= _guild_part(state, guild, interaction)
    if interaction.message is not None:
        payload["message"] = message_json(state, interaction.message, user.id)
    return payload


def _guild_part(state: State, guild: Guild, interaction: Interaction) -> Json:
    member = guild.members[interaction.user.id]
    granted = state.permissions(member.user.id, interaction.channel)
    return {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.preferred_locale, "features": []},
        "guild_locale": guild.preferred_locale,
        "member": render.member_json(member) | {"permissions": str(int(granted))},
    }


def partial_channel_json(state: State, channel: Channel, user_id: int) -> Json:
    """A channel with the user's permissions in it, as interactions carry it."""
    granted = state.permissions(user_id, channel)
    return render.channel_json(channel) | {"permissions": str(int(granted))}


def resolved_json(
    state: State,
    channel: Channel,
    user_id: int,
    *,
    user_ids: Iterable[int] = (),
    role_ids: Iterable[int] = (),
    channel_ids: Iterable[int] = (),
    messages: Iterable[Message] = (),
) -> Json:
    """The objects that options or select values name by id; empty kinds are left out."""
    guild = state.guild_of(channel)
    members = guild.members if guild else {}
    users = list(user_ids)
    resolved: Json = {
        "users": {str(one): render.user_json(state.user(one)) for one in users},
        "members": {
            str(one): _member_in(state, members[one].user, channel)
            for one in users
            if one in members
        },
        "roles": {str(one): render.role_json(guild.roles[one]) for one in role_ids if guild},
        "channels": {
            str(one): partial_channel_json(state, state.channel(one), user_id)
            for one in channel_ids
        },
        "messages": {str(m.id): message_json(state, m, user_id) for m in messages},
    }
    return {kind: objects for kind, objects in resolved.items() if objects}


def _member_in(state: State, user: User, channel: Channel) -> Json:
    guild = state.guild_of(channel)
    if guild is None:
        return {}
    granted = state.permissions(user.id, channel)
    shown = render.member_json(guild.members[user.id], with_user=False)
    return shown | {"permissions": str(int(granted))}
