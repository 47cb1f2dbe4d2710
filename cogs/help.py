"""`/help`: what a member can do in this place, with examples to press."""

import re
from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.track_embed import COLOUR
from bot.domain.drafts import Draft
from bot.domain.money import usd_of
from bot.domain.offer import Offer
from bot.domain.requests import Request
from bot.library.lists import Allowance
from cogs.ui.first_answers import in_time, say
from cogs.ui.limits import BUTTON_LABEL_LIMIT
from cogs.ui.persistent import PersistentItem, add_items
from cogs.ui.places import why_not_here
from cogs.ui.request_modal import open_modal

EXAMPLE_ID = re.compile(r"compose:example:(?P<number>\d)")


class Help(commands.Cog):
    """`/help`: what one can do in this place, and what one has left today."""

    @app_commands.command(description=words.HELP)
    @app_commands.allowed_contexts(dms=True)
    async def help(self, interaction: Interaction) -> None:
        """Answer privately. Where one can't compose, say why, and offer no examples."""
        closed = why_not_here(interaction, private=False)
        services = services_of(interaction)
        counting, offer = services.library.allowance(interaction.user.id), services.offer
        allowance = await in_time(interaction, counting)
        in_server = interaction.guild_id is not None
        embed = discord.Embed(
            title=words.help_title(),
            description=words.with_mentions(
                "\n".join(_help_lines(closed, allowance, offer, in_server=in_server)),
                interaction.client.command_ids,
            ),
            colour=COLOUR,
        )
        if closed:
            await say(interaction, "", embed=embed)
            return
        embed.add_field(name=words.help_models(), value="\n".join(_models(offer)), inline=False)
        await say(interaction, "", embed=embed, view=buttons.row(*_examples()))


class ExampleButton(PersistentItem, template=EXAMPLE_ID):
    """Opens the dialog with an example in it."""

    async def use(self, interaction: Interaction) -> None:
        """Open the dialog. That costs nothing: a track is started only when the dialog is sent."""
        number = int(self.match["number"]) % len(words.EXAMPLES)
        await open_modal(interaction, Draft(request=Request(prompt=words.EXAMPLES[number])))


def _help_lines(
    closed: str | None, allowance: Allowance | None, offer: Offer, *, in_server: bool
) -> Iterator[str]:
    if closed:
        yield f"{words.help_compose_not_here()} {closed}"
    else:
        yield words.help_compose()
        if offer.covers:
            yield words.help_cover()
        yield words.help_apps(covers=offer.covers is not None)
    yield words.help_look()
    if in_server:
        yield words.help_top()
    if allowance:
        yield words.allowance(allowance.left, allowance.limit, whole_bot=allowance.whole_bot)
    if not closed:
        yield words.help_examples()


def _models(offer: Offer) -> Iterator[str]:
    for model in offer.models:
        price = offer.price(model)
        usd = None if price is None else usd_of(price)
        yield words.help_model(model, offer.share(model), usd)
    if any(offer.price(model) for model in offer.models):
        yield words.help_who_pays()


def _examples() -> Iterator[discord.ui.Item[Any]]:
    for number, prompt in enumerate(words.EXAMPLES):
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=prompt[:BUTTON_LABEL_LIMIT], custom_id=f"compose:example:{number}"
        )
        yield button


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Help())
    add_items(client, ExampleButton)
