"""What the stand-in knows: users, guilds and channels, and who may see and do what.

Everything else in this package takes a `State` and adds what it knows of: messages, threads,
commands, interactions. `World` puts them together.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.clock import Clock
from sandbox.discord import errors
from sandbox.discord.cdn import Cdn
from sandbox.discord.enums import ChannelType
from sandbox.discord.events import EventBus
from sandbox.discord.model import Application, Channel, Event, Guild, Member, User
from sandbox.discord.permissions import (
    DIRECT_MESSAGE,
    NONE,
    Permissions,
    channel_permissions,
    guild_permissions,
)
from sandbox.discord.snowflake import Snowflakes


class State:
    """Everything happens in one event loop, so nothing here awaits."""

    def __init__(self, application: Application, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.snowflakes = Snowflakes(self.clock)
        self.cdn = Cdn(self.clock)
        self.application = application
        self.users = {user.id: user for user in (application.bot, application.owner)}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.bus = EventBus(self.sees)

    @property
    def bot(self) -> User:
        return self.application.bot

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def user(self, user_id: int) -> User:
        if user_id not in self.users:
            raise errors.unknown_user()
        return self.users[user_id]

    def guild(self, guild_id: int) -> Guild:
        if guild_id not in self.guilds:
            raise errors.unknown_guild()
        return self.guilds[guild_id]

    def channel(self, channel_id: int) -> Channel:
        if channel_id not in self.channels:
            raise errors.unknown_channel()
        return self.channels[channel_id]

    def guild_of(self, channel: Channel) -> Guild | None:
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def member(self, guild: Guild, user_id: int) -> Member:
        if user_id not in guild.members:
            raise errors.unknown_member()
        return guild.members[user_id]

    def user_named(self, name: str) -> User:
        """By display name or user name. Raises LookupError."""
        for user in self.users.values():
            if name in (user.display_name, user.username):
                return user
        raise LookupError(f"nobody here is called {name!r}")

    def guilds_of(self, user_id: int) -> list[Guild]:
        return [guild for guild in self.guilds.values() if user_id in guild.members]

    def channels_of(self, guild: Guild) -> list[Channel]:
        """The guild's channels without threads, in their order."""
        own = [c for c in self.channels.values() if c.guild_id == guild.id and c.thread is None]
        return sorted(own, key=lambda channel: (channel.position, channel.id))

    def visible_channels(self, user_id: int) -> list[Channel]:
        """Guild channels, threads and direct messages that the user sees, oldest first."""
        mine = (c for c in self.channels.values() if self.sees_channel(user_id, c))
        return sorted(mine, key=lambda channel: (channel.position, channel.id))

    def set_dms(self, user: User, *, accepted: bool) -> None:
        """The user's privacy setting: whether members of their guilds may write to them."""
        self._replace_user(replace(user, accepts_dms=accepted))

    def set_locale(self, user: User, locale: str) -> None:
        """The language of the user's client: the commands' names follow it."""
        self._replace_user(replace(user, locale=locale))

    def _replace_user(self, user: User) -> None:
        self.users[user.id] = user
        for guild in self.guilds_of(user.id):
            guild.members[user.id].user = user

    def permissions(self, user_id: int, channel: Channel) -> Permissions:
        """What a user may do in a channel; for threads, by their parent and membership."""
        guild = self.guild_of(channel)
        if guild is None:
            return DIRECT_MESSAGE if any(u.id == user_id for u in channel.recipients) else NONE
        if user_id not in guild.members:
            return NONE
        member = guild.members[user_id]
        if channel.thread is None:
            return channel_permissions(guild, member, channel)
        parent = self.channels[channel.parent_id or 0]
        granted = channel_permissions(guild, member, parent, in_thread=True)
        hidden = channel.type is ChannelType.PRIVATE_THREAD
        if hidden and user_id not in channel.thread.members:
            return granted if Permissions.MANAGE_THREADS in granted else NONE
        return granted

    def guild_permissions(self, user_id: int, guild: Guild) -> Permissions:
        return guild_permissions(guild, self.member(guild, user_id))

    def sees_channel(self, user_id: int, channel: Channel) -> bool:
        return Permissions.VIEW_CHANNEL in self.permissions(user_id, channel)

    def require(self, user_id: int, channel: Channel, *needed: Permissions) -> Permissions:
        """Raises 50001 where the channel can't be seen, and 50013 where a permission lacks."""
        granted = self.permissions(user_id, channel)
        if Permissions.VIEW_CHANNEL not in granted:
            raise errors.missing_access()
        if any(one not in granted for one in needed):
            raise errors.missing_permissions()
        return granted

    def viewers(self, channel: Channel) -> frozenset[int]:
        guild = self.guild_of(channel)
        candidates = guild.members if guild else [user.id for user in channel.recipients]
        return frozenset(one for one in candidates if self.sees_channel(one, channel))

    def sees(self, user_id: int, event: Event) -> bool:
        """Whether a user learns of an event."""
        if event.audience is not None:
            return user_id in event.audience
        channel = self.channels.get(event.channel_id or 0)
        if channel is not None:
            return self.sees_channel(user_id, channel)
        guild = self.guilds.get(event.guild_id or 0)
        return guild is not None and user_id in guild.members
