"""The address with which the bot is invited into a server."""

from typing import Final

import discord

# docs/discord.md says what each is for, and what happens without it.
PERMISSIONS: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)


def invitation(application_id: int) -> str:
    """Asks for the two scopes that the bot needs, and for `PERMISSIONS`."""
    query = f"client_id={application_id}&scope=bot+applications.commands"
    return f"https://discord.com/oauth2/authorize?{query}&permissions={PERMISSIONS.value}"
