"""`/top`: what a server likes most."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.track_embed import COLOUR
from bot.library.lists import Period
from cogs.ui.first_answers import in_time, say
from cogs.ui.track_list import open_select, track_lines
from cogs.ui.visibility import viewer

PERIODS = {
    Period.WEEK: (words.PERIOD_WEEK, words.top_week),
    Period.MONTH: (words.PERIOD_MONTH, words.top_month),
    Period.EVER: (words.PERIOD_EVER, words.top_ever),
}


class Top(commands.Cog):
    """`/top`: lists the most liked tracks of a server."""

    @app_commands.command(description=words.TOP)
    @app_commands.describe(period=words.TOP_PERIOD)
    @app_commands.choices(
        period=[app_commands.Choice(name=name, value=one) for one, (name, _) in PERIODS.items()]
    )
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def top(
        self,
        interaction: Interaction,
        period: app_commands.Choice[str] | None = None,
    ) -> None:
        """Answer with the tracks that the asking member may hear."""
        if interaction.guild_id is None:
            await say(interaction, words.top_servers_only())
            return
        chosen = Period(period.value) if period else Period.WEEK
        library = services_of(interaction).library
        looking = library.top(interaction.guild_id, viewer(interaction), chosen)
        tracks = await in_time(interaction, looking)
        if not tracks:
            await say(interaction, words.top_empty())
            return
        lines = "\n".join(track_lines(tracks, authors=True))
        embed = discord.Embed(title=PERIODS[chosen][1](), description=lines, colour=COLOUR)
        await say(interaction, "", embed=embed, view=buttons.row(open_select(tracks)))


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Top())
