"""`/compose`: turn a sentence into a track."""

import secrets

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient
from bot.provider.models import LYRIA_2
from bot.reception import brief_of
from bot.text import is_blank
from cogs.answers import say
from cogs.intake import start_job

PROMPT_LIMIT = 4000
NEGATIVE_PROMPT_LIMIT = 1000
RANDOM_SEEDS = 2**31


class Compose(commands.Cog):
    """The command that it is all about."""

    @app_commands.command(description=words.COMPOSE)
    @app_commands.describe(
        prompt=words.COMPOSE_PROMPT,
        negative_prompt=words.COMPOSE_NEGATIVE_PROMPT,
        seed=words.COMPOSE_SEED,
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def compose(
        self,
        interaction: discord.Interaction[ComposeClient],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT],
        negative_prompt: app_commands.Range[str, 1, NEGATIVE_PROMPT_LIMIT] | None = None,
        seed: app_commands.Range[int, 0] | None = None,
    ) -> None:
        """Check the prompt, and hand it on. Without a seed one is drawn, so that it can be told."""
        if is_blank(prompt):
            await say(interaction, words.BLANK_PROMPT)
            return
        brief = brief_of(
            model=LYRIA_2.id,
            prompt=prompt,
            negative_prompt=negative_prompt,
            seed=secrets.randbelow(RANDOM_SEEDS) if seed is None else seed,
        )
        await start_job(interaction, brief)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Compose())
