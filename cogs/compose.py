"""`/compose`: turn a sentence into a track."""

import re

from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction
from bot.domain.drafts import SEED_LIMIT, Draft
from bot.domain.models import MODELS, NEGATIVE_PROMPT_LIMIT, PROMPT_LIMIT, VARIATIONS_LIMIT
from bot.domain.requests import AudioFormat, Request
from cogs.ui.intake import start
from cogs.ui.limits import CHOICES_LIMIT
from cogs.ui.request_modal import CUSTOM_ID, open_modal, submitted


class Compose(commands.Cog):
    """`/compose`, and the dialog that it opens when nothing was typed."""

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
    )
    @app_commands.rename(audio_format="format")
    async def compose(  # noqa: PLR0917 - the options, which discord.py reads from here
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        model: str | None = None,
        negative_prompt: app_commands.Range[str, 1, NEGATIVE_PROMPT_LIMIT] | None = None,
        lyrics: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        seconds: app_commands.Range[int, 1] | None = None,
        instrumental: bool = False,
        seed: app_commands.Range[int, 0, SEED_LIMIT] | None = None,
        variations: app_commands.Range[int, 1, VARIATIONS_LIMIT] = 1,
        private: bool = False,
        audio_format: AudioFormat | None = None,
    ) -> None:
        """With a prompt it goes straight on; without one, a dialog asks for it."""
        request = Request(
            prompt=prompt or "",
            model=model or "",
            negative_prompt=negative_prompt,
            lyrics=lyrics,
            seconds=seconds,
            instrumental=instrumental,
            seed=seed,
            audio_format=audio_format,
        )
        draft = Draft(request=request, variations=variations, private=private)
        await (open_modal if prompt is None else start)(interaction, draft)

    @compose.autocomplete("model")
    async def _models(
        self, _interaction: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """The models whose name or use has what was typed in it."""
        wanted = typed.casefold()
        named = {words.model_choice(model): model for model in MODELS.values()}
        return [
            app_commands.Choice(name=name, value=model.id)
            for name, model in named.items()
            if not model.reference and wanted in f"{name} {model.id}".casefold()
        ][:CHOICES_LIMIT]


async def _start_submitted(interaction: Interaction, match: re.Match[str]) -> None:
    """Called by discord.py for every interaction; a sent dialog starts a track."""
    draft = await submitted(interaction, match["draft_id"])
    if draft is not None:
        await start(interaction, draft)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Compose())
    client.router.dialogs[CUSTOM_ID] = _start_submitted
