"""What a member may look at, as Discord's own permissions have it."""

from typing import Any

import discord

Seen = discord.abc.GuildChannel | discord.Thread


def channels_seen_by(interaction: discord.Interaction[Any]) -> frozenset[int]:
    """The ids of the server's channels and threads whose history the member may read.

    Threads that are archived are not known to the bot, and of private ones not who is in them:
    they count only while the member is there, or may manage threads.
    """
    guild, member = interaction.guild, interaction.user
    here = {interaction.channel_id} if interaction.channel_id else set()
    if guild is None or not isinstance(member, discord.Member):
        return frozenset(here)
    channels: list[Seen] = [*guild.channels, *guild.threads]
    return frozenset(here | {channel.id for channel in channels if _sees(member, channel)})


def moderates_server(interaction: discord.Interaction[Any]) -> bool:
    """Whether the member may manage messages all over the server."""
    member = interaction.user
    return isinstance(member, discord.Member) and member.guild_permissions.manage_messages


def _sees(member: discord.Member, channel: Seen) -> bool:
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return False
    may = channel.permissions_for(member)
    if isinstance(channel, discord.Thread) and channel.is_private() and not may.manage_threads:
        return False
    return may.view_channel and may.read_message_history
