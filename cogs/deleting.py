"""Taking a track away, after a question: for its member, and for moderators."""

import logging
import re
from functools import partial

import discord

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.deliver.messenger import READ_TIMEOUT_S, translated
from bot.domain.jobs import Job, JobState
from bot.domain.places import Place
from bot.errors import DeliveryError, Unreachable
from cogs.ui.first_answers import ask, edit_private, say
from cogs.ui.job_button import JobButton, moderates, stands_under, visible_job
from cogs.ui.persistent import add_items
from cogs.ui.places import is_outside
from cogs.ui.visibility import sees

log = logging.getLogger(__name__)


class DeleteButton(JobButton, template=buttons.pattern(Action.DELETE)):
    """Asks first: what is deleted can't be made again exactly."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Ask. The question's buttons remember on which message this one was pressed."""
        if job.state is not JobState.SUCCEEDED:
            await say(interaction, words.not_finished())
        elif not _may_delete(interaction, job, self.place):
            await say(interaction, words.not_your_track_delete())
        elif is_outside(interaction) and await stands_under(interaction, job):
            question = _question(interaction, job, self.place)
            await ask(interaction, DeleteModal(job, self.place, question))
        else:
            question = _question(interaction, job, self.place)
            actions = (Action.DELETE_NOW, Action.KEEP)
            choices = (buttons.button(action, job.id, self.place) for action in actions)
            await say(interaction, question, view=buttons.row(*choices))


class KeepButton(JobButton, template=buttons.pattern(Action.KEEP)):
    """Keeps the track, after the question."""

    async def press(self, interaction: Interaction, _job: Job) -> None:
        """Delete the private message with the question."""
        await edit_private(interaction, content=words.kept(), view=None)


class DeleteNowButton(JobButton, template=buttons.pattern(Action.DELETE_NOW)):
    """Deletes the track, after the question."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Delete the track. Who may do that is checked again: anyone can forge this custom_id."""
        if job.state is not JobState.SUCCEEDED or not _may_delete(interaction, job, self.place):
            await say(interaction, words.not_your_track_delete())
            return
        await edit_private(interaction, content=words.deleting(), view=None)
        done = await _done(interaction, job, self.place)
        await interaction.edit_original_response(content=done)


class DeleteModal(discord.ui.Modal):
    """The question as a dialog, where the bot itself is not: only the token of a press on the
    message can delete it, and of all answers to such a press, the dialog passes one on."""

    def __init__(self, job: Job, place: str, question: str) -> None:
        custom_id = buttons.custom_id(Action.DELETE_NOW, job.id, place)
        super().__init__(title=words.delete_title(), custom_id=custom_id, timeout=None)
        self.add_item(discord.ui.TextDisplay(question))
        self.stop()


async def _delete_pressed(interaction: Interaction, match: re.Match[str]) -> None:
    """The dialog comes back: the track goes, and the message it was pressed on. Who may is asked
    again."""
    job, message = await visible_job(interaction, match["job_id"]), interaction.message
    if job is None or message is None or not await stands_under(interaction, job):
        await say(interaction, words.job_unknown())
        return
    if job.state is not JobState.SUCCEEDED or not _may_delete(interaction, job, match["place"]):
        await say(interaction, words.not_your_track_delete())
        return
    await interaction.response.defer()  # from now on the token's own answer is that message
    gone = await _taken_away(interaction, job, except_message_id=message.id)
    try:
        async with translated(READ_TIMEOUT_S):
            await interaction.delete_original_response()
    except Unreachable as error:
        log.info("the message that was pressed is gone already: %s", error)
    except DeliveryError as error:
        log.warning("the message that was pressed could not be removed: %s", error)
        gone = False
    await say(interaction, _said(interaction, job) if gone else words.deleted_out_of_reach())


async def _taken_away(
    interaction: Interaction, job: Job, *, except_message_id: int | None = None
) -> bool:
    """From everywhere for its member; for a moderator from where they may remove messages."""
    removal = services_of(interaction).removal
    if _is_own(interaction, job):
        return await removal.remove(job, by_member=True, except_message_id=except_message_id)
    return await removal.moderate(
        job, partial(_reaches, interaction, job), except_message_id=except_message_id
    )


def _reaches(interaction: Interaction, job: Job, place: Place) -> bool:
    """Whether the one who presses sees this place, and may remove messages there."""
    if interaction.guild_id is None or place.guild_id != interaction.guild_id:
        return False
    # The thread under the card has the card's id, and may be one that the bot does not know (any
    # more). It is as open as its channel.
    in_thread = place.channel_id == job.card_message_id
    channel_id = job.channel_id if in_thread else place.channel_id
    return sees(interaction, channel_id) and moderates(interaction, channel_id)


def _is_own(interaction: Interaction, job: Job) -> bool:
    return job.member_id == interaction.user.id


def _question(interaction: Interaction, job: Job, place: str) -> str:
    if _is_share_only(interaction, job, place):
        return words.delete_share_question()
    own = _is_own(interaction, job)
    return words.delete_question() if own else words.delete_as_moderator_question()


def _said(interaction: Interaction, job: Job) -> str:
    return words.deleted() if _is_own(interaction, job) else words.deleted_as_moderator()


def _may_delete(interaction: Interaction, job: Job, place: str) -> bool:
    """A private track is nothing that the channel it was asked for in has ever seen."""
    return (
        _is_own(interaction, job)
        or (not job.private and moderates(interaction, job.channel_id))
        or _is_share_only(interaction, job, place)
    )


def _is_share_only(interaction: Interaction, job: Job, place: str) -> bool:
    """A moderator of the channel it was shared to takes away no more than that."""
    here, own = interaction.channel_id or 0, _is_own(interaction, job)
    return place == buttons.SHARE and not own and moderates(interaction, here)


async def _done(interaction: Interaction, job: Job, place: str) -> str:
    """Take it away, and say what came of it."""
    removal = services_of(interaction).removal
    if _is_share_only(interaction, job, place):
        gone = await removal.remove_share(job, interaction.channel_id or 0)
        return words.deleted_share() if gone else words.deleted_but_posted()
    gone = await _taken_away(interaction, job)
    if not gone:
        return words.deleted_out_of_reach() if job.outside else words.deleted_but_posted()
    return words.deleted_private() if job.private else _said(interaction, job)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    client.router.dialogs[DeleteNowButton.template] = _delete_pressed
    add_items(client, DeleteButton, KeepButton, DeleteNowButton)
