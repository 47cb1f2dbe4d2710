"""The models to choose from while a command is typed."""

from discord import app_commands

from bot import words
from bot.client import Interaction, services_of
from cogs.ui.limits import CHOICES_LIMIT


async def model_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The models whose name or use has what was typed in it."""
    wanted = typed.casefold()
    offer = services_of(interaction).offer
    models = offer.making(covers=False)
    named = {words.model_choice(model, offer.share(model)): model for model in models}
    return [
        app_commands.Choice(name=name, value=model.id)
        for name, model in named.items()
        if wanted in f"{name} {model.id}".casefold()
    ][:CHOICES_LIMIT]
