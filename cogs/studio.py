"""`/studio`: compose in a dialog that begins where the member left off."""

import logging
import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.domain.drafts import Draft
from bot.domain.models import MODELS
from bot.domain.offer import Offer
from bot.domain.studio import Start, start_of
from bot.domain.styles import Style
from bot.errors import DatabaseTrouble
from cogs.ui.fields import model_field, option_field, prompt_field
from cogs.ui.first_answers import ask, left_s
from cogs.ui.intake import start
from cogs.ui.own_styles import style_named
from cogs.ui.refusals import refuse_problems
from cogs.ui.request_modal import filled_in, values_of

# What the dialog was filled in with, so that it's known later what the member changed.
STUDIO_ID = re.compile(r"compose:studio:(?P<model>[^:]{1,64}):(?P<seconds>\d{0,4})")
STYLE = "style"
LOOK_UP_WITHIN_S = 1.0  # of the time for an answer, the dialog has to get the most

log = logging.getLogger(__name__)


class Studio(commands.Cog):
    """`/studio`: opens the dialog."""

    @app_commands.command(description=words.STUDIO)
    async def studio(self, interaction: Interaction) -> None:
        """Without the database it opens, too, but knows nothing of the member."""
        within_s = min(left_s(interaction), LOOK_UP_WITHIN_S)
        looking, offer = _own(interaction), services_of(interaction).offer
        try:
            begin, styles = await services_of(interaction).admission.in_time(looking, within_s)
        except DatabaseTrouble as error:
            log.error("the studio opens without styles: the database %s", error)
            begin, styles = Start(model=offer.default), []
        await ask(interaction, StudioModal(begin, styles, offer))


class StudioModal(discord.ui.Modal):
    """Five fields. Who has no styles finds what most styles set in their place."""

    def __init__(self, begin: Start, styles: Sequence[Style], offer: Offer) -> None:
        seconds = "" if begin.seconds is None else str(begin.seconds)
        super().__init__(
            title=words.modal_title_studio(),
            custom_id=f"compose:studio:{begin.model.id}:{seconds}",
            timeout=None,
        )
        self.add_item(model_field(offer, begin.model))
        self.add_item(prompt_field(""))
        self.add_item(option_field("lyrics", None))
        self.add_item(option_field("seconds", begin.seconds))
        self.add_item(
            _style_field(begin.style, styles) if styles else option_field("negative_prompt", None)
        )
        self.stop()  # it's routed by its custom_id when it's sent


def _style_field(chosen: Style | None, styles: Sequence[Style]) -> discord.ui.Label[Any]:
    options = [
        discord.SelectOption(
            label=style.name,
            value=style.name,
            description=words.style_hint(style),
            default=style == chosen,
        )
        for style in styles
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=STYLE, options=options, min_values=0, required=False
    )
    hint = words.modal_style_hint()
    return discord.ui.Label(text=words.modal_style(), description=hint, component=select)


async def _own(interaction: Interaction) -> tuple[Start, Sequence[Style]]:
    """Where the member left off, and their styles."""
    services, member_id = services_of(interaction), interaction.user.id
    store = services.stores.styles
    styles = await store.of(member_id)
    return start_of(await store.last_used(member_id), styles, services.offer), styles


async def _start_sent(interaction: Interaction, match: re.Match[str]) -> None:
    """Called by the router when the dialog was sent, however long ago it was opened."""
    values, offer = values_of(interaction), services_of(interaction).offer
    filled = filled_in(Draft(), values, offer)
    style = None
    match values.get(STYLE):
        case [str() as name, *_]:
            style = await style_named(interaction, name, filled.draft)
            if style is None:
                return
    draft = _begin(match, offer).typed_in(filled.draft, style)
    if filled.problems:
        kept = style.applied_to(draft) if style else draft
        await refuse_problems(interaction, filled.problems, kept)
    else:
        await start(interaction, draft, style)


def _begin(match: re.Match[str], offer: Offer) -> Start:
    """What the dialog was opened with; a model may have left the catalogue since."""
    seconds = int(match["seconds"]) if match["seconds"] else None
    return Start(model=MODELS.get(match["model"], offer.default), seconds=seconds)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Studio())
    client.router.dialogs[STUDIO_ID] = _start_sent
