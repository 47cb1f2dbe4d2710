"""The state of a small Discord: who is there, where they talk, and what they may do.

`World` owns users, guilds and channels, and decides who sees what. What happens to messages,
interactions, threads and commands is in the services of those names that hang on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sandbox.clock import Clock
from sandbox.discord import errors, render
from sandbox.discord.cdn import Cdn
from sandbox.discord.commands import Commands
from sandbox.discord.enums import ChannelType
from sandbox.discord.events import EventBus, Subscription
from sandbox.discord.installs import Installs
from sandbox.discord.interactions import Interactions
from sandbox.discord.message_render import message_json
from sandbox.discord.messages import Messages
from sandbox.discord.model import (
    Application,
    Channel,
    Event,
    Guild,
    Json,
    Member,
    Message,
    Overwrite,
    User,
)
from sandbox.discord.notifications import Notifications, Ping
from sandbox.discord.permissions import (
    DIRECT_MESSAGE,
    NONE,
    Permissions,
    channel_permissions,
    guild_permissions,
)
from sandbox.discord.reactions import Reactions
from sandbox.discord.snowflake import Snowflakes
from sandbox.discord.threads import Threads


class World:
    """All that Discord knows. Everything happens in one event loop, so nothing here awaits."""

    def __init__(self, application: Application, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.snowflakes = Snowflakes(self.clock)
        self.cdn = Cdn(self.clock)
        self.application = application
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.bus = EventBus(self.sees)
        self.messages = Messages(self)
        self.reactions = Reactions(self)
        self.threads = Threads(self)
        self.commands = Commands(self)
        self.interactions = Interactions(self)
        self.installs = Installs(self)
        self.notifications = Notifications(self)
        self.add_user(application.bot)
        self.add_user(application.owner)

    @property
    def bot(self) -> User:
        return self.application.bot

    @property
    def pings(self) -> list[Ping]:
        """Whom new messages notified so far, oldest first."""
        return self.notifications.pings

    # Who and what there is

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def add_guild(self, guild: Guild) -> Guild:
        """A guild comes into being, or the bot is added to it: its bot learns of it at once."""
        self.guilds[guild.id] = guild
        for member in guild.members.values():
            self.users.setdefault(member.user.id, member.user)
        self.emit(Event("GUILD_CREATE", render.guild_json(guild), guild_id=guild.id))
        return guild

    def add_channel(self, channel: Channel) -> Channel:
        """Add a guild channel; threads come from `threads`, direct messages from `open_dm`."""
        self.channels[channel.id] = channel
        self._emit_channel("CHANNEL_CREATE", channel)
        return channel

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

    # What one may do

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

    # What changes

    def open_group(self, name: str, owner: User, *others: User) -> Channel:
        """A group of direct messages. Bots are never in one."""
        people = (owner, *others)
        channel = Channel(
            self.snowflakes.next(),
            ChannelType.GROUP_DM,
            name=name,
            owner_id=owner.id,
            recipients=people,
        )
        return self.add_channel(channel)

    def open_dm(self, one: User, other: User) -> Channel:
        """The direct message channel of the two, made if there is none yet."""
        pair = {one.id, other.id}
        for channel in self.channels.values():
            if channel.type is ChannelType.DM and {u.id for u in channel.recipients} == pair:
                return channel
        channel = Channel(self.snowflakes.next(), ChannelType.DM, recipients=(one, other))
        self.channels[channel.id] = channel
        self._emit_channel("CHANNEL_CREATE", channel)
        return channel

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

    def set_overwrite(self, channel: Channel, overwrite: Overwrite) -> None:
        """Grant or deny something in one channel; those who lose sight of it see it go."""
        before = self.viewers(channel)
        channel.overwrites[overwrite.id] = overwrite
        after = self.viewers(channel)
        shown = render.channel_json(channel)
        # A bot keeps getting CHANNEL_UPDATE for channels that it may no longer view.
        told = after | (before & {self.bot.id})
        for name, audience in (
            ("CHANNEL_UPDATE", told),
            ("CHANNEL_DELETE", before - told),
        ):
            self.emit(Event(name, shown, channel.guild_id, channel.id, frozenset(audience)))

    def update_channel(self, channel: Channel) -> None:
        """Tell of a channel whose fields were changed."""
        name = "THREAD_UPDATE" if channel.thread else "CHANNEL_UPDATE"
        self._emit_channel(name, channel)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads and messages."""
        for thread in [c for c in self.channels.values() if c.parent_id == channel.id]:
            del self.channels[thread.id]
        audience = self.viewers(channel)
        del self.channels[channel.id]
        name = "THREAD_DELETE" if channel.thread else "CHANNEL_DELETE"
        shown = render.channel_json(channel)
        self.emit(Event(name, shown, channel.guild_id, channel.id, audience))

    def remove_member(self, guild: Guild, user_id: int) -> None:
        """Someone leaves or is kicked; for the bot, the guild is gone."""
        member = guild.members.pop(user_id)
        told = {"guild_id": str(guild.id), "user": render.user_json(member.user)}
        self.emit(Event("GUILD_MEMBER_REMOVE", told, guild_id=guild.id))
        gone = {"id": str(guild.id)}
        self.emit(Event("GUILD_DELETE", gone, guild.id, audience=frozenset((user_id,))))

    def viewers(self, channel: Channel) -> frozenset[int]:
        guild = self.guild_of(channel)
        candidates = guild.members if guild else [user.id for user in channel.recipients]
        return frozenset(one for one in candidates if self.sees_channel(one, channel))

    # What is told

    def emit(self, event: Event) -> None:
        self.bus.emit(event)

    def _emit_channel(self, name: str, channel: Channel) -> None:
        shown = render.channel_json(channel)
        self.emit(Event(name, shown, channel.guild_id, channel.id))

    def sees(self, user_id: int, event: Event) -> bool:
        """Whether a user learns of an event."""
        if event.audience is not None:
            return user_id in event.audience
        channel = self.channels.get(event.channel_id or 0)
        if channel is not None:
            return self.sees_channel(user_id, channel)
        guild = self.guilds.get(event.guild_id or 0)
        return guild is not None and user_id in guild.members

    def subscribe(self, user_id: int | str) -> Subscription:
        """What happens from now on, as that user sees it; close it when done."""
        return self.bus.subscribe(int(user_id))

    async def wait_until(self, holds: Callable[[], bool], timeout_s: float = 10) -> None:
        """Wait until something is so, looking after each event. Raises TimeoutError."""
        await self.bus.wait_until(holds, timeout_s)

    def shown_messages(self, channel: Channel, user_id: int) -> list[Message]:
        """The messages of a channel that the user sees, oldest first."""
        return [m for m in channel.messages.values() if m.seen_only_by in (None, user_id)]

    def visible_messages(
        self,
        channel_id: int | str,
        user_id: int | str,
        limit: int = 50,
        *,
        before: int | None = None,
    ) -> list[Json]:
        """The newest `limit` messages that the user sees in a channel, as JSON, oldest first.

        With `before`, the newest of those that are older than that message.
        """
        viewer, channel = int(user_id), self.channel(int(channel_id))
        if Permissions.READ_MESSAGE_HISTORY not in self.permissions(viewer, channel):
            return []
        shown = self.shown_messages(channel, viewer)
        if before is not None:
            shown = [message for message in shown if message.id < before]
        return [message_json(self, message, viewer) for message in shown[-limit:]]
