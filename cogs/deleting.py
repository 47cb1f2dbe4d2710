"""Taking a track away, after a question: for its member, and for moderators."""

import contextlib
from collections.abc import Mapping
from typing import Any

import discord
from discord.ext import commands

from bot import words
from bot.client import ComposeClient
from bot.delivery import buttons
from bot.delivery.buttons import Action
from bot.jobs import Job, JobState
from cogs.answers import apologise_for, ask, edit_private, say
from cogs.places import is_outside
from cogs.pressing import JobButton, JobInteraction, moderates, stands_under, visible_job

SURE = buttons.pattern(Action.DELETE_NOW)


class DeleteButton(JobButton, template=buttons.pattern(Action.DELETE)):
    """Asks first: what is deleted can't be made again exactly."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """The answer's buttons remember where this one stood."""
        if job.state is not JobState.SUCCEEDED:
            await say(interaction, words.NOT_FINISHED)
        elif not _may_delete(interaction, job, self.place):
            await say(interaction, words.NOT_YOUR_TRACK_DELETE)
        elif is_outside(interaction) and await stands_under(interaction, job):
            await ask(interaction, DeleteModal(job, self.place))
        else:
            only_here = _is_share_only(interaction, job, self.place)
            question = words.DELETE_SHARE_QUESTION if only_here else words.DELETE_QUESTION
            actions = (Action.DELETE_NOW, Action.KEEP)
            choices = (buttons.button(action, job.id, self.place) for action in actions)
            await say(interaction, question, view=buttons.row(*choices))


class KeepButton(JobButton, template=buttons.pattern(Action.KEEP)):
    """No, after all."""

    async def press(self, interaction: JobInteraction, _job: Job) -> None:
        """The question goes away."""
        await edit_private(interaction, content=words.KEPT, view=None)


class DeleteNowButton(JobButton, template=buttons.pattern(Action.DELETE_NOW)):
    """Yes."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """Who may is asked again: anyone can forge this."""
        if job.state is not JobState.SUCCEEDED or not _may_delete(interaction, job, self.place):
            await say(interaction, words.NOT_YOUR_TRACK_DELETE)
            return
        await edit_private(interaction, content=words.DELETING, view=None)
        done = await _done(interaction, job, self.place)
        await interaction.edit_original_response(content=done)


class DeleteModal(discord.ui.Modal):
    """The question as a dialog, where the bot itself is not: only the token of a press on the
    message can delete it, and of all answers to such a press, the dialog passes one on."""

    def __init__(self, job: Job, place: str) -> None:
        custom_id = buttons.custom_id(Action.DELETE_NOW, job.id, place)
        super().__init__(title=words.DELETE_TITLE, custom_id=custom_id, timeout=None)
        self.add_item(discord.ui.TextDisplay(words.DELETE_QUESTION))
        self.stop()


class Deleting(commands.Cog):
    """The dialog comes back."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: JobInteraction) -> None:
        """Of all dialogs, only the one above."""
        data: Mapping[str, Any] = interaction.data or {}
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        if match := SURE.fullmatch(str(data.get("custom_id"))):
            async with apologise_for(interaction, "a track could not be deleted"):
                await _delete_pressed(interaction, match["job_id"], match["place"])


async def _delete_pressed(interaction: JobInteraction, job_id: str, place: str) -> None:
    """The track, and the message it was pressed on. Who may is asked again."""
    job, message = await visible_job(interaction, job_id), interaction.message
    if job is None or message is None or not await stands_under(interaction, job):
        await say(interaction, words.JOB_UNKNOWN)
        return
    if job.state is not JobState.SUCCEEDED or not _may_delete(interaction, job, place):
        await say(interaction, words.NOT_YOUR_TRACK_DELETE)
        return
    await interaction.response.defer()  # from now on the token's own answer is that message
    by_member = job.member_id == interaction.user.id
    gone = await interaction.client.removal.remove(job, by_member=by_member, besides=message.id)
    with contextlib.suppress(discord.NotFound):
        await interaction.delete_original_response()
    await say(interaction, words.DELETED if gone else words.DELETED_OUT_OF_REACH)


def _may_delete(interaction: JobInteraction, job: Job, place: str) -> bool:
    """A private track is nothing that the channel it was asked for in has ever seen."""
    return (
        job.member_id == interaction.user.id
        or (not job.private and moderates(interaction, job.channel_id))
        or _is_share_only(interaction, job, place)
    )


def _is_share_only(interaction: JobInteraction, job: Job, place: str) -> bool:
    """A moderator of the channel it was shared to takes away no more than that."""
    own = job.member_id == interaction.user.id
    here = interaction.channel_id or 0
    return place == buttons.SHARE and not own and moderates(interaction, here)


async def _done(interaction: JobInteraction, job: Job, place: str) -> str:
    """Take it away, and say what came of it."""
    removal = interaction.client.removal
    if _is_share_only(interaction, job, place):
        gone = await removal.remove_share(job, interaction.channel_id or 0)
        return words.DELETED_SHARE if gone else words.DELETED_BUT_POSTED
    gone = await removal.remove(job, by_member=job.member_id == interaction.user.id)
    if not gone:
        return words.DELETED_OUT_OF_REACH if job.outside else words.DELETED_BUT_POSTED
    return words.DELETED_PRIVATE if job.private else words.DELETED


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Deleting())
    client.add_dynamic_items(DeleteButton, KeepButton, DeleteNowButton)
