"""Taking a track away, after a question: for its member, and for moderators."""

from bot import words
from bot.client import ComposeClient
from bot.delivery import buttons
from bot.delivery.buttons import Action
from bot.jobs import Job, JobState
from cogs.answers import edit, say
from cogs.pressing import JobButton, JobInteraction, moderates


class DeleteButton(JobButton, template=buttons.pattern(Action.DELETE)):
    """Asks first: what is deleted can't be made again exactly."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """The answer's buttons remember where this one stood."""
        if job.state is not JobState.SUCCEEDED:
            await say(interaction, words.NOT_FINISHED)
        elif not _may_delete(interaction, job, self.place):
            await say(interaction, words.NOT_YOUR_TRACK_DELETE)
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
        await edit(interaction, content=words.KEPT, view=None)


class DeleteNowButton(JobButton, template=buttons.pattern(Action.DELETE_NOW)):
    """Yes."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """Who may is asked again: anyone can forge this."""
        if job.state is not JobState.SUCCEEDED or not _may_delete(interaction, job, self.place):
            await say(interaction, words.NOT_YOUR_TRACK_DELETE)
            return
        await edit(interaction, content=words.DELETING, view=None)
        done = await _done(interaction, job, self.place)
        await interaction.edit_original_response(content=done)


def _may_delete(interaction: JobInteraction, job: Job, place: str) -> bool:
    return (
        job.member_id == interaction.user.id
        or moderates(interaction, job.channel_id)
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
        return words.DELETED_BUT_POSTED
    return words.DELETED_PRIVATE if job.private else words.DELETED


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    client.add_dynamic_items(DeleteButton, KeepButton, DeleteNowButton)
