"""Posting, changing and deleting messages, for bots and members alike.

Discord docs: Resources > Message.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.discord import errors
from sandbox.discord.cdn import content_type_of, image_size
from sandbox.discord.enums import ChannelType, MessageFlag, MessageType
from sandbox.discord.forms import Form
from sandbox.discord.member_files import upload_limit_bytes
from sandbox.discord.mentions import resolve_mentions
from sandbox.discord.message_checks import check_sizes, check_voice_message
from sandbox.discord.message_form import Draft, Edit, NewFile, ReplyTo
from sandbox.discord.message_render import message_event
from sandbox.discord.model import (
    NO_FLAGS,
    Attachment,
    Channel,
    Event,
    Json,
    Message,
    Reference,
    User,
)
from sandbox.discord.notifications import Notifications
from sandbox.discord.permissions import Permissions
from sandbox.discord.state import State
from sandbox.discord.thread_archive import ThreadArchive
from sandbox.discord.thread_members import ThreadMembers

NONCE_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Origin:
    """What sets a message apart that came from an interaction."""

    type: MessageType
    reference: Reference | None = None
    webhook_id: int | None = None
    interaction_metadata: Json | None = None
    interaction: Json | None = None
    seen_only_by: int | None = None
    flags: MessageFlag = NO_FLAGS


class Messages:
    """All messages go through here; they live in their channels, in the order of their ids."""

    def __init__(
        self,
        state: State,
        notifications: Notifications,
        thread_members: ThreadMembers,
        thread_archive: ThreadArchive,
    ) -> None:
        self._state = state
        self._notifications = notifications
        self._thread_members = thread_members
        self._thread_archive = thread_archive
        self._nonces: dict[tuple[int, str], tuple[datetime, Message]] = {}

    def find(self, channel: Channel, message_id: int, viewer_id: int) -> Message:
        """Raises 10008 for a message that isn't there or is for someone else's eyes."""
        message = channel.messages.get(message_id)
        if message is None or message.seen_only_by not in (None, viewer_id):
            raise errors.unknown_message()
        return message

    def post(self, author: User, channel: Channel, draft: Draft) -> Message:
        """Create a message, as `POST /channels/{id}/messages` does.

        A nonce that was used within `NONCE_WINDOW` gives the first message again, if enforced.
        """
        granted = self._check_may_post(author, channel, draft)
        if draft.is_empty:
            raise errors.empty_message()
        check_sizes(draft.files, self._upload_limit_bytes(author, channel))
        if draft.enforce_nonce and (earlier := self._recent(author, draft.nonce)):
            return earlier
        origin = Origin(MessageType.DEFAULT)
        if draft.reply_to is not None:
            origin = self._reply(author, channel, draft.reply_to)
        everyone = Permissions.MENTION_EVERYONE in granted
        self._wake(author, channel)
        return self.add(author, channel, draft, origin, may_mention_everyone=everyone)

    def _check_may_post(self, author: User, channel: Channel, draft: Draft) -> Permissions:
        if not channel.type.holds_messages:
            raise errors.no_text_channel()
        if channel.type is ChannelType.DM:
            self._check_may_write_to(author, channel)
        needed = [Permissions.SEND_MESSAGES]
        if draft.files:
            needed.append(Permissions.ATTACH_FILES)
        if draft.embeds:
            needed.append(Permissions.EMBED_LINKS)
        if draft.tts:
            needed.append(Permissions.SEND_TTS_MESSAGES)
        if MessageFlag.IS_VOICE_MESSAGE in draft.flags:
            needed.append(Permissions.SEND_VOICE_MESSAGES)
            check_voice_message(draft)
        return self._state.require(author.id, channel, *needed)

    def _check_may_write_to(self, author: User, channel: Channel) -> None:
        """In direct messages the other must allow it and, for a bot, share a guild with it."""
        guilds = self._state.guilds_of(author.id)
        for other in (self._state.users[u.id] for u in channel.recipients if u.id != author.id):
            if not other.accepts_dms:
                raise errors.cannot_message_user()
            if author.bot and not any(other.id in guild.members for guild in guilds):
                raise errors.no_mutual_guilds()

    def _upload_limit_bytes(self, author: User, channel: Channel) -> int:
        return upload_limit_bytes(self._state, author, channel)

    def _recent(self, author: User, nonce: str | int | None) -> Message | None:
        found = None if nonce is None else self._nonces.get((author.id, str(nonce)))
        if found is None or self._state.clock.now() - found[0] > NONCE_WINDOW:
            return None
        return found[1]

    def _reply(self, author: User, channel: Channel, wanted: ReplyTo) -> Origin:
        granted = self._state.permissions(author.id, channel)
        if Permissions.READ_MESSAGE_HISTORY not in granted:
            raise errors.reply_needs_history()
        original = channel.messages.get(wanted.message_id)
        elsewhere = wanted.channel_id not in (None, channel.id)
        if elsewhere or original is None or original.seen_only_by is not None:
            if wanted.fail_if_not_exists or elsewhere:
                form = Form({})["message_reference"]
                form.reject("REPLIES_UNKNOWN_MESSAGE", "Unknown message")
                form.errors.raise_if_any()
            return Origin(MessageType.DEFAULT)
        return Origin(MessageType.REPLY, Reference(channel.id, wanted.message_id, channel.guild_id))

    def _wake(self, author: User, channel: Channel) -> None:
        """Writing in an archived thread opens it again, unless it is locked."""
        if channel.thread is not None:
            self._thread_archive.check_writable(author.id, channel)
            self._thread_members.join(channel, author.id)

    def add(
        self,
        author: User,
        channel: Channel,
        draft: Draft,
        origin: Origin,
        *,
        may_mention_everyone: bool = True,
        message_id: int | None = None,
    ) -> Message:
        """Put a message into the channel, whatever the author may do, and tell of it.

        `message_id` is given where it has to be the thread's.
        """
        message = Message(
            id=message_id or self._state.snowflakes.next(),
            channel_id=channel.id,
            author=author,
            content=draft.content,
            type=origin.type,
            embeds=list(draft.embeds),
            components=list(draft.components),
            flags=draft.flags | origin.flags,
            tts=draft.tts,
            reference=origin.reference,
            nonce=draft.nonce,
            seen_only_by=origin.seen_only_by,
            interaction_metadata=origin.interaction_metadata,
            interaction=origin.interaction,
            webhook_id=origin.webhook_id,
            application_id=self._state.application.id if author.bot else None,
        )
        message.attachments = self._store(message, draft.files)
        resolve_mentions(
            self._state, message, channel, draft.allowed_mentions, everyone=may_mention_everyone
        )
        channel.messages[message.id] = message
        channel.last_message_id = message.id
        if channel.thread is not None and origin.type is not MessageType.THREAD_STARTER_MESSAGE:
            channel.thread.total_messages += 1
        if draft.nonce is not None:
            self._nonces[author.id, str(draft.nonce)] = (self._state.clock.now(), message)
        self._tell("MESSAGE_CREATE", message, channel)
        self._notifications.note(message, channel)
        return message

    def _store(self, message: Message, files: Iterable[NewFile]) -> list[Attachment]:
        stored = []
        for file in files:
            width, height = image_size(file.data) or (None, None)
            attachment = Attachment(
                id=self._state.snowflakes.next(),
                channel_id=message.channel_id,
                filename=file.filename,
                content_type=content_type_of(file.filename),
                data=file.data,
                description=file.description,
                title=file.title,
                width=width,
                height=height,
                duration_s=file.duration_s,
                waveform=file.waveform,
                ephemeral=message.seen_only_by is not None,
            )
            self._state.cdn.publish(attachment)
            stored.append(attachment)
        return stored

    def edit(self, message: Message, edit: Edit, *, limit_bytes: int | None = None) -> Message:
        """Change a message and tell of it; `limit_bytes` is the interaction's upload limit.

        The first filling of a "thinking" message does not count as an edit.
        """
        channel = self._state.channel(message.channel_id)
        check_sizes(edit.files, limit_bytes or self._upload_limit_bytes(message.author, channel))
        if channel.thread is not None and channel.thread.archived:
            raise errors.thread_archived()
        changed = self._merged(message, edit)
        if changed.is_empty:
            raise errors.empty_message()
        first_filling = MessageFlag.LOADING in message.flags
        message.content = changed.content
        message.embeds = list(changed.embeds)
        message.components = list(changed.components)
        message.flags = changed.flags
        self._change_attachments(message, edit)
        if edit.content is not None or edit.components is not None:
            resolve_mentions(self._state, message, channel, edit.allowed_mentions, everyone=True)
        message.edited_at = None if first_filling else self._state.clock.now()
        self._tell("MESSAGE_UPDATE", message, channel)
        return message

    def _merged(self, message: Message, edit: Edit) -> Draft:
        """What the message would hold after the edit (of its files, only whether any are left)."""
        kept = [a for a in message.attachments if _is_kept(a, edit)]
        left = [NewFile(a.filename, b"") for a in kept]
        keep_flags = message.flags & ~(MessageFlag.LOADING | MessageFlag.SUPPRESS_EMBEDS)
        flags = message.flags if edit.flags is None else keep_flags | edit.flags
        return Draft(
            content=message.content if edit.content is None else edit.content,
            embeds=message.embeds if edit.embeds is None else edit.embeds,
            components=message.components if edit.components is None else edit.components,
            files=[*left, *edit.files],
            flags=flags & ~MessageFlag.LOADING,
        )

    def _change_attachments(self, message: Message, edit: Edit) -> None:
        changes = edit.kept or {}
        kept = []
        for attachment in message.attachments:
            if _is_kept(attachment, edit):
                kept.append(replace(attachment, **changes.get(attachment.id, {})))
            else:
                self._state.cdn.withdraw(attachment)
        message.attachments = kept + self._store(message, edit.files)

    def mark(self, message: Message, flag: MessageFlag) -> None:
        """Set a flag that Discord sets by itself, and tell of it."""
        message.flags |= flag
        self._tell("MESSAGE_UPDATE", message, self._state.channel(message.channel_id))

    def suppress_embeds(self, message: Message, *, suppressed: bool) -> None:
        """What MANAGE_MESSAGES allows with others' messages."""
        flag = MessageFlag.SUPPRESS_EMBEDS
        message.flags = message.flags | flag if suppressed else message.flags & ~flag
        self._tell("MESSAGE_UPDATE", message, self._state.channel(message.channel_id))

    def delete(self, message: Message) -> None:
        """Delete a message and its files, and tell of it."""
        channel = self._state.channel(message.channel_id)
        channel.messages.pop(message.id, None)
        for attachment in message.attachments:
            self._state.cdn.withdraw(attachment)
        gone: Json = {"id": str(message.id), "channel_id": str(channel.id)}
        if channel.guild_id is not None:
            gone["guild_id"] = str(channel.guild_id)
        self._state.bus.emit(
            Event("MESSAGE_DELETE", gone, channel.guild_id, channel.id, _audience(message))
        )

    def pin(self, message: Message, *, pinned: bool) -> None:
        now = self._state.clock.now()
        message.pinned_at = now if pinned else None
        self._tell("MESSAGE_UPDATE", message, self._state.channel(message.channel_id))

    def _tell(self, name: str, message: Message, channel: Channel) -> None:
        shown = message_event(self._state, message, channel)
        if name == "MESSAGE_CREATE" and message.nonce is not None:
            shown["nonce"] = message.nonce
        audience = _audience(message)
        self._state.bus.emit(Event(name, shown, channel.guild_id, channel.id, audience, message))


def _is_kept(attachment: Attachment, edit: Edit) -> bool:
    return edit.kept is None or attachment.id in edit.kept


def _audience(message: Message) -> frozenset[int] | None:
    return None if message.seen_only_by is None else frozenset((message.seen_only_by,))
