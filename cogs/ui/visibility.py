"""What a member may look at, as Discord's own permissions have it."""

from functools import partial
from typing import Any

import discord

from bot.domain.visibility import Viewer

Seen = discord.abc.GuildChannel | discord.Thread


def viewer(interaction: discord.Interaction[Any]) -> Viewer:
    """Who looks, and from where."""
    return Viewer(
        member_id=interaction.user.id,
        guild_id=interaction.guild_id,
        sees=partial(sees, interaction),
    )


def sees(interaction: discord.Interaction[Any], channel_id: int) -> bool:
    """Whether the member may read the history of this channel or thread of the server.

    Threads that are archived are not known to the bot, and of private ones not who is in them:
    they count only while the member is there, or may manage threads.
    """
    if channel_id == interaction.channel_id:
        return True
    guild, member = interaction.guild, interaction.user
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    return isinstance(member, discord.Member) and channel is not None and _reads(member, channel)


def moderates_server(interaction: discord.Interaction[Any]) -> bool:
    """Whether the member may manage messages all over the server."""
    member = interaction.user
    return isinstance(member, discord.Member) and member.guild_permissions.manage_messages


def _reads(member: discord.Member, channel: Seen) -> bool:
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return False
    may = channel.permissions_for(member)
    if isinstance(channel, discord.Thread) and channel.is_private() and not may.manage_threads:
        return False
    return may.view_channel and may.read_message_history
