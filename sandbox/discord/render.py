"""The world's objects as Discord's JSON: snowflakes as strings, nullable fields present.

Discord docs: Resources > User, Guild, Channel, Message; Topics > Permissions > Role Object.
"""

from __future__ import annotations

from datetime import datetime

from sandbox.discord.enums import ChannelType, Intents, MessageType
from sandbox.discord.model import (
    Application,
    Attachment,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    Role,
    User,
)

GATEWAY_GUILD_MEMBERS_LIMITED = 1 << 15
GATEWAY_PRESENCE_LIMITED = 1 << 13
GATEWAY_MESSAGE_CONTENT_LIMITED = 1 << 19


def timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def optional_id(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)


def user_json(user: User) -> Json:
    shown: Json = {
        "id": str(user.id),
        "username": user.username,
        "global_name": user.global_name,
        "discriminator": "4242" if user.bot else "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
    }
    return shown | ({"bot": True} if user.bot else {})


def own_user_json(user: User) -> Json:
    """As `GET /users/@me` shows a bot itself."""
    own = {"mfa_enabled": True, "locale": user.locale, "email": None, "verified": True}
    return user_json(user) | own


def member_json(member: Member, *, with_user: bool = True) -> Json:
    """A guild member; message events carry it without the user, who is the author."""
    shown: Json = {
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "roles": [str(role_id) for role_id in member.role_ids],
        "joined_at": timestamp(member.joined_at),
        "premium_since": None,
        "communication_disabled_until": None,
        "flags": 0,
        "pending": False,
        "mute": False,
        "deaf": False,
    }
    return shown | ({"user": user_json(member.user)} if with_user else {})


def role_json(role: Role) -> Json:
    colors = {"primary_color": role.color, "secondary_color": None, "tertiary_color": None}
    shown: Json = {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(role.permissions),
        "position": role.position,
        "color": role.color,
        "colors": colors,
        "hoist": False,
        "managed": role.managed_by_bot_id is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "description": None,
        "flags": 0,
    }
    if role.managed_by_bot_id is not None:
        shown["tags"] = {"bot_id": str(role.managed_by_bot_id)}
    return shown


def guild_json(guild: Guild) -> Json:
    """The guild without what only GUILD_CREATE adds (channels, members, threads)."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "features": [],
        "owner_id": str(guild.owner_id),
        "application_id": None,
        "region": "rotterdam",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role_json(role) for role in guild.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": guild.premium_tier,
        "premium_subscription_count": (0, 2, 7, 14)[guild.premium_tier],
        "preferred_locale": guild.preferred_locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "premium_progress_bar_enabled_user_updated_at": None,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def channel_json(channel: Channel) -> Json:
    common: Json = {
        "id": str(channel.id),
        "type": int(channel.type),
        "last_message_id": optional_id(channel.last_message_id),
        "flags": 0,
    }
    if channel.type in (ChannelType.DM, ChannelType.GROUP_DM):
        return common | _private_channel_json(channel)
    common |= {
        "guild_id": optional_id(channel.guild_id),
        "name": channel.name,
        "parent_id": optional_id(channel.parent_id),
        "rate_limit_per_user": channel.rate_limit_per_user_s,
    }
    return common | (_thread_json(channel) if channel.thread else _guild_channel_json(channel))


def _private_channel_json(channel: Channel) -> Json:
    shown: Json = {"recipients": [user_json(user) for user in channel.recipients if not user.bot]}
    if channel.type is ChannelType.GROUP_DM:
        shown |= {"name": channel.name, "icon": None, "owner_id": optional_id(channel.owner_id)}
    return shown


_OF_TYPE: dict[ChannelType, Json] = {
    ChannelType.GUILD_VOICE: {"bitrate": 64000, "user_limit": 0, "rtc_region": None},
    ChannelType.GUILD_FORUM: {
        "available_tags": [],
        "default_reaction_emoji": None,
        "default_sort_order": None,
        "default_forum_layout": 0,
    },
}


def _guild_channel_json(channel: Channel) -> Json:
    return _OF_TYPE.get(channel.type, {}) | {
        "topic": channel.topic,
        "position": channel.position,
        "nsfw": False,
        "permission_overwrites": [
            {
                "id": str(overwrite.id),
                "type": int(overwrite.is_member),
                "allow": str(overwrite.allow),
                "deny": str(overwrite.deny),
            }
            for overwrite in channel.overwrites.values()
        ],
    }


def _thread_json(channel: Channel) -> Json:
    thread = channel.thread
    if thread is None:
        raise ValueError(f"channel {channel.id} is no thread")
    metadata: Json = {
        "archived": thread.archived,
        "archive_timestamp": timestamp(thread.archive_timestamp),
        "auto_archive_duration": thread.auto_archive_minutes,
        "locked": thread.locked,
        "create_timestamp": timestamp(thread.created_at),
    }
    if channel.type is ChannelType.PRIVATE_THREAD:
        metadata["invitable"] = thread.invitable
    return {
        "owner_id": str(thread.owner_id),
        "thread_metadata": metadata,
        "message_count": sum(1 for each in channel.messages.values() if not _begins(each, channel)),
        "member_count": min(len(thread.members), 50),
        "total_message_sent": thread.total_messages,
    }


def _begins(message: Message, thread: Channel) -> bool:
    """What a thread began with is not among the messages that it counts."""
    return message.id == thread.id or message.type is MessageType.THREAD_STARTER_MESSAGE


def thread_member_json(channel: Channel, user_id: int, joined: datetime) -> Json:
    return {
        "id": str(channel.id),
        "user_id": str(user_id),
        "join_timestamp": timestamp(joined),
        "flags": 1,
    }


def attachment_json(attachment: Attachment, url: str) -> Json:
    """`url` is a fresh link to the file."""
    shown: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url,
    }
    optional = {
        "content_type": attachment.content_type,
        "description": attachment.description,
        "title": attachment.title,
        "width": attachment.width,
        "height": attachment.height,
        "duration_secs": attachment.duration_s,
        "waveform": attachment.waveform,
        "ephemeral": attachment.ephemeral or None,
    }
    return shown | {name: value for name, value in optional.items() if value is not None}


def application_json(application: Application, guild_count: int, user_count: int) -> Json:
    """The application as its own bot sees it."""
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_json(application.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}, "1": {}},
        "verify_key": "0" * 64,
        "flags": application_flags(application),
        "flags_new": str(application_flags(application)),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_json(application.owner),
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": user_count,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "summary": "",
    }


def application_flags(application: Application) -> int:
    flags = {
        Intents.GUILD_PRESENCES: GATEWAY_PRESENCE_LIMITED,
        Intents.GUILD_MEMBERS: GATEWAY_GUILD_MEMBERS_LIMITED,
        Intents.MESSAGE_CONTENT: GATEWAY_MESSAGE_CONTENT_LIMITED,
    }
    return sum(flag for intent, flag in flags.items() if intent in application.privileged_intents)
