"""What a member may do where, computed from roles and channel overwrites.

Discord docs: Topics > Permissions > Permission Overwrites (the algorithm) and Implicit Permissions.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag

from sandbox.discord.model import Channel, Guild, Member, Overwrite


class Permissions(IntFlag):
    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    SEND_VOICE_MESSAGES = 1 << 46
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51


NONE = Permissions(0)
ALL = Permissions(sum(Permissions))

EVERYONE_DEFAULT = (
    Permissions.CREATE_INSTANT_INVITE
    | Permissions.ADD_REACTIONS
    | Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.EMBED_LINKS
    | Permissions.ATTACH_FILES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.CONNECT
    | Permissions.SPEAK
    | Permissions.CHANGE_NICKNAME
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.SEND_MESSAGES_IN_THREADS
    | Permissions.SEND_VOICE_MESSAGES
    | Permissions.USE_EXTERNAL_APPS
)

DIRECT_MESSAGE = (
    Permissions.ADD_REACTIONS
    | Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.EMBED_LINKS
    | Permissions.ATTACH_FILES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.MENTION_EVERYONE
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.SEND_VOICE_MESSAGES
    | Permissions.PIN_MESSAGES
)

# What an app's `app_permissions` say in direct messages, and with its own bot besides.
# Discord docs: Receiving and Responding > Interaction Object, third note.
APP_IN_PRIVATE_CHANNEL = (
    Permissions.ATTACH_FILES | Permissions.EMBED_LINKS | Permissions.MENTION_EVERYONE
)
APP_IN_BOT_DM = APP_IN_PRIVATE_CHANNEL | Permissions.USE_EXTERNAL_EMOJIS

_NEEDS_SENDING = (
    Permissions.MENTION_EVERYONE
    | Permissions.SEND_TTS_MESSAGES
    | Permissions.ATTACH_FILES
    | Permissions.EMBED_LINKS
    | Permissions.SEND_VOICE_MESSAGES
)


def guild_permissions(guild: Guild, member: Member) -> Permissions:
    """What the member's roles grant in the guild as a whole."""
    if guild.owner_id == member.user.id:
        return ALL
    granted = Permissions(guild.roles[guild.id].permissions)
    for role_id in member.role_ids:
        granted |= Permissions(guild.roles[role_id].permissions)
    return ALL if Permissions.ADMINISTRATOR in granted else granted


def channel_permissions(
    guild: Guild, member: Member, channel: Channel, *, in_thread: bool = False
) -> Permissions:
    """What the member may do in a channel, or with `in_thread` in its threads."""
    granted = guild_permissions(guild, member)
    if Permissions.ADMINISTRATOR in granted:
        return granted
    overwrites = channel.overwrites
    granted = _overwritten(granted, [overwrites.get(guild.id)])
    granted = _overwritten(granted, [overwrites.get(role) for role in member.role_ids])
    granted = _overwritten(granted, [overwrites.get(member.user.id)])
    return _without_implicitly_denied(_in_thread(granted) if in_thread else granted)


def everyone_permissions(guild: Guild, channel: Channel) -> Permissions:
    """What whoever has no role of their own may do in a channel."""
    granted = _overwritten(
        Permissions(guild.roles[guild.id].permissions), [channel.overwrites.get(guild.id)]
    )
    return _without_implicitly_denied(granted)


def _in_thread(granted: Permissions) -> Permissions:
    """In a thread, SEND_MESSAGES_IN_THREADS takes the place of SEND_MESSAGES."""
    if Permissions.SEND_MESSAGES_IN_THREADS in granted:
        return granted | Permissions.SEND_MESSAGES
    return granted & ~Permissions.SEND_MESSAGES


def _overwritten(granted: Permissions, layer: Iterable[Overwrite | None]) -> Permissions:
    allow, deny = NONE, NONE
    for overwrite in layer:
        if overwrite is not None:
            allow |= Permissions(overwrite.allow)
            deny |= Permissions(overwrite.deny)
    return (granted & ~deny) | allow


def _without_implicitly_denied(granted: Permissions) -> Permissions:
    if Permissions.VIEW_CHANNEL not in granted:
        return NONE
    if Permissions.SEND_MESSAGES not in granted:
        return granted & ~_NEEDS_SENDING
    return granted
