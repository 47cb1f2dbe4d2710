"""Saying no without losing what was typed: a private answer, with a button to mend it."""

import logging
import re
from typing import Any, Self

import discord

from bot import words
from bot.client import ComposeClient, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.drafts import Draft
from bot.domain.problems import NotTaken
from bot.errors import DatabaseTrouble
from cogs.ui.first_answers import apologise_for, left_s, say
from cogs.ui.given_audio import with_uploaded
from cogs.ui.request_modal import UNSTORED, draft_id_of, filled_in, open_modal, values_of
from cogs.ui.unsaved import refuse_unsaved

DRAFT = "draft"

log = logging.getLogger(__name__)


async def refuse(interaction: discord.Interaction[ComposeClient], text: str, draft: Draft) -> None:
    """Say privately why nothing was started. What was typed is kept for the button below it."""
    try:
        draft_id = await services_of(interaction).admission.keep(
            draft, interaction.user.id, within_s=left_s(interaction)
        )
    except DatabaseTrouble as error:
        log.error("a draft could not be stored: the database %s", error)
        await refuse_unsaved(interaction, text, draft)
        return
    await say(interaction, text, view=buttons.row(buttons.button(Action.EDIT, draft_id, DRAFT)))


async def submitted(interaction: discord.Interaction[ComposeClient]) -> Draft | None:
    """What was typed in the dialog; `None` if it is another dialog, or could not be read and was
    answered."""
    draft_id, values = draft_id_of(interaction), values_of(interaction)
    if draft_id is None:
        return None
    before: Draft | None = None
    try:
        if draft_id != UNSTORED:
            before = await services_of(interaction).admission.draft(draft_id, interaction.user.id)
    except DatabaseTrouble as error:
        log.error("a draft could not be read: the database %s", error)
        typed = filled_in(Draft(), values).draft
        await refuse_unsaved(interaction, words.STORE_TROUBLE, typed)
        return None
    filled = filled_in(before or Draft(), values)
    if filled.problems:
        await refuse(interaction, words.not_taken(filled.problems), filled.draft)
        return None
    try:
        return with_uploaded(interaction, filled.draft)
    except NotTaken as error:
        await refuse(interaction, words.not_taken(error.problems), filled.draft)
        return None


class EditButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=buttons.pattern(Action.EDIT)
):
    """Opens the dialog with everything that was typed, for whoever typed it."""

    def __init__(self, button: discord.ui.Button[Any], draft_id: str) -> None:
        super().__init__(button)
        self.draft_id = draft_id

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        _item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Called by discord.py for each press on any message, however old."""
        return cls(discord.ui.Button(custom_id=match.string), match["job_id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody else's draft is none of their business: it looks as if it were gone."""
        async with apologise_for(interaction, "a draft could not be opened"):
            draft = await services_of(interaction).admission.draft(
                self.draft_id, interaction.user.id
            )
            if draft is None:
                await say(interaction, words.DRAFT_GONE)
            else:
                await open_modal(interaction, draft)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    client.add_dynamic_items(EditButton)
