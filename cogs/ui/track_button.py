"""What the buttons of finished tracks have in common, and how another track starts from one."""

from dataclasses import replace

from bot import words
from bot.client import Interaction
from bot.deliver import buttons
from bot.domain.drafts import Draft
from bot.domain.jobs import Job
from bot.domain.recipes import command_of
from bot.domain.requests import Relation
from bot.words.markdown import harmless
from cogs.ui.first_answers import say
from cogs.ui.intake import start
from cogs.ui.job_button import JobButton
from cogs.ui.places import why_not_here

COMMAND_LIMIT = 1700
SERVER_NAME_LIMIT = 150


class TrackButton(JobButton):
    """A button for a finished track that is there."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Its member may go on with a track that was taken away: the recipe stays."""
        if job.has_track or (job.deleted_at and job.member_id == interaction.user.id):
            await self.act(interaction, job)
        else:
            await say(
                interaction, words.track_deleted() if job.deleted_at else words.not_finished()
            )

    async def act(self, interaction: Interaction, job: Job) -> None:
        """What the button is for."""
        raise NotImplementedError

    def child(self, interaction: Interaction, job: Job, relation: Relation) -> Draft:
        """A request for a track from this one. It is private where the button was."""
        own = job.member_id == interaction.user.id
        private = job.private and own and self.place != buttons.SHARE
        return replace(Draft.of(job, relation), private=private)


async def begin(interaction: Interaction, job: Job, draft: Draft) -> None:
    """Start a track like this job's. Where that can't be, say where it can."""
    private = draft.private
    if job.guild_id and not interaction.guild_id and why_not_here(interaction, private=private):
        guild = interaction.client.get_guild(job.guild_id)
        server = harmless(guild.name, SERVER_NAME_LIMIT) if guild else None
        command = command_of(job.request) or ""
        fits = "`" not in command and 0 < len(command) <= COMMAND_LIMIT
        await say(interaction, words.ask_in_server(server, command if fits else None))
    else:
        await start(interaction, draft)
