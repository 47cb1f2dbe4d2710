"""What all buttons have in common whose custom_id names a job: who presses, and may they."""

import logging
import re

import discord

from bot import words
from bot.client import Interaction, services_of
from bot.deliver.buttons import CARD, stands_for
from bot.domain.jobs import Job
from cogs.ui.first_answers import in_time, say
from cogs.ui.persistent import PersistentItem
from cogs.ui.visibility import viewer

log = logging.getLogger(__name__)


class JobButton(PersistentItem):
    """A button or select whose custom_id names a job, and where it stands."""

    def __init__(self, match: re.Match[str]) -> None:
        super().__init__(match)
        self.place = match["place"]

    async def use(self, interaction: Interaction) -> None:
        """Find the job, and do what the button is for."""
        job = await visible_job(interaction, self.match["job_id"])
        if job is None:
            await say(interaction, words.job_unknown())
        else:
            await self.press(interaction, job)

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Do what the button is for, with the job that its custom_id names."""
        raise NotImplementedError


async def visible_job(interaction: Interaction, job_id: str) -> Job | None:
    """The job that a button names, if the one who presses may know of it.

    What is private, of another server, or in a channel that they can't see, is as unknown to them
    as what does not exist. Raises `DatabaseTrouble`, in time for an answer.
    """
    looking = services_of(interaction).visibility.job(job_id, viewer(interaction))
    return await in_time(interaction, looking)


async def stands_under(interaction: Interaction, job: Job) -> bool:
    """Whether the message with the button is about the job, or a private answer: only then may the
    press change it, whatever custom_id came with it."""
    message = interaction.message
    if message is None:
        return False
    if message.flags.ephemeral:
        return True
    # Where the card is may be written down only after its first press.
    if job.card_message_id is None and stands_for(message, job.card_job_id, CARD):
        return True
    return await in_time(
        interaction, services_of(interaction).stores.tracks.is_told_by(job, message.id)
    )


def moderates(interaction: Interaction, channel_id: int) -> bool:
    """Whether the one who presses may delete others' messages in this channel of the server."""
    return permissions_in(interaction, channel_id).manage_messages


def permissions_in(interaction: Interaction, channel_id: int) -> discord.Permissions:
    """What the one who presses may do in a channel of this server; nothing, if it is not known."""
    if interaction.guild is None or not isinstance(interaction.user, discord.Member):
        return discord.Permissions.none()
    if channel_id == interaction.channel_id:
        return interaction.permissions  # as Discord itself computed them
    channel = interaction.guild.get_channel_or_thread(channel_id)
    return channel.permissions_for(interaction.user) if channel else discord.Permissions.none()
