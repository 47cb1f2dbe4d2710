"""The least that discord.py can do for `/compose`: answer with a card like ours, and store nothing.

Run as `python -m bench.bare_bot`, with the bot's own DISCORD_TOKEN and DISCORD_API_URL.
"""

import asyncio
import os
import signal

import discord
from discord import app_commands
from discord.http import Route

CARD_COLOUR = discord.Colour(0xE0A03C)


class BareBot(discord.AutoShardedClient):
    """One command, and no intents but the servers'."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(compose)

    async def setup_hook(self) -> None:
        """Registers the command."""
        await self.tree.sync()


@app_commands.command()
async def compose(interaction: discord.Interaction, prompt: str) -> None:
    """Compose a track"""
    card = discord.Embed(
        title="Composing your track", description=prompt, colour=CARD_COLOUR
    ).add_field(name="Expected", value="<t:1767225600:R>")
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Cancel", custom_id="cancel"))
    view.stop()
    await interaction.response.send_message(embed=card, view=view)


async def main() -> None:
    """Run until SIGTERM."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with BareBot() as bot:
        running = asyncio.create_task(bot.start(os.environ["DISCORD_TOKEN"]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        running.cancel()


if __name__ == "__main__":
    asyncio.run(main())
