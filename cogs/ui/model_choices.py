"""The models to choose from while a command is typed."""

from typing import Any

import discord
from discord import app_commands

from bot import words
from bot.domain.models import MODELS
from cogs.ui.limits import CHOICES_LIMIT


async def model_choices(
    _interaction: discord.Interaction[Any], typed: str
) -> list[app_commands.Choice[str]]:
    """The models whose name or use has what was typed in it."""
    wanted = typed.casefold()
    named = {words.model_choice(model): model for model in MODELS.values()}
    return [
        app_commands.Choice(name=name, value=model.id)
        for name, model in named.items()
        if not model.reference and wanted in f"{name} {model.id}".casefold()
    ][:CHOICES_LIMIT]
