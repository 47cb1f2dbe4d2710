"""The buttons under finished tracks: make another one of it, like it."""

from dataclasses import replace
from typing import Any

import discord

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.jobs import Job
from bot.domain.requests import Relation
from cogs.ui.first_answers import ask, edit, in_time, say
from cogs.ui.job_button import stands_under
from cogs.ui.persistent import add_items
from cogs.ui.places import member_locale, server_locale
from cogs.ui.request_modal import open_modal, values_of
from cogs.ui.track_button import TrackButton, begin

TAKES = {"two": 2, "three": 3, "four": 4}
# A press that came at the same moment may have been counted after ours, and shown before.
LABEL_LOOKS = 3


class AgainButton(TrackButton, template=buttons.pattern(Action.AGAIN)):
    """The same request with a new seed, for whoever presses."""

    async def act(self, interaction: Interaction, job: Job) -> None:
        """Start a track, which counts as one of the presser's own."""
        await begin(interaction, job, self.child(interaction, job, Relation.AGAIN).reseeded())


class RemixButton(TrackButton, template=buttons.pattern(Action.REMIX)):
    """The same request, to be changed first."""

    async def act(self, interaction: Interaction, job: Job) -> None:
        """Open the dialog with the track's request filled in."""
        await open_modal(interaction, self.child(interaction, job, Relation.REMIX))


class VariationsButton(TrackButton, template=buttons.pattern(Action.VARIATIONS)):
    """Several takes of the same request."""

    async def act(self, interaction: Interaction, job: Job) -> None:
        """Ask how many takes are wanted, since each is paid for."""
        await ask(interaction, TakesModal(job, self.place))


class TakesModal(discord.ui.Modal):
    """The question for the number of takes. Its answer is the card, so a private message with the
    question would be left open beside it."""

    def __init__(self, job: Job, place: str) -> None:
        custom_id = buttons.custom_id(Action.TAKES, job.id, place)
        super().__init__(title=words.button_variations(), custom_id=custom_id, timeout=None)
        options = [
            discord.SelectOption(label=words.takes_label(takes), value=name)
            for name, takes in TAKES.items()
        ]
        options[0].default = True
        select: discord.ui.Select[Any] = discord.ui.Select(custom_id="takes", options=options)
        hint = words.takes_hint()
        self.add_item(
            discord.ui.Label(text=words.modal_variations(), description=hint, component=select)
        )
        self.stop()


class Takes(TrackButton, template=buttons.pattern(Action.TAKES)):
    """What that dialog comes back with. Older questions are private messages with buttons, whose
    place begins with the number."""

    async def act(self, interaction: Interaction, job: Job) -> None:
        """Start all takes as one request, which has one card."""
        sent = values_of(interaction).get("takes")
        answers = (name for name in TAKES if sent == [name] or self.place.startswith(name))
        chosen = next(answers, None)
        if chosen is None:
            await say(interaction, words.job_unknown())
            return
        self.place = self.place.removeprefix(chosen)
        draft = self.child(interaction, job, Relation.VARIATION).reseeded()
        await begin(interaction, job, replace(draft, variations=TAKES[chosen]))


class LikeButton(TrackButton, template=buttons.pattern(Action.LIKE)):
    """Likes a track, or takes the like back."""

    async def act(self, interaction: Interaction, job: Job) -> None:
        """Like the track, or take the like back, and answer by the count on the button's label."""
        if job.member_id == interaction.user.id:
            await say(interaction, words.own_track_like())
            return
        services = services_of(interaction)
        liking = services.stores.likes.toggle(job.id, interaction.user.id, services.clock())
        likes = await in_time(interaction, liking)
        if await stands_under(interaction, job):
            await self._show(interaction, job, likes.count)
        else:
            await say(interaction, words.liked() if likes.liked else words.like_taken_back())

    async def _show(self, interaction: Interaction, job: Job, shown: int) -> None:
        await edit(interaction, view=self._with_count(interaction, shown))
        for _ in range(LABEL_LOOKS):
            now = await services_of(interaction).stores.likes.count(job.id)
            if now == shown:
                break
            shown = now
            await interaction.edit_original_response(view=self._with_count(interaction, shown))

    def _with_count(self, interaction: Interaction, likes: int) -> discord.ui.View:
        """The message's buttons as they are, with a new count on this one's label."""
        if interaction.message is None:
            raise AssertionError("a button without its message")
        view = discord.ui.View.from_message(interaction.message, timeout=None)
        for item in view.children:
            if isinstance(item, discord.ui.Button) and item.custom_id == self.match.string:
                with words.speaking(server_locale(interaction) or member_locale(interaction)):
                    item.label = words.like_label(likes)
        view.stop()
        return view


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    client.router.dialogs[Takes.template] = Takes.handle
    add_items(client, AgainButton, RemixButton, VariationsButton, Takes, LikeButton)
