"""Who is a member of a thread.

Discord docs: Resources > Channel > Join Thread, Leave Thread.
"""

from __future__ import annotations

from sandbox.discord import errors, render
from sandbox.discord.model import Channel, Event, Json
from sandbox.discord.state import State


class ThreadMembers:
    def __init__(self, state: State) -> None:
        self._state = state

    def join(self, channel: Channel, user_id: int) -> None:
        """Become a member of the thread; once more is the same as once."""
        if channel.thread is None:
            raise errors.wrong_channel_type()
        if user_id in channel.thread.members:
            return
        joined = channel.thread.members[user_id] = self._state.clock.now()
        member = render.thread_member_json(channel, user_id, joined)
        self._tell_members(channel, {"added_members": [member]})

    def leave(self, channel: Channel, user_id: int) -> None:
        if channel.thread is None:
            raise errors.wrong_channel_type()
        if channel.thread.members.pop(user_id, None) is not None:
            self._tell_members(channel, {"removed_member_ids": [str(user_id)]})

    def _tell_members(self, channel: Channel, change: Json) -> None:
        if channel.thread is None:
            return
        told = {
            "id": str(channel.id),
            "guild_id": str(channel.guild_id),
            "member_count": min(len(channel.thread.members), 50),
        }
        event = Event("THREAD_MEMBERS_UPDATE", told | change, channel.guild_id, channel.id)
        self._state.bus.emit(event)
