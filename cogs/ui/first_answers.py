"""First answers to interactions, as all cogs give them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import discord

from bot.client import RECEIVED_AT_S, Interaction, services_of
from bot.rest.verdict import ALREADY_ANSWERED_CODE, SERVER_ERROR, may_pass, own_code

# What discord.py raises when Discord (or what speaks its protocol) took the answer, but returned
# nothing on it although it was asked to.
NO_BODY = (KeyError, TypeError)

# Discord waits 3 s for a first answer; the rest is for the ways to us and back.
ANSWER_WITHIN_S = 2.5
AGAIN_AFTER_S = 0.4

T = TypeVar("T")

log = logging.getLogger(__name__)


def left_s(interaction: discord.Interaction[Any]) -> float:
    """Seconds until the first answer must be on its way, whatever was done since it came."""
    now_s = time.monotonic()
    came_at_s: float = interaction.extras.get(RECEIVED_AT_S, now_s)
    return max(came_at_s + ANSWER_WITHIN_S - now_s, 0.0)


async def in_time(interaction: Interaction, work: Coroutine[Any, Any, T]) -> T:
    """The result of queries that come before the first answer; later ones take as long as they do.

    Raises `DatabaseTrouble` when they take longer than Discord waits; what they change is stored
    all the same, as soon as the database can.
    """
    if interaction.response.is_done():
        return await work
    return await services_of(interaction).admission.in_time(work, left_s(interaction))


async def say(interaction: discord.Interaction[Any], text: str, **more: Any) -> None:
    """A private answer; a further one, if the first was given already."""
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, **more)
        return
    response = interaction.response
    await insist(interaction, lambda: response.send_message(text, ephemeral=True, **more))


async def defer(interaction: discord.Interaction[Any]) -> None:
    """A private "thinking…", to be followed up within 15 minutes."""
    response = interaction.response
    await insist(interaction, lambda: response.defer(ephemeral=True, thinking=True))


async def edit(interaction: discord.Interaction[Any], **changes: Any) -> None:
    """Change the message whose button was pressed."""
    await insist(interaction, lambda: interaction.response.edit_message(**changes))


async def edit_private(interaction: discord.Interaction[Any], **changes: Any) -> None:
    """Change the private answer whose button was pressed.

    What others see, too, is never changed by a button that belongs on private answers: such a press
    gets a private answer of its own.
    """
    if interaction.message is not None and interaction.message.flags.ephemeral:
        await edit(interaction, **changes)
    else:
        kept = {name: value for name, value in changes.items() if value is not None}
        await say(interaction, kept.pop("content", ""), **kept)


async def ask(interaction: discord.Interaction[Any], modal: discord.ui.Modal) -> None:
    """Open a dialog."""
    await insist(interaction, lambda: interaction.response.send_modal(modal))


async def insist(
    interaction: discord.Interaction[Any], answer: Callable[[], Awaitable[Any]]
) -> None:
    """A first answer, tried again as long as Discord waits for it and what it says may pass.

    An answer that Discord took is a good one, whatever it returned on it; one that it has already,
    too: an earlier try had reached it.
    """
    try:
        await answered(interaction, answer)
    except NO_BODY:
        if not interaction.response.is_done():
            raise
    except discord.HTTPException as error:
        if own_code(error) != ALREADY_ANSWERED_CODE:
            raise


async def answered(interaction: discord.Interaction[Any], answer: Callable[[], Awaitable[T]]) -> T:
    """What Discord returned on a first answer, which is tried again while that may help."""
    while True:
        try:
            return await answer()
        except discord.HTTPException as error:
            if error.status >= SERVER_ERROR or not may_pass(error):
                raise  # discord.py itself tries again what the server could not do
            if left_s(interaction) <= AGAIN_AFTER_S:
                raise
            log.info("a first answer is tried again: %s", error)
        await asyncio.sleep(AGAIN_AFTER_S)
