"""First answers to interactions, as all cogs give them."""

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import discord

from bot.client import RECEIVED_AT_S, apologise

# What discord.py raises when Discord (or what speaks its protocol) took the answer, but returned
# nothing on it although it was asked to.
NO_BODY = (KeyError, TypeError)

# Discord waits 3 s for a first answer; the rest is for the ways to us and back.
ANSWER_WITHIN_S = 2.5

log = logging.getLogger(__name__)


def left_s(interaction: discord.Interaction[Any]) -> float:
    """Seconds until the first answer must be on its way, whatever was done since it came."""
    now_s = time.monotonic()
    came_at_s: float = interaction.extras.get(RECEIVED_AT_S, now_s)
    return max(came_at_s + ANSWER_WITHIN_S - now_s, 0.0)


async def say(interaction: discord.Interaction[Any], text: str, **more: Any) -> None:
    """A private answer; a further one, if the first was given already."""
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, **more)
        return
    with _taken(interaction):
        await interaction.response.send_message(text, ephemeral=True, **more)


async def defer(interaction: discord.Interaction[Any]) -> None:
    """A private "thinking…", to be followed up within 15 minutes."""
    with _taken(interaction):
        await interaction.response.defer(ephemeral=True, thinking=True)


async def edit(interaction: discord.Interaction[Any], **changes: Any) -> None:
    """Change the message whose button was pressed."""
    with _taken(interaction):
        await interaction.response.edit_message(**changes)


async def ask(interaction: discord.Interaction[Any], modal: discord.ui.Modal) -> None:
    """Open a dialog."""
    with _taken(interaction):
        await interaction.response.send_modal(modal)


@contextlib.contextmanager
def _taken(interaction: discord.Interaction[Any]) -> Iterator[None]:
    """An answer that Discord took is a good one, whatever it returned on it."""
    try:
        yield
    except NO_BODY:
        if not interaction.response.is_done():
            raise


@contextlib.asynccontextmanager
async def apologise_for(interaction: discord.Interaction[Any], what: str) -> AsyncIterator[None]:
    """Log what goes wrong within, and never leave the member without an answer."""
    try:
        yield
    except Exception:
        log.exception(what)
        await apologise(interaction)
