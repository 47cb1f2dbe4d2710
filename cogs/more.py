"""More: what is done with a finished track more rarely, for the one who presses alone."""

from collections.abc import Iterator

from bot import words
from bot.client import ComposeClient, Interaction
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.jobs import Job, JobState
from bot.words.markdown import harmless
from cogs.ui.audio_link import link_at_hand
from cogs.ui.first_answers import say
from cogs.ui.job_button import JobButton
from cogs.ui.limits import TITLE_LIMIT
from cogs.ui.persistent import add_items
from cogs.ui.places import is_outside
from cogs.ui.track_rules import is_own, may_delete, share_problem


class MoreButton(JobButton, template=buttons.pattern(Action.MORE)):
    """Opens a private message with the rarer buttons, and of those the ones that the presser may
    use. They act as if they stood where this one does."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Show them. Share needs the link to audio that stands in a private answer."""
        actions = list(self._actions(interaction, job))
        if not actions:
            why = words.track_deleted() if job.deleted_at else words.not_finished()
            await say(interaction, why)
            return
        view = buttons.row(*(buttons.button(one, job.id, self.place) for one in actions))
        private = interaction.message is not None and interaction.message.flags.ephemeral
        if private and Action.SHARE in actions and (url := link_at_hand(interaction)):
            view.add_item(buttons.link(words.button_listen(), url))
        title = harmless(words.title_of(job), TITLE_LIMIT)
        await say(interaction, words.more(title), view=view)

    def _actions(self, interaction: Interaction, job: Job) -> Iterator[Action]:
        own = is_own(interaction, job)
        if job.has_track or (job.deleted_at and own):
            yield Action.VARIATIONS
        if share_problem(interaction, job) is None:
            yield Action.SHARE
        if job.has_track or (job.deleted_at and own):
            yield Action.RECIPE
        if job.has_track and own:
            yield Action.RENAME
        if self._offers_delete(interaction, job):
            yield Action.DELETE

    def _offers_delete(self, interaction: Interaction, job: Job) -> bool:
        """Where the bot is not, a press on this private message can't reach the track's."""
        return (
            job.state is JobState.SUCCEEDED
            and not (buttons.has_delete(job, self.place) or is_outside(interaction))
            and may_delete(interaction, job, self.place)
        )


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    add_items(client, MoreButton)
