"""Threads: made from a message or without one, joined, archived, locked.

Discord docs: Topics > Threads; Resources > Channel > Start Thread from Message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.discord import errors, render
from sandbox.discord.enums import ChannelType, MessageFlag
from sandbox.discord.forms import Form
from sandbox.discord.model import Channel, Event, Json, Message, Thread, User
from sandbox.discord.permissions import Permissions

if TYPE_CHECKING:
    from sandbox.discord.world import World

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
MAX_NAME = 100


class Threads:
    def __init__(self, world: World) -> None:
        self._world = world

    def start(
        self, owner: User, parent: Channel, form: Form, *, message: Message | None = None
    ) -> Channel:
        """Start a thread from a request body (`name`, `auto_archive_duration`, `type`)."""
        name = form["name"].text(minimum=1, maximum=MAX_NAME, required=True)
        minutes = form["auto_archive_duration"].choice(ARCHIVE_MINUTES)
        kinds = (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)
        kind = ChannelType.PUBLIC_THREAD
        if message is None:
            # Without a type, the API still makes a private thread.
            kind = ChannelType(form["type"].choice(kinds) or ChannelType.PRIVATE_THREAD)
        invitable = form["invitable"].boolean(default=True)
        form.errors.raise_if_any()
        self._check_may_start(owner, parent, kind, message)
        now = self._world.clock.now()
        channel = Channel(
            id=message.id if message else self._world.snowflakes.next(),
            type=kind,
            guild_id=parent.guild_id,
            name=name or "",
            parent_id=parent.id,
            thread=Thread(
                owner.id, now, now, invitable=invitable, auto_archive_minutes=minutes or 1440
            ),
        )
        self._open(channel, owner, message)
        return channel

    def _check_may_start(
        self, owner: User, parent: Channel, kind: ChannelType, message: Message | None
    ) -> None:
        if parent.type not in (ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT):
            raise errors.wrong_channel_type()
        private = kind is ChannelType.PRIVATE_THREAD
        needed = (
            Permissions.CREATE_PRIVATE_THREADS if private else Permissions.CREATE_PUBLIC_THREADS
        )
        self._world.require(owner.id, parent, needed)
        if message is not None and message.id in self._world.channels:
            raise errors.thread_exists()

    def _open(self, channel: Channel, owner: User, message: Message | None) -> None:
        self._world.channels[channel.id] = channel
        if channel.thread is not None:
            channel.thread.members[owner.id] = self._world.clock.now()
        if message is not None:
            message.flags |= MessageFlag.HAS_THREAD
        shown = render.channel_json(channel) | {"newly_created": True}
        self._world.emit(Event("THREAD_CREATE", shown, channel.guild_id, channel.id))

    def join(self, channel: Channel, user_id: int) -> None:
        """Become a member of the thread; once more is the same as once."""
        if channel.thread is None:
            raise errors.wrong_channel_type()
        if user_id in channel.thread.members:
            return
        joined = channel.thread.members[user_id] = self._world.clock.now()
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
        self._world.emit(event)

    def check_writable(self, user_id: int, channel: Channel) -> None:
        """Writing opens an archived thread again. Raises 50083 if it is locked as well."""
        thread = channel.thread
        if thread is None or not thread.archived:
            return
        granted = self._world.permissions(user_id, channel)
        if thread.locked and Permissions.MANAGE_THREADS not in granted:
            raise errors.thread_archived()
        self.set_archived(channel, archived=False)

    def set_archived(self, channel: Channel, *, archived: bool, locked: bool | None = None) -> None:
        thread = channel.thread
        if thread is None:
            raise errors.wrong_channel_type()
        thread.archived = archived
        thread.locked = thread.locked if locked is None else locked
        thread.archive_timestamp = self._world.clock.now()
        self._world.update_channel(channel)
