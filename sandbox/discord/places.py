"""Guilds, channels and direct messages: how they come to be, change and go.

Discord docs: Events > Gateway Events > Channels, Guilds.
"""

from __future__ import annotations

from sandbox.discord import render
from sandbox.discord.enums import ChannelType
from sandbox.discord.model import Channel, Event, Guild, Overwrite, User
from sandbox.discord.state import State


class Places:
    def __init__(self, state: State) -> None:
        self._state = state

    def add_guild(self, guild: Guild) -> Guild:
        """A guild comes into being, or the bot is added to it: its bot learns of it at once."""
        self._state.guilds[guild.id] = guild
        for member in guild.members.values():
            self._state.users.setdefault(member.user.id, member.user)
        self._state.bus.emit(Event("GUILD_CREATE", render.guild_json(guild), guild_id=guild.id))
        return guild

    def add_channel(self, channel: Channel) -> Channel:
        """Add a guild channel; threads come from `threads`, direct messages from `open_dm`."""
        self._state.channels[channel.id] = channel
        self._emit_channel("CHANNEL_CREATE", channel)
        return channel

    def open_group(self, name: str, owner: User, *others: User) -> Channel:
        """A group of direct messages. Bots are never in one."""
        people = (owner, *others)
        channel = Channel(
            self._state.snowflakes.next(),
            ChannelType.GROUP_DM,
            name=name,
            owner_id=owner.id,
            recipients=people,
        )
        return self.add_channel(channel)

    def open_dm(self, one: User, other: User) -> Channel:
        """The direct message channel of the two, made if there is none yet."""
        pair = {one.id, other.id}
        for channel in self._state.channels.values():
            if channel.type is ChannelType.DM and {u.id for u in channel.recipients} == pair:
                return channel
        channel = Channel(self._state.snowflakes.next(), ChannelType.DM, recipients=(one, other))
        self._state.channels[channel.id] = channel
        self._emit_channel("CHANNEL_CREATE", channel)
        return channel

    def set_overwrite(self, channel: Channel, overwrite: Overwrite) -> None:
        """Grant or deny something in one channel; those who lose sight of it see it go."""
        before = self._state.viewers(channel)
        channel.overwrites[overwrite.id] = overwrite
        after = self._state.viewers(channel)
        shown = render.channel_json(channel)
        # A bot keeps getting CHANNEL_UPDATE for channels that it may no longer view.
        told = after | (before & {self._state.bot.id})
        for name, audience in (
            ("CHANNEL_UPDATE", told),
            ("CHANNEL_DELETE", before - told),
        ):
            self._state.bus.emit(
                Event(name, shown, channel.guild_id, channel.id, frozenset(audience))
            )

    def update_channel(self, channel: Channel) -> None:
        """Tell of a channel whose fields were changed."""
        name = "THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE"
        self._emit_channel(name, channel)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads and messages."""
        for thread in [c for c in self._state.channels.values() if c.parent_id == channel.id]:
            del self._state.channels[thread.id]
        audience = self._state.viewers(channel)
        del self._state.channels[channel.id]
        name = "THREAD_DELETE" if channel.thread else "CHANNEL_DELETE"
        shown = render.channel_json(channel)
        self._state.bus.emit(Event(name, shown, channel.guild_id, channel.id, audience))

    def remove_member(self, guild: Guild, user_id: int) -> None:
        """Someone leaves or is kicked; for the bot, the guild is gone."""
        member = guild.members.pop(user_id)
        told = {"guild_id": str(guild.id), "user": render.user_json(member.user)}
        self._state.bus.emit(Event("GUILD_MEMBER_REMOVE", told, guild_id=guild.id))
        gone = {"id": str(guild.id)}
        self._state.bus.emit(Event("GUILD_DELETE", gone, guild.id, audience=frozenset((user_id,))))

    def _emit_channel(self, name: str, channel: Channel) -> None:
        shown = render.channel_json(channel)
        self._state.bus.emit(Event(name, shown, channel.guild_id, channel.id))
