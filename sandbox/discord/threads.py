"""Threads: made from a message or without one, or as a forum's posts.

Discord docs: Topics > Threads; Resources > Channel > Start Thread from Message, Start Thread in
Forum or Media Channel.
"""

from __future__ import annotations

from sandbox.discord import errors, render
from sandbox.discord.enums import ChannelType, MessageFlag, MessageType
from sandbox.discord.forms import Form
from sandbox.discord.member_files import upload_limit_bytes
from sandbox.discord.message_checks import check_sizes
from sandbox.discord.message_form import Draft
from sandbox.discord.messages import Messages, Origin
from sandbox.discord.model import Channel, Event, Message, Reference, Thread, User
from sandbox.discord.permissions import Permissions
from sandbox.discord.state import State

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
MAX_NAME = 100


class Threads:
    def __init__(self, state: State, messages: Messages) -> None:
        self._state = state
        self._messages = messages

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
        thread = self._thread(owner, invitable=invitable, minutes=minutes)
        channel_id = message.id if message else self._state.snowflakes.next()
        channel = _below(parent, channel_id, kind, name or "", thread)
        self._open(channel, owner)
        if message is not None:
            self._messages.mark(message, MessageFlag.HAS_THREAD)
            starter = Reference(parent.id, message.id, parent.guild_id)
            self._say(message.author, channel, MessageType.THREAD_STARTER_MESSAGE, starter)
        elif kind is not ChannelType.PRIVATE_THREAD:
            told = Reference(channel.id, None, parent.guild_id)
            self._say(owner, parent, MessageType.THREAD_CREATED, told, channel.name)
        return channel

    def start_post(
        self, owner: User, forum: Channel, form: Form, draft: Draft
    ) -> tuple[Channel, Message]:
        """A forum's post: a thread, and its first message of the same id."""
        name = form["name"].text(minimum=1, maximum=MAX_NAME, required=True)
        minutes = form["auto_archive_duration"].choice(ARCHIVE_MINUTES)
        form.errors.raise_if_any()
        if forum.type is not ChannelType.GUILD_FORUM:
            raise errors.wrong_channel_type()
        files = [Permissions.ATTACH_FILES] if draft.files else []
        self._state.require(owner.id, forum, Permissions.SEND_MESSAGES, *files)
        if draft.is_empty:
            raise errors.empty_message()
        check_sizes(draft.files, upload_limit_bytes(self._state, owner, forum))
        thread, thread_id = self._thread(owner, minutes=minutes), self._state.snowflakes.next()
        channel = _below(forum, thread_id, ChannelType.PUBLIC_THREAD, name or "", thread)
        self._open(channel, owner)
        origin = Origin(MessageType.DEFAULT)
        message = self._messages.add(owner, channel, draft, origin, message_id=thread_id)
        return channel, message

    def _thread(self, owner: User, *, invitable: bool = True, minutes: int | None) -> Thread:
        now = self._state.clock.now()
        wait = minutes or ARCHIVE_MINUTES[1]
        return Thread(owner.id, now, now, invitable=invitable, auto_archive_minutes=wait)

    def _say(
        self,
        author: User,
        channel: Channel,
        kind: MessageType,
        reference: Reference,
        content: str = "",
    ) -> None:
        """A message that Discord writes by itself."""
        self._messages.add(author, channel, Draft(content=content), Origin(kind, reference))

    def _check_may_start(
        self, owner: User, parent: Channel, kind: ChannelType, message: Message | None
    ) -> None:
        if parent.type not in (ChannelType.GUILD_TEXT, ChannelType.GUILD_ANNOUNCEMENT):
            raise errors.wrong_channel_type()
        private = kind is ChannelType.PRIVATE_THREAD
        needed = (
            Permissions.CREATE_PRIVATE_THREADS if private else Permissions.CREATE_PUBLIC_THREADS
        )
        self._state.require(owner.id, parent, needed)
        if message is not None and message.id in self._state.channels:
            raise errors.thread_exists()

    def _open(self, channel: Channel, owner: User) -> None:
        self._state.channels[channel.id] = channel
        if channel.thread is not None:
            channel.thread.members[owner.id] = self._state.clock.now()
        shown = render.channel_json(channel) | {"newly_created": True}
        self._state.bus.emit(Event("THREAD_CREATE", shown, channel.guild_id, channel.id))


def _below(
    parent: Channel, channel_id: int, kind: ChannelType, name: str, thread: Thread
) -> Channel:
    return Channel(
        id=channel_id,
        type=kind,
        guild_id=parent.guild_id,
        name=name,
        parent_id=parent.id,
        thread=thread,
    )
