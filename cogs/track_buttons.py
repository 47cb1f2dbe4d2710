"""The buttons under finished tracks: make another one of it, like it, take it away."""

from dataclasses import replace

import discord

from bot import words
from bot.client import ComposeClient, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.drafts import Draft
from bot.domain.jobs import Job
from bot.domain.recipes import command_of
from bot.domain.requests import Relation
from bot.words.markdown import harmless
from cogs.ui.first_answers import edit, in_time, say
from cogs.ui.intake import start
from cogs.ui.job_button import JobButton, JobInteraction, stands_under
from cogs.ui.places import why_not_here
from cogs.ui.request_modal import open_modal

TAKES = {"two": 2, "three": 3, "four": 4}
# A press that came at the same moment may have been counted after ours, and shown before.
LABEL_LOOKS = 3
COMMAND_LIMIT = 1700
SERVER_NAME_LIMIT = 150


class TrackButton(JobButton, template=r"(?!)"):
    """A button for a finished track that is there."""

    async def press(self, interaction: JobInteraction, job: Job) -> None:
        """Its member may go on with a track that was taken away: the recipe stays."""
        if job.has_track or (job.deleted_at and job.member_id == interaction.user.id):
            await self.use(interaction, job)
        else:
            await say(interaction, words.TRACK_DELETED if job.deleted_at else words.NOT_FINISHED)

    async def use(self, interaction: JobInteraction, job: Job) -> None:
        """What the button is for."""
        raise NotImplementedError

    def child(self, interaction: JobInteraction, job: Job, relation: Relation) -> Draft:
        """A request for a track from this one. It is private where the button was."""
        own = job.member_id == interaction.user.id
        private = job.private and own and self.place != buttons.SHARE
        return replace(Draft.of(job, relation), private=private)


class AgainButton(TrackButton, template=buttons.pattern(Action.AGAIN)):
    """The same request with a new seed, for whoever presses."""

    async def use(self, interaction: JobInteraction, job: Job) -> None:
        """A track of their own, which counts as theirs."""
        await begin(interaction, job, self.child(interaction, job, Relation.AGAIN).reseeded())


class RemixButton(TrackButton, template=buttons.pattern(Action.REMIX)):
    """The same request, to be changed first."""

    async def use(self, interaction: JobInteraction, job: Job) -> None:
        """The dialog, with everything filled in."""
        await open_modal(interaction, self.child(interaction, job, Relation.REMIX))


class VariationsButton(TrackButton, template=buttons.pattern(Action.VARIATIONS)):
    """Several takes of the same request."""

    async def use(self, interaction: JobInteraction, job: Job) -> None:
        """Asks how many first, since each is paid for."""
        choices = (
            buttons.button(
                Action.TAKES, job.id, f"{name}{self.place}", label=words.takes_label(takes)
            )
            for name, takes in TAKES.items()
        )
        await say(interaction, words.HOW_MANY_TAKES, view=buttons.row(*choices))


class TakesButton(TrackButton, template=buttons.pattern(Action.TAKES)):
    """The answer to that question; its place begins with how many."""

    async def use(self, interaction: JobInteraction, job: Job) -> None:
        """One request with one card."""
        chosen = next((name for name in TAKES if self.place.startswith(name)), None)
        if chosen is None:
            await say(interaction, words.JOB_UNKNOWN)
            return
        self.place = self.place.removeprefix(chosen)
        draft = self.child(interaction, job, Relation.VARIATION).reseeded()
        await begin(interaction, job, replace(draft, variations=TAKES[chosen]))


class LikeButton(TrackButton, template=buttons.pattern(Action.LIKE)):
    """Likes a track, or takes the like back."""

    async def use(self, interaction: JobInteraction, job: Job) -> None:
        """The button's own label is the answer."""
        if job.member_id == interaction.user.id:
            await say(interaction, words.OWN_TRACK_LIKE)
            return
        services = services_of(interaction)
        liking = services.likes.toggle(job.id, interaction.user.id, services.clock())
        likes = await in_time(interaction, liking)
        if await stands_under(interaction, job):
            await self._show(interaction, job, likes.count)
        else:
            await say(interaction, words.LIKED if likes.liked else words.LIKE_TAKEN_BACK)

    async def _show(self, interaction: JobInteraction, job: Job, shown: int) -> None:
        await edit(interaction, view=self._with_count(interaction, shown))
        for _ in range(LABEL_LOOKS):
            now = await services_of(interaction).likes.count(job.id)
            if now == shown:
                break
            shown = now
            await interaction.edit_original_response(view=self._with_count(interaction, shown))

    def _with_count(self, interaction: JobInteraction, likes: int) -> discord.ui.View:
        """The buttons as they are, but for this one's label."""
        if interaction.message is None:
            raise AssertionError("a button without its message")
        view = discord.ui.View.from_message(interaction.message, timeout=None)
        for item in view.children:
            if isinstance(item, discord.ui.Button) and item.custom_id == self.custom_id:
                item.label = words.like_label(likes)
        view.stop()
        return view


async def begin(interaction: JobInteraction, job: Job, draft: Draft) -> None:
    """Start a track like this job's. Where that can't be, say where it can."""
    if (
        job.guild_id
        and not interaction.guild_id
        and why_not_here(interaction, private=draft.private)
    ):
        guild = interaction.client.get_guild(job.guild_id)
        server = harmless(guild.name, SERVER_NAME_LIMIT) if guild else None
        command = command_of(job.request) or ""
        fits = "`" not in command and 0 < len(command) <= COMMAND_LIMIT
        await say(interaction, words.ask_in_server(server, command if fits else None))
    else:
        await start(interaction, draft)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    client.add_dynamic_items(AgainButton, RemixButton, VariationsButton, TakesButton, LikeButton)
