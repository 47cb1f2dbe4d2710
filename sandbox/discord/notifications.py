"""Who was notified by what: recorded for tests, as each member's client would have shown it.

Only new messages notify; an edit never does, whomever it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sandbox.discord.enums import ChannelType, MessageFlag
from sandbox.discord.model import Channel, Guild, Message
from sandbox.discord.state import State

_PRIVATE = (ChannelType.DM, ChannelType.GROUP_DM)
_SILENT = MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.EPHEMERAL


@dataclass(frozen=True)
class Ping:
    """One member, notified by one message. `content` is what it said at that moment."""

    user_id: int
    message_id: int
    channel_id: int
    author_id: int
    content: str
    at: datetime


class Notifications:
    def __init__(self, state: State) -> None:
        self._state = state
        self.pings: list[Ping] = []

    def note(self, message: Message, channel: Channel) -> None:
        """Record whom a new message notifies."""
        if message.flags & _SILENT or message.seen_only_by is not None:
            return
        now = self._state.clock.now()
        for user_id in sorted(self._addressed(message, channel)):
            if user_id != message.author.id and self._state.sees_channel(user_id, channel):
                self.pings.append(
                    Ping(user_id, message.id, channel.id, message.author.id, message.content, now)
                )

    def _addressed(self, message: Message, channel: Channel) -> set[int]:
        guild = self._state.guild_of(channel)
        named = {user.id for user in message.mentioned}
        if channel.type in _PRIVATE or guild is None:
            return named | {user.id for user in channel.recipients}
        if message.mention_everyone:
            return set(guild.members)
        return named | _holders(guild, message.mentioned_role_ids)


def _holders(guild: Guild, role_ids: list[int]) -> set[int]:
    """Those who have one of the roles."""
    return {
        member.user.id
        for member in guild.members.values()
        if any(role_id in member.role_ids for role_id in role_ids)
    }
