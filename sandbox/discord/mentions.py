"""Whom a message tells: the users, roles and all that its texts name and its sender allows.

Discord docs: Resources > Message > Allowed Mentions Object.
"""

from __future__ import annotations

import re

from sandbox.discord.enums import MessageType
from sandbox.discord.layouts import displayed_texts
from sandbox.discord.message_form import AllowedMentions
from sandbox.discord.model import Channel, Message, User
from sandbox.discord.state import State

_USER = re.compile(r"<@!?(\d{1,20})>")
_ROLE = re.compile(r"<@&(\d{1,20})>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


def resolve_mentions(
    state: State, message: Message, channel: Channel, allowed: AllowedMentions, *, everyone: bool
) -> None:
    """Fill in the message's mentions; `everyone` says that its author may mention all."""
    said = "\n".join([message.content, *displayed_texts(message.components)])
    ids = [int(one) for one in _USER.findall(said)]
    told = [one for one in ids if "users" in allowed.parse or one in allowed.user_ids]
    author = _replied_author(message, channel)
    if author is not None and allowed.replied_user:
        told.append(author.id)
    message.mentioned = [state.users[one] for one in dict.fromkeys(told) if one in state.users]
    guild = state.guild_of(channel)
    roles = {int(one) for one in _ROLE.findall(said)} & set(guild.roles if guild else ())
    message.mentioned_role_ids = sorted(
        one for one in roles if "roles" in allowed.parse or one in allowed.role_ids
    )
    names_all = bool(_EVERYONE.search(said))
    message.mention_everyone = everyone and names_all and "everyone" in allowed.parse


def _replied_author(message: Message, channel: Channel) -> User | None:
    if message.reference is None or message.type is not MessageType.REPLY:
        return None
    original = channel.messages.get(message.reference.message_id or 0)
    return original.author if original else None
