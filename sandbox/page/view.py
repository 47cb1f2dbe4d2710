"""What one member's client knows of the world, as JSON for the page.

Mostly Discord's own objects; where a member's client knows more than the bot (who is on the other
end of a direct message, what the member may do in a channel), that is added here.
"""

from __future__ import annotations

from sandbox.discord import render
from sandbox.discord.enums import ChannelType
from sandbox.discord.interaction_payload import partial_channel_json
from sandbox.discord.localization import localized
from sandbox.discord.message_render import visible_messages
from sandbox.discord.model import Channel, Guild, Json, Member, User
from sandbox.discord.permissions import Permissions
from sandbox.discord.world import World

HISTORY_PAGE = 100
_MESSAGE_EVENTS = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})
_CHANNEL_EVENTS = frozenset({"CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE"})
_PLAIN_EVENTS = frozenset(
    {
        "MESSAGE_DELETE",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        "CHANNEL_DELETE",
        "THREAD_DELETE",
    }
)


def wished_member(world: World, user_id: str | None) -> User:
    """The member of that id, else the first who is no administrator. Never a bot.

    Raises LookupError for a world without people.
    """
    people = [user for user in world.state.users.values() if not user.bot]
    if not people:
        raise LookupError("nobody lives in this world")
    for user in people:
        if str(user.id) == user_id:
            return user
    plain = (user for user in people if not any(_rules(world, user, g) for g in world.state.guilds))
    return next(plain, people[0])


def _rules(world: World, user: User, guild_id: int) -> bool:
    """Whether the user is an administrator of a guild."""
    guild = world.state.guild(guild_id)
    if user.id not in guild.members:
        return False
    return Permissions.ADMINISTRATOR in world.state.guild_permissions(user.id, guild)


class View:
    """One member's view of the world."""

    def __init__(self, world: World, user_id: int) -> None:
        self.world = world
        self.user_id = user_id

    @property
    def user(self) -> User:
        return self.world.state.users[self.user_id]

    def snapshot(self) -> Json:
        """Everything but messages and commands, as the page begins with it."""
        world = self.world
        return {
            "me": str(self.user_id),
            "users": [render.user_json(user) for user in world.state.users.values()],
            "guilds": [self._guild(guild) for guild in world.state.guilds_of(self.user_id)],
            "channels": [self._channel(one) for one in world.state.visible_channels(self.user_id)],
        }

    def history(self, channel: Channel, before: int | None = None) -> list[Json]:
        """A page of the messages that the member sees, oldest first: the newest, or older ones."""
        return visible_messages(
            self.world.state, channel, self.user_id, HISTORY_PAGE, before=before
        )

    def commands(self, channel: Channel) -> list[Json]:
        """What can be used in a channel, named in the member's language."""
        usable = self.world.commands.usable(self.user_id, channel)
        return [localized(command, self.user.locale) for command in usable]

    def event(self, name: str, payload: Json) -> Json | None:
        """The payload as the page needs it, None for what does not concern the page."""
        if name in _MESSAGE_EVENTS:
            # Whose reactions are "me" is not in an event for everyone: the page keeps its own.
            return {key: value for key, value in payload.items() if key != "reactions"}
        if name in _CHANNEL_EVENTS:
            channel = self.world.state.channels.get(int(payload["id"]))  # it may be gone by now
            return None if channel is None else self._channel(channel)
        return payload if name in _PLAIN_EVENTS else None

    def _channel(self, channel: Channel) -> Json:
        shown = partial_channel_json(self.world.state, channel, self.user_id)
        if channel.type in (ChannelType.DM, ChannelType.GROUP_DM):
            shown["recipients"] = [render.user_json(user) for user in channel.recipients]
        return shown

    def _guild(self, guild: Guild) -> Json:
        members = [self._member(guild, member) for member in guild.members.values()]
        return render.guild_json(guild) | {"members": members}

    def _member(self, guild: Guild, member: Member) -> Json:
        administrator = _rules(self.world, member.user, guild.id)
        return render.member_json(member) | {"administrator": administrator}
