"""`/tracks`: hands out what could not be delivered."""

import io
import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient
from bot.delivery import buttons, cards
from bot.delivery.buttons import Action
from bot.jobs import JobState, NoticeKind
from bot.library import Held
from cogs.answers import defer

log = logging.getLogger(__name__)


class Tracks(commands.Cog):
    """A member's own tracks."""

    @app_commands.command(description=words.TRACKS)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def tracks(self, interaction: discord.Interaction[ComposeClient]) -> None:
        """Each in a private message of its own, so that one that is too large stops no other."""
        await defer(interaction)
        library = interaction.client.library
        held = await library.held_for(interaction.user.id)
        if not held:
            await interaction.followup.send(words.NOTHING_HELD, ephemeral=True)
        for item in held:
            try:
                if await _hand_out(interaction, item):
                    await library.handed_out(item)
            except discord.HTTPException as error:
                log.warning("a held track could not be handed out: %s", error)


async def _hand_out(interaction: discord.Interaction[ComposeClient], held: Held) -> bool:
    """One thing: the audio, or the words for why there is none. Whether it is done with."""
    embed = cards.recipe_embed(held.job)
    if held.job.state is JobState.FAILED:
        text = cards.failure_sentence(held.job)
        again = buttons.row(buttons.button(Action.RETRY, held.job.id, NoticeKind.FAILURE))
        await interaction.followup.send(text, embed=embed, view=again, ephemeral=True)
    elif held.job.state is JobState.CANCELLED:
        await interaction.followup.send(words.NOT_STARTED, embed=embed, ephemeral=True)
    elif held.audio is None:
        await interaction.followup.send(words.HELD_WITHOUT_FILE, embed=embed, ephemeral=True)
    elif len(held.audio.content) > interaction.filesize_limit:
        await interaction.followup.send(words.HELD_TOO_LARGE, embed=embed, ephemeral=True)
        return False
    else:
        file = discord.File(io.BytesIO(held.audio.content), filename=held.audio.file_name)
        await interaction.followup.send(words.HELD_TRACK, embed=embed, file=file, ephemeral=True)
    return True


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Tracks())
