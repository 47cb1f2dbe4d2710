"""`/compose`: turn a sentence into a track."""

import re

from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction
from bot.domain.drafts import SEED_LIMIT, Draft
from bot.domain.models import NEGATIVE_PROMPT_LIMIT, PROMPT_LIMIT, VARIATIONS_LIMIT
from bot.domain.requests import AudioFormat, Request
from bot.domain.styles import NAME_LIMIT
from cogs.ui.intake import start
from cogs.ui.model_choices import model_choices
from cogs.ui.own_styles import style_choices, style_named
from cogs.ui.request_modal import CUSTOM_ID, submitted


class Compose(commands.Cog):
    """`/compose`: with every option there is."""

    @app_commands.command(description=words.COMPOSE)
    @app_commands.describe(
        prompt=words.COMPOSE_PROMPT,
        model=words.COMPOSE_MODEL,
        negative_prompt=words.COMPOSE_NEGATIVE_PROMPT,
        lyrics=words.COMPOSE_LYRICS,
        seconds=words.COMPOSE_SECONDS,
        instrumental=words.COMPOSE_INSTRUMENTAL,
        seed=words.COMPOSE_SEED,
        variations=words.COMPOSE_VARIATIONS,
        private=words.COMPOSE_PRIVATE,
        audio_format=words.COMPOSE_FORMAT,
        style=words.COMPOSE_STYLE,
    )
    @app_commands.rename(audio_format="format")
    @app_commands.autocomplete(model=model_choices, style=style_choices)
    async def compose(  # noqa: PLR0917 - the options, which discord.py reads from here
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT],
        model: str | None = None,
        negative_prompt: app_commands.Range[str, 1, NEGATIVE_PROMPT_LIMIT] | None = None,
        lyrics: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        seconds: app_commands.Range[int, 1] | None = None,
        instrumental: bool = False,
        seed: app_commands.Range[int, 0, SEED_LIMIT] | None = None,
        variations: app_commands.Range[int, 1, VARIATIONS_LIMIT] = 1,
        private: bool = False,
        audio_format: AudioFormat | None = None,
        style: app_commands.Range[str, 1, NAME_LIMIT] | None = None,
    ) -> None:
        """The prompt is required: clients then offer its field at once."""
        request = Request(
            prompt=prompt,
            model=model or "",
            negative_prompt=negative_prompt,
            lyrics=lyrics,
            seconds=seconds,
            instrumental=instrumental,
            seed=seed,
            audio_format=audio_format,
        )
        draft = Draft(request=request, variations=variations, private=private)
        found = await style_named(interaction, style, draft) if style else None
        if found or not style:
            await start(interaction, draft, found)


async def _start_submitted(interaction: Interaction, match: re.Match[str]) -> None:
    """Called by the router; a sent dialog starts a track."""
    draft = await submitted(interaction, match["draft_id"])
    if draft is not None:
        await start(interaction, draft)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Compose())
    client.router.dialogs[CUSTOM_ID] = _start_submitted
