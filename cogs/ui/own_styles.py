"""A member's own styles, as commands and dialogs come across them."""

import logging

from discord import app_commands

from bot import words
from bot.client import Interaction, services_of
from bot.domain.drafts import Draft
from bot.domain.problems import UnknownStyle
from bot.domain.styles import Style, key_of
from bot.errors import DatabaseTrouble
from cogs.ui.first_answers import in_time
from cogs.ui.refusals import refuse, refuse_unsaved

log = logging.getLogger(__name__)


async def style_named(interaction: Interaction, name: str, draft: Draft) -> Style | None:
    """The style to use for a draft; `None` if it can't be had, which was answered."""
    finding = services_of(interaction).stores.styles.get(interaction.user.id, name)
    try:
        style = await in_time(interaction, finding)
    except DatabaseTrouble as error:
        log.error("a style could not be read: the database %s", error)
        await refuse_unsaved(interaction, words.store_trouble(), draft, style=name)
        return None
    if style is None:
        await refuse(interaction, words.not_taken([UnknownStyle(name)]), draft)
    return style


async def style_choices(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The member's styles whose name has what was typed in it."""
    finding = services_of(interaction).stores.styles.of(interaction.user.id)
    try:
        styles = await in_time(interaction, finding)
    except DatabaseTrouble as error:
        log.error("no styles are proposed: the database %s", error)
        return []
    return [
        app_commands.Choice(name=words.style_choice(style), value=style.name)
        for style in styles
        if key_of(typed) in key_of(style.name)
    ]
