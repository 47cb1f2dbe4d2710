"""First answers to interactions, as all cogs give them."""

from typing import Any

import discord

# What discord.py raises when Discord (or what speaks its protocol) took the answer, but returned
# nothing on it although it was asked to.
NO_BODY = (KeyError, TypeError)


async def say(interaction: discord.Interaction[Any], text: str, **more: Any) -> None:
    """A private answer."""
    try:
        await interaction.response.send_message(text, ephemeral=True, **more)
    except NO_BODY:
        if not interaction.response.is_done():
            raise


async def defer(interaction: discord.Interaction[Any]) -> None:
    """A private "thinking…", to be followed up within 15 minutes."""
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
    except NO_BODY:
        if not interaction.response.is_done():
            raise


async def edit(interaction: discord.Interaction[Any], **changes: Any) -> None:
    """Change the message whose button was pressed."""
    try:
        await interaction.response.edit_message(**changes)
    except NO_BODY:
        if not interaction.response.is_done():
            raise
