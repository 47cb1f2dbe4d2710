"""The buttons on cards and announcements. They work for ever: all they know is in the database."""

import contextlib
import io
import logging
import re
from dataclasses import replace
from typing import Any, Self

import discord

from bot import words
from bot.client import ComposeClient, apologise
from bot.delivery import buttons, cards
from bot.delivery.buttons import Action
from bot.drafts import Draft
from bot.errors import DeliveryError
from bot.jobs import Job, JobState
from bot.text import compose_command
from cogs.answers import edit, say
from cogs.intake import start

RECIPE_LIMIT = 1800

log = logging.getLogger(__name__)

JobInteraction = discord.Interaction[ComposeClient]
AnyInteraction = discord.Interaction[Any]


class _JobButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"(?!)"):
    """A button whose custom_id names a job. Anyone who sees it can press it, or forge it."""

    def __init__(self, button: discord.ui.Button[Any], job_id: str, place: str) -> None:
        super().__init__(button)
        self.job_id = job_id
        self.place = place

    @classmethod
    async def from_custom_id(
        cls, _interaction: AnyInteraction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Called by discord.py for each press on any message, however old."""
        return cls(discord.ui.Button(custom_id=match.string), match["job_id"], match["place"])

    async def callback(self, interaction: AnyInteraction) -> None:
        """Find the job, do what the button is for, and never leave the press unanswered."""
        try:
            job = await interaction.client.reception.job(self.job_id)
            if job is None or not _concerns(job, interaction):
                await say(interaction, words.JOB_UNKNOWN)
            else:
                await self.press(interaction, job)
        except Exception:
            log.exception("a button failed")
            await apologise(interaction)

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """What the button is for."""
        raise NotImplementedError


class CancelButton(_JobButton, template=buttons.pattern(Action.CANCEL)):
    """Stops a job that waits or runs; for its member and for moderators."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """Answers by bringing the card up to date."""
        moderator = interaction.permissions.manage_messages
        if interaction.user.id != job.member_id and not moderator:
            await say(interaction, words.NOT_YOUR_JOB_CANCEL)
            return
        cancelled = await interaction.client.reception.cancel(job)
        if cancelled is None:
            now = await interaction.client.reception.job(job.id) or job
            if now.state is JobState.CANCELLED and self.place == buttons.CARD:
                # A card that nobody could bring up to date: here it comes by itself.
                embed, view = cards.ended_card(now, message_url=None)
                await edit(interaction, embed=embed, view=view)
                return
            await say(interaction, words.TOO_LATE_TO_CANCEL.get(now.state, words.JOB_UNKNOWN))
            return
        embed, view = cards.ended_card(cancelled, message_url=None)
        if self.place == buttons.CARD:
            await interaction.response.edit_message(embed=embed, view=view)
            return
        await edit(interaction, view=None)
        with contextlib.suppress(DeliveryError):  # the card may be gone: it is cancelled anyway
            await interaction.client.messenger.update_card(cancelled, embed, view)


class RetryButton(_JobButton, template=buttons.pattern(Action.RETRY)):
    """Another try of a failed job: a new job, which may be paid for."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """Only its member spends from their daily tracks."""
        if interaction.user.id != job.member_id:
            await say(interaction, words.NOT_YOUR_JOB_RETRY)
        elif job.state is not JobState.FAILED:
            await say(interaction, words.NOTHING_TO_RETRY)
        else:
            await start(interaction, replace(Draft.of(job), retry_of=job.id))


class RecipeButton(_JobButton, template=buttons.pattern(Action.RECIPE)):
    """Everything needed to make the track again, privately, for whoever asks."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """As text to copy, or as a file when it is long or would break out of a code block."""
        command = compose_command(job.brief)
        if len(command) <= RECIPE_LIMIT and "`" not in command:
            await say(interaction, words.recipe(command))
            return
        file = discord.File(io.BytesIO(command.encode()), filename="recipe.txt")
        await say(interaction, words.RECIPE_AS_FILE, file=file)


def _concerns(job: Job, interaction: AnyInteraction) -> bool:
    """Whether the press comes from where the job belongs, or from its member (in their DMs)."""
    return job.guild_id == interaction.guild_id or job.member_id == interaction.user.id


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    client.add_dynamic_items(CancelButton, RetryButton, RecipeButton)
