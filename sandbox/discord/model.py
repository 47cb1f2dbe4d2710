"""What the world is made of. Ids are integers here and strings on the wire (`render.py`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.discord.enums import ChannelType, Intents, MessageFlag, MessageType
from sandbox.discord.snowflake import created_at

Json = dict[str, Any]

NO_INTENTS = Intents(0)
NO_FLAGS = MessageFlag(0)
MIB_BYTES = 1024 * 1024
DEFAULT_UPLOAD_LIMIT_BYTES = 10 * MIB_BYTES
_UPLOAD_LIMIT_BYTES_BY_TIER = {2: 50 * MIB_BYTES, 3: 100 * MIB_BYTES}


@dataclass(frozen=True)
class User:
    """`upload_limit_bytes` grows with Nitro; `accepts_dms` is the user's privacy setting."""

    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    locale: str = "en-US"
    upload_limit_bytes: int = DEFAULT_UPLOAD_LIMIT_BYTES
    accepts_dms: bool = True

    @property
    def display_name(self) -> str:
        return self.global_name or self.username


@dataclass(frozen=True)
class Application:
    """The bot's application. Its `privileged_intents` are those switched on in the portal."""

    id: int
    bot: User
    owner: User
    name: str
    token: str
    privileged_intents: Intents = NO_INTENTS


@dataclass(frozen=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int = 0
    color: int = 0
    managed_by_bot_id: int | None = None


@dataclass(frozen=True)
class Overwrite:
    """A channel's exception for a role or, with `is_member`, for one member."""

    id: int
    is_member: bool
    allow: int = 0
    deny: int = 0


@dataclass
class Member:
    user: User
    joined_at: datetime
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None


@dataclass
class Guild:
    id: int
    name: str
    owner_id: int
    roles: dict[int, Role]
    members: dict[int, Member] = field(default_factory=dict)
    premium_tier: int = 0
    preferred_locale: str = "en-US"

    @property
    def upload_limit_bytes(self) -> int:
        return _UPLOAD_LIMIT_BYTES_BY_TIER.get(self.premium_tier, DEFAULT_UPLOAD_LIMIT_BYTES)


@dataclass
class Thread:
    """What a channel has besides when it is a thread; `members` maps user ids to join times."""

    owner_id: int
    created_at: datetime
    archive_timestamp: datetime
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    auto_archive_minutes: int = 1440
    members: dict[int, datetime] = field(default_factory=dict)
    total_messages: int = 0


@dataclass
class Channel:
    """A guild's channel, a direct message (`recipients` has all its ends) or a thread.

    `owner_id` is who made a group of direct messages; threads have theirs in `thread`.
    """

    id: int
    type: ChannelType
    guild_id: int | None = None
    name: str = ""
    topic: str | None = None
    position: int = 0
    parent_id: int | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipients: tuple[User, ...] = ()
    owner_id: int | None = None
    thread: Thread | None = None
    rate_limit_per_user_s: int = 0
    last_message_id: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class Attachment:
    """A stored file."""

    id: int
    channel_id: int
    filename: str
    content_type: str | None
    data: bytes
    description: str | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    waveform: str | None = None
    ephemeral: bool = False


@dataclass(frozen=True)
class Reference:
    """The message that a message replies to (or, by a thread's starter, stands for).

    Without `message_id` it is the thread that a message tells of.
    """

    channel_id: int
    message_id: int | None
    guild_id: int | None = None


@dataclass
class Message:
    """`seen_only_by` is the one member who sees an ephemeral message."""

    id: int
    channel_id: int
    author: User
    content: str = ""
    type: MessageType = MessageType.DEFAULT
    edited_at: datetime | None = None
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: MessageFlag = NO_FLAGS
    mentioned: list[User] = field(default_factory=list)
    mentioned_role_ids: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    tts: bool = False
    reference: Reference | None = None
    nonce: str | int | None = None
    seen_only_by: int | None = None
    interaction_metadata: Json | None = None
    interaction: Json | None = None
    webhook_id: int | None = None
    application_id: int | None = None
    pinned_at: datetime | None = None
    reactions: dict[tuple[int | None, str], list[User]] = field(default_factory=dict)

    @property
    def created_at(self) -> datetime:
        return created_at(self.id)


@dataclass(frozen=True)
class Event:
    """Something happened, to be told to those who may know.

    `audience` names the only users who learn of it; without it, it is all who see the channel, or
    without a channel all in the guild. `message` is what the payload shows, so that the gateway
    can blank it for a bot without the message content intent.
    """

    name: str
    payload: Json
    guild_id: int | None = None
    channel_id: int | None = None
    audience: frozenset[int] | None = None
    message: Message | None = None
