"""`/style`: options that members save under a name."""

import re
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.domain.drafts import Draft
from bot.domain.models import LONGEST_S, NEGATIVE_PROMPT_LIMIT, PROMPT_LIMIT
from bot.domain.problems import NotTaken
from bot.domain.requests import AudioFormat, Request
from bot.domain.styles import NAME_LIMIT, WORDS_LIMIT, Style, checked_style
from bot.store.style_store import Saving
from cogs.ui.first_answers import edit_private, in_time, say
from cogs.ui.intake import start
from cogs.ui.model_choices import model_choices
from cogs.ui.own_styles import style_choices, style_named
from cogs.ui.persistent import PersistentItem, add_items

REPLACE_ID = re.compile("compose:style:(?P<question_id>[0-9a-f]{16})")


class Styles(commands.GroupCog, name="style", description=words.STYLE):
    """`/style`: saves, uses and deletes them. All answers but tracks are private."""

    @app_commands.command(description=words.STYLE_SAVE)
    @app_commands.describe(
        name=words.STYLE_NAME,
        model=words.STYLE_MODEL,
        negative_prompt=words.COMPOSE_NEGATIVE_PROMPT,
        seconds=words.STYLE_SECONDS,
        audio_format=words.COMPOSE_FORMAT,
        added_words=words.STYLE_WORDS,
    )
    @app_commands.rename(audio_format="format", added_words="words")
    @app_commands.autocomplete(model=model_choices)
    async def save(  # noqa: PLR0917 - the options, which discord.py reads from here
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LIMIT],
        model: str | None = None,
        added_words: app_commands.Range[str, 1, WORDS_LIMIT] | None = None,
        negative_prompt: app_commands.Range[str, 1, NEGATIVE_PROMPT_LIMIT] | None = None,
        seconds: app_commands.Range[int, 1, LONGEST_S] | None = None,
        audio_format: AudioFormat | None = None,
    ) -> None:
        """One that is there already is replaced only after a question."""
        typed = Style(
            name=name,
            model=model,
            words=added_words,
            negative_prompt=negative_prompt,
            seconds=seconds,
            audio_format=audio_format,
        )
        try:
            style = checked_style(typed, services_of(interaction).offer)
        except NotTaken as error:
            await say(interaction, words.style_not_saved(error.problems))
            return
        text, more = await in_time(interaction, _saved(interaction, style))
        await say(interaction, text, **more)

    @app_commands.command(description=words.STYLE_USE)
    @app_commands.describe(style=words.STYLE_WHICH, prompt=words.COMPOSE_PROMPT)
    @app_commands.autocomplete(style=style_choices)
    async def use(
        self,
        interaction: Interaction,
        style: app_commands.Range[str, 1, NAME_LIMIT],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT],
    ) -> None:
        """The same as `/compose` with this style."""
        draft = Draft(request=Request(prompt=prompt))
        if found := await style_named(interaction, style, draft):
            await start(interaction, draft, found)

    @app_commands.command(description=words.STYLE_DELETE)
    @app_commands.describe(style=words.STYLE_WHICH)
    @app_commands.autocomplete(style=style_choices)
    async def delete(
        self, interaction: Interaction, style: app_commands.Range[str, 1, NAME_LIMIT]
    ) -> None:
        """What was made with it stays as it is."""
        deleting = services_of(interaction).stores.styles.delete(interaction.user.id, style)
        deleted = await in_time(interaction, deleting)
        text = words.style_deleted(style) if deleted else words.style_not_deleted()
        await say(interaction, text)


class ReplaceButton(PersistentItem, template=REPLACE_ID):
    """Saves a style in the place of another one, after the question."""

    async def use(self, interaction: Interaction) -> None:
        """May be pressed again: the same is saved once more."""
        questions = services_of(interaction).stores.style_questions
        reading = questions.get(self.match["question_id"], interaction.user.id)
        style = await in_time(interaction, reading)
        if style is None:
            await say(interaction, words.style_question_gone())
            return
        try:  # its model can have gone since the question
            checked_style(style, services_of(interaction).offer)
        except NotTaken as error:
            await edit_private(
                interaction, content=words.style_not_saved(error.problems), view=None
            )
            return
        text, _ = await in_time(interaction, _saved(interaction, style, replace=True))
        await edit_private(interaction, content=text, view=None)


async def _saved(
    interaction: Interaction, style: Style, *, replace: bool = False
) -> tuple[str, dict[str, Any]]:
    """What to answer once a style is stored, or not; and with which button."""
    services, member_id = services_of(interaction), interaction.user.id
    now = services.clock()
    match await services.stores.styles.save(style, member_id, now, replace=replace):
        case Saving.SAVED:
            return words.style_saved(style), {}
        case Saving.FULL:
            return words.styles_full(), {}
    old = await services.stores.styles.get(member_id, style.name) or style
    question_id = await services.stores.style_questions.keep(style, member_id, now)
    button: buttons.Button = discord.ui.Button(
        label=words.button_replace(),
        style=discord.ButtonStyle.danger,
        custom_id=f"compose:style:{question_id}",
    )
    return words.style_taken(old, style), {"view": buttons.row(button)}


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Styles())
    add_items(client, ReplaceButton)
