"""Reactions to messages. Discord docs: Resources > Message > Create Reaction."""

from __future__ import annotations

from sandbox.discord import errors, render
from sandbox.discord.model import Channel, Event, Json, Message, User
from sandbox.discord.state import State

MAX_EMOJIS_PER_MESSAGE = 20
Emoji = tuple[int | None, str]


def parse_emoji(text: str) -> Emoji:
    """`🎵` or `name:id`, as it stands in the path. Raises 10014."""
    name, _, emoji_id = text.partition(":")
    if emoji_id.isascii() and emoji_id.isdigit() and len(emoji_id) <= 20:
        return int(emoji_id), name
    # A letter or a digit alone is no emoji; beyond that, all characters are taken for one.
    if emoji_id or not name or name.isalnum() or len(name) > 32:
        raise errors.unknown_emoji()
    return None, name


class Reactions:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, message: Message, emoji: Emoji, user: User) -> None:
        """React; once more is the same as once."""
        if emoji not in message.reactions and len(message.reactions) >= MAX_EMOJIS_PER_MESSAGE:
            raise errors.too_many_reactions()
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self._tell("MESSAGE_REACTION_ADD", message, emoji, user)

    def remove(self, message: Message, emoji: Emoji, user: User) -> None:
        users = message.reactions.get(emoji, [])
        if user in users:
            users.remove(user)
            self._tell("MESSAGE_REACTION_REMOVE", message, emoji, user)
        if not users:
            message.reactions.pop(emoji, None)

    def _tell(self, name: str, message: Message, emoji: Emoji, user: User) -> None:
        channel = self._state.channel(message.channel_id)
        told: Json = {
            "user_id": str(user.id),
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "emoji": {"id": render.optional_id(emoji[0]), "name": emoji[1]},
            "burst": False,
            "type": 0,
        }
        told |= self._place(channel, user, name)
        self._state.bus.emit(Event(name, told, channel.guild_id, channel.id))

    def _place(self, channel: Channel, user: User, name: str) -> Json:
        guild = self._state.guild_of(channel)
        if guild is None:
            return {}
        place: Json = {"guild_id": str(guild.id)}
        if name == "MESSAGE_REACTION_ADD" and user.id in guild.members:
            place["member"] = render.member_json(guild.members[user.id])
        return place
