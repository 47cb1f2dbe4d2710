"""Messages as Discord's JSON, with links that are fresh each time.

Discord docs: Resources > Message > Message Object.
"""

from __future__ import annotations

from sandbox.discord import render
from sandbox.discord.enums import MessageFlag, MessageType
from sandbox.discord.layout_render import components_json
from sandbox.discord.model import Attachment, Channel, Json, Message
from sandbox.discord.permissions import Permissions
from sandbox.discord.state import State


def message_json(state: State, message: Message, viewer_id: int | None = None) -> Json:
    """The message as `viewer_id` sees it (whose reactions are `me`), replies with their origin."""
    shown = _basic(state, message)
    if message.reactions:
        shown["reactions"] = [
            _reaction_json(emoji, [user.id for user in users], viewer_id)
            for emoji, users in message.reactions.items()
        ]
    reference = message.reference
    if reference is not None and message.type in _REFERRING:
        channel = state.channels.get(reference.channel_id)
        original = channel.messages.get(reference.message_id or 0) if channel else None
        hidden = original is None or original.seen_only_by not in (None, viewer_id)
        shown["referenced_message"] = None if hidden or not original else _basic(state, original)
    return shown


_REFERRING = (MessageType.REPLY, MessageType.THREAD_STARTER_MESSAGE)


def shown_messages(channel: Channel, user_id: int) -> list[Message]:
    """The messages of a channel that the user sees, oldest first."""
    return [m for m in channel.messages.values() if m.seen_only_by in (None, user_id)]


def visible_messages(
    state: State, channel: Channel, user_id: int, limit: int = 50, *, before: int | None = None
) -> list[Json]:
    """The newest `limit` messages that the user sees in a channel, as JSON, oldest first.

    With `before`, the newest of those that are older than that message.
    """
    if Permissions.READ_MESSAGE_HISTORY not in state.permissions(user_id, channel):
        return []
    shown = shown_messages(channel, user_id)
    if before is not None:
        shown = [message for message in shown if message.id < before]
    return [message_json(state, message, user_id) for message in shown[-limit:]]


def message_event(state: State, message: Message, channel: Channel) -> Json:
    """What MESSAGE_CREATE and MESSAGE_UPDATE carry: the message, its guild and its members."""
    shown = message_json(state, message, message.seen_only_by)
    guild = state.guild_of(channel)
    shown["channel_type"] = int(channel.type)
    if guild is None:
        return shown
    shown["guild_id"] = str(guild.id)
    author = guild.members.get(message.author.id)
    if author is not None:
        shown["member"] = render.member_json(author, with_user=False)
    for mention, user in zip(shown["mentions"], message.mentioned, strict=True):
        member = guild.members.get(user.id)
        if member is not None:
            mention["member"] = render.member_json(member, with_user=False)
    return shown


def without_content(shown: Json) -> Json:
    """The same payload for a bot that lacks the message content intent.

    Discord docs: Events > Gateway > Message Content Intent.
    """
    blank: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
    return shown | blank


def _basic(state: State, message: Message) -> Json:
    edited = message.edited_at
    shown: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": int(message.type),
        "author": render.user_json(message.author),
        "content": message.content,
        "timestamp": render.timestamp(message.created_at),
        "edited_timestamp": None if edited is None else render.timestamp(edited),
        "tts": message.tts,
        "mention_everyone": message.mention_everyone,
        "mentions": [render.user_json(user) for user in message.mentioned],
        "mention_roles": [str(role_id) for role_id in message.mentioned_role_ids],
        "attachments": [render.attachment_json(a, state.cdn.url(a)) for a in _listed(message)],
        "embeds": [_embed_json(state, embed, message) for embed in message.embeds],
        "components": components_json(state, message),
        "flags": int(message.flags),
        "pinned": message.pinned_at is not None,
    }
    return shown | _origin(state, message)


def _listed(message: Message) -> list[Attachment]:
    """The files that nothing else shows already: no embed, nor a layout of components."""
    if MessageFlag.IS_COMPONENTS_V2 in message.flags:
        return []
    shown = {url for embed in message.embeds for url in _pictures(embed)}
    return [a for a in message.attachments if f"attachment://{a.filename}" not in shown]


def _pictures(embed: Json) -> list[str | None]:
    pictures = [embed.get(place, {}).get("url") for place in ("image", "thumbnail")]
    return pictures + [embed.get(place, {}).get("icon_url") for place in ("author", "footer")]


def _origin(state: State, message: Message) -> Json:
    """Where a message comes from: an interaction, another message, the thread it started."""
    shown: Json = {}
    if message.webhook_id is not None:
        shown["webhook_id"] = str(message.webhook_id)
    if message.application_id is not None:
        shown["application_id"] = str(message.application_id)
    if message.interaction_metadata is not None:
        shown["interaction_metadata"] = message.interaction_metadata
    if message.interaction is not None:
        shown["interaction"] = message.interaction
    if message.reference is not None:
        shown["message_reference"] = {
            "type": 0,
            "channel_id": str(message.reference.channel_id),
        }
        if message.reference.message_id is not None:
            shown["message_reference"]["message_id"] = str(message.reference.message_id)
        if message.reference.guild_id is not None:
            shown["message_reference"]["guild_id"] = str(message.reference.guild_id)
    if MessageFlag.HAS_THREAD in message.flags and message.id in state.channels:
        shown["thread"] = render.channel_json(state.channels[message.id])
    return shown


def _embed_json(state: State, embed: Json, message: Message) -> Json:
    """An embed whose `attachment://` pictures point to the message's own files."""
    shown = dict(embed)
    files = {f"attachment://{a.filename}": a for a in message.attachments}
    for place in ("image", "thumbnail"):
        if place not in embed:
            continue
        url = embed[place]["url"]
        if url in files:
            attachment = files[url]
            link = state.cdn.url(attachment)
            size = {"width": attachment.width or 0, "height": attachment.height or 0}
            alt = {"description": attachment.description} if attachment.description else {}
            shown[place] = {"url": link, "proxy_url": link, **size, **alt}
        else:
            shown[place] = {"url": url, "proxy_url": url, "width": 0, "height": 0}
    for place in ("author", "footer"):
        icon = embed.get(place, {}).get("icon_url")
        if icon in files:
            link = state.cdn.url(files[icon])
            shown[place] = embed[place] | {"icon_url": link, "proxy_icon_url": link}
    return shown


def _reaction_json(
    emoji: tuple[int | None, str], user_ids: list[int], viewer_id: int | None
) -> Json:
    emoji_id, name = emoji
    return {
        "emoji": {"id": render.optional_id(emoji_id), "name": name},
        "count": len(user_ids),
        "count_details": {"burst": 0, "normal": len(user_ids)},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "burst_count": 0,
        "me": viewer_id in user_ids,
    }
