"""Where an interaction comes from: whether one may compose there, and what the bot can do there."""

import discord
from discord.utils import DEFAULT_FILE_SIZE_LIMIT_BYTES

from bot import words
from bot.client import Interaction, services_of

LOCALE_LIMIT = 16  # of the column; Discord's have five characters at most

LOCALE_LIMIT = 16  # of the column; Discord's have five characters at most


def why_not_here(interaction: Interaction, *, private: bool) -> str | None:
    """Why one can't compose here, if so. A private track needs no permissions in the channel."""
    if not _is_served(interaction):
        if interaction.guild_id is None or _is_members_own(interaction):
            return words.servers_only()
        return words.server_not_allowed(interaction.guild_id)
    if private or interaction.guild_id is None or is_outside(interaction):
        return None
    missing = _missing_permissions(interaction)
    return words.permissions_missing(missing) if missing else None


def is_outside(interaction: Interaction) -> bool:
    """Whether the bot itself is not here, and can answer through the token alone.

    In servers and conversations that members brought the app to. It is also so where a server added
    the app's commands, but not its bot.
    """
    if interaction.guild_id is None:
        return not interaction.context.dm_channel
    return interaction.client.get_guild(interaction.guild_id) is None


def upload_limit_bytes(interaction: Interaction) -> int:
    """What the bot may upload on any way to the member.

    The interaction's own limit counts the member's subscription in, which only its token knows.
    """
    guild = interaction.guild
    here = DEFAULT_FILE_SIZE_LIMIT_BYTES if guild is None else guild.filesize_limit
    return min(interaction.filesize_limit, here)


def member_locale(interaction: Interaction) -> str:
    """The language of whoever acts, as Discord names it."""
    return str(interaction.locale)[:LOCALE_LIMIT]


def server_locale(interaction: Interaction) -> str | None:
    """The language of what is posted here; `None` outside servers."""
    locale = interaction.guild_locale
    return None if locale is None else str(locale)[:LOCALE_LIMIT]


def _is_served(interaction: Interaction) -> bool:
    """A member's own installation counts everywhere, also in servers that are not on the list."""
    audience = services_of(interaction).audience
    if interaction.guild_id is None or _is_members_own(interaction):
        return audience.users
    if audience.users and interaction.is_user_integration():
        return True
    return audience.serves(interaction.guild_id)


def _is_members_own(interaction: Interaction) -> bool:
    """Whether the server has not added the app: somebody has it for themselves."""
    return is_outside(interaction) and not interaction.is_guild_integration()


def _missing_permissions(interaction: Interaction) -> list[str]:
    """Attribute names of what the track's message needs and the bot may not do here."""
    in_thread = isinstance(interaction.channel, discord.Thread)
    send = "send_messages_in_threads" if in_thread else "send_messages"
    needed = (send, "attach_files", "embed_links")
    return [name for name in needed if not getattr(interaction.app_permissions, name)]
