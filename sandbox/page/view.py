"""What one member's client knows of the world, as JSON for the page.

Mostly Discord's own objects; where a member's client knows more than the bot (who is on the other
end of a direct message, the name of the command that was used), that is added here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.discord import render
from sandbox.discord.enums import ChannelType, InteractionType
from sandbox.discord.model import Channel, Event, Json, Member, User
from sandbox.discord.permissions import Permissions
from sandbox.discord.world import World

HISTORY_LIMIT = 200
_MESSAGE_EVENTS = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})
_CHANNEL_EVENTS = frozenset({"CHANNEL_CREATE", "CHANNEL_UPDATE"})
_PLAIN_EVENTS = frozenset(
    {
        "MESSAGE_DELETE",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        "CHANNEL_DELETE",
        "THREAD_CREATE",
        "THREAD_UPDATE",
        "THREAD_DELETE",
    }
)


class CommandNames:
    """The names of the commands that were used since the page is open, by interaction id.

    The API does not put them into a message's `interaction_metadata`; Discord's own clients show
    them above the answer.
    """

    def __init__(self, world: World) -> None:
        self._names: dict[str, str] = {}
        self._stop = world.bus.listen(self._hear)

    def close(self) -> None:
        self._stop()

    def of(self, metadata: Mapping[str, Any]) -> str | None:
        """The command a message answers; for a modal, the one that opened it."""
        origin = metadata.get("triggering_interaction_metadata") or metadata
        return self._names.get(origin["id"])

    def _hear(self, event: Event) -> None:
        payload = event.payload
        if event.name != "INTERACTION_CREATE":
            return
        if payload["type"] == InteractionType.APPLICATION_COMMAND:
            self._names[payload["id"]] = " ".join(_full_name(payload["data"]))


def _full_name(data: Mapping[str, Any]) -> Iterable[str]:
    """The words of a command with its subcommand, if it has one."""
    yield data["name"]
    for option in data.get("options", ()):
        if option["type"] in (1, 2):
            yield from _full_name(option)


def wished_member(world: World, user_id: str | None) -> User:
    """The member of that id, else the first who is no administrator. Never a bot.

    Raises LookupError for a world without people.
    """
    people = [user for user in world.users.values() if not user.bot]
    if not people:
        raise LookupError("nobody lives in this world")
    for user in people:
        if str(user.id) == user_id:
            return user
    return next((user for user in people if not _administers(world, user)), people[0])


def _administers(world: World, user: User) -> bool:
    return any(
        Permissions.ADMINISTRATOR in world.guild_permissions(user.id, guild)
        for guild in world.guilds_of(user.id)
    )


class View:
    """One member's view of the world."""

    def __init__(self, world: World, user: User, names: CommandNames) -> None:
        self.world = world
        self.user = user
        self._names = names
        self._guild = next(iter(world.guilds_of(user.id)), None)

    def snapshot(self) -> Json:
        """Everything but messages, as the page begins with it."""
        guild, channels = self._guild, self._channels()
        return {
            "me": str(self.user.id),
            "guild": None if guild is None else render.guild_json(guild),
            "members": [self._member(member) for member in guild.members.values()] if guild else [],
            "channels": [self._channel(channel) for channel in channels],
            "commands": self.commands(channels[0]) if channels else [],
        }

    def history(self, channel: Channel) -> list[Json]:
        """The channel's newest messages that the member sees, oldest first."""
        shown = self.world.visible_messages(channel.id, self.user.id, HISTORY_LIMIT)
        return [self._message(message) for message in shown]

    def commands(self, channel: Channel) -> list[Json]:
        return self.world.commands.usable(self.user.id, channel)

    def event(self, name: str, payload: Json) -> Json | None:
        """The payload as the page needs it, None for what does not concern the page."""
        if name in _MESSAGE_EVENTS:
            # Whose reactions are "me" is not in an event for everyone: the page keeps its own.
            return self._message({k: v for k, v in payload.items() if k != "reactions"})
        if name in _CHANNEL_EVENTS:
            channel = self.world.channels.get(int(payload["id"]))  # it may be gone by now
            return None if channel is None else self._channel(channel)
        return payload if name in _PLAIN_EVENTS else None

    def _channels(self) -> list[Channel]:
        guild_id = self._guild.id if self._guild else None
        seen = self.world.visible_channels(self.user.id)
        return [channel for channel in seen if channel.guild_id in (None, guild_id)]

    def _channel(self, channel: Channel) -> Json:
        shown = render.channel_json(channel)
        if channel.type is ChannelType.DM:
            shown["recipients"] = [render.user_json(user) for user in channel.recipients]
        return shown

    def _member(self, member: Member) -> Json:
        administrator = _administers(self.world, member.user)
        return render.member_json(member) | {"administrator": administrator}

    def _message(self, message: Json) -> Json:
        metadata = message.get("interaction_metadata")
        if metadata is None or metadata["type"] == InteractionType.MESSAGE_COMPONENT:
            return message
        name = self._names.of(metadata)
        return message | {"interaction_metadata": metadata | {"name": name}}
