"""`/tracks`: what is held for a member, then a list of tracks to go through and open."""

import logging
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import announcements, buttons
from bot.deliver.announcements import Announcement
from bot.deliver.buttons import Action
from bot.deliver.cards import status_card as cards
from bot.domain.characters import visible
from bot.domain.jobs import Job, JobState, Notice
from bot.domain.models import model_named, name_of
from bot.errors import Busy, DatabaseTrouble
from bot.store.track_store import Only, Wanted
from cogs.ui.first_answers import defer, edit_private, in_time, say
from cogs.ui.limits import CHOICES_LIMIT
from cogs.ui.persistent import PersistentItem, add_items
from cogs.ui.track_list import (
    LIBRARY,
    MINE,
    ONLY_NAMES,
    PAGE_ID,
    SEARCH_LIMIT,
    page_embed,
    page_view,
    shown_title,
)
from cogs.ui.visibility import viewer

MODEL_LIMIT = 64
# Some of it may just be handed out elsewhere, or fail to be.
LOOK_THROUGH = 100
# Private messages with a file each; Discord takes only five where the bot is just the member's own.
AT_ONCE = 4

log = logging.getLogger(__name__)


class TrackLists(commands.Cog):
    """A member's own tracks, and others' public ones."""

    @app_commands.command(description=words.TRACKS)
    @app_commands.describe(
        user=words.TRACKS_USER,
        search=words.TRACKS_SEARCH,
        only=words.TRACKS_ONLY,
        model=words.TRACKS_MODEL,
        this_server=words.TRACKS_SERVER,
    )
    @app_commands.choices(
        only=[app_commands.Choice(name=name, value=only) for only, name in ONLY_NAMES.items()]
    )
    @app_commands.allowed_contexts(dms=True)
    async def tracks(  # noqa: PLR0917 - the options, which discord.py reads from here
        self,
        interaction: Interaction,
        user: discord.User | None = None,
        search: app_commands.Range[str, 1, SEARCH_LIMIT] | None = None,
        only: app_commands.Choice[str] | None = None,
        model: app_commands.Range[str, 1, MODEL_LIMIT] | None = None,
        this_server: bool = False,
    ) -> None:
        """Without options, what could not be delivered is handed out first."""
        wanted = _wanted(interaction, user)
        wanted = replace(
            wanted,
            guild_id=interaction.guild_id if this_server or not wanted.own else None,
            search=visible(search) or "",
            only=Only(only.value) if only else None,
            model=_model_id(model),
        )
        if problem := _list_problem(wanted):
            await say(interaction, problem)
            return
        await defer(interaction)
        said = await _hand_out(interaction) if wanted == _all_of(interaction) else None
        await _send(interaction, wanted, said)

    @tracks.autocomplete("model")
    async def _models(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The models that made what would be listed, whose name has what was typed in it."""
        wanted = _wanted(interaction, getattr(interaction.namespace, "user", None))
        if getattr(interaction.namespace, "only", None) == Only.DELETED:
            wanted = replace(wanted, only=Only.DELETED)
        looking = services_of(interaction).library.models(wanted, viewer(interaction))
        try:
            made_by = await in_time(interaction, looking)
        except DatabaseTrouble as error:
            log.error("no models are proposed: the database %s", error)
            return []
        choices = {name_of(model): model for model in made_by}
        return [
            app_commands.Choice(name=name, value=model)
            for name, model in choices.items()
            if typed.casefold() in name.casefold()
        ][:CHOICES_LIMIT]


class PageButton(PersistentItem, template=PAGE_ID):
    """Goes through a list. What it shows is stored, and who looks is checked again."""

    async def use(self, interaction: Interaction) -> None:
        """Shows the other page in place of this one."""
        wanted: Wanted | None = _all_of(interaction)
        if self.match["view_id"] != MINE:
            views = services_of(interaction).stores.views
            reading = views.get(self.match["view_id"], interaction.user.id)
            wanted = await in_time(interaction, reading)
        # A list of others' tracks is one of the server that it was asked for on.
        if wanted is None or (not wanted.own and wanted.guild_id != interaction.guild_id):
            await say(interaction, words.view_gone())
            return
        number = int(self.match["number"])
        turning = services_of(interaction).library.page(wanted, viewer(interaction), number)
        page = await in_time(interaction, turning)
        view = page_view(page, self.match["view_id"])
        await edit_private(interaction, embed=page_embed(page), view=view)


def _wanted(interaction: Interaction, user: object) -> Wanted:
    """The tracks of a user, or one's own."""
    member_id = getattr(user, "id", interaction.user.id)
    wanted = Wanted(viewer_id=interaction.user.id, member_id=member_id)
    return wanted if wanted.own else replace(wanted, guild_id=interaction.guild_id)


def _model_id(typed: str | None) -> str | None:
    """As it was chosen from the list, or typed by its name; models may have left the catalogue."""
    known = model_named(typed) if typed else None
    return known.id if known else typed


def _all_of(interaction: Interaction) -> Wanted:
    return Wanted(viewer_id=interaction.user.id, member_id=interaction.user.id)


def _list_problem(wanted: Wanted) -> str | None:
    """Why there can't be such a list, and what to ask for instead."""
    if not wanted.own and wanted.guild_id is None:
        return words.server_for_others()
    if not wanted.own and wanted.only not in {None, Only.LIKED}:
        return words.own_only()
    return None


async def _send(interaction: Interaction, wanted: Wanted, said: str | None) -> None:
    """Answer with the first page of the list."""
    services = services_of(interaction)
    page = await services.library.page(wanted, viewer(interaction), 0)
    view_id = MINE
    if page.pages > 1 and wanted != _all_of(interaction):
        view_id = await services.stores.views.keep(wanted, wanted.viewer_id, services.clock())
    await interaction.followup.send(
        said or "", embed=page_embed(page), view=page_view(page, view_id), ephemeral=True
    )


# --- what is held ---------------------------------------------------------------------------------


async def _hand_out(interaction: Interaction) -> str | None:
    """Some of it, each in a private message of its own. What remains to be said, if anything."""
    services = services_of(interaction)
    waiting = await services.stores.notices.held_for(interaction.user.id, LOOK_THROUGH)
    handed_out, failed = 0, []
    for notice, job in waiting:
        if not await services.stores.held.hand_out(notice.id, services.clock()):
            continue
        if await _is_handed_over(interaction, job, notice):
            handed_out += 1
        else:
            failed.append(shown_title(job))
        if AT_ONCE in {handed_out, len(failed)}:
            break
    return words.held_not_now(failed) if failed else None


async def _is_handed_over(interaction: Interaction, job: Job, notice: Notice) -> bool:
    """Whether it went out; if not, it is held as before."""
    done = False
    try:
        done = await _hand_over(interaction, job)
    except (discord.HTTPException, Busy) as error:
        log.warning("what is held could not be handed out: %s", error)
    finally:
        if not done:
            services = services_of(interaction)
            await services.stores.held.take_back(notice.id, services.clock())
    return done


async def _hand_over(interaction: Interaction, job: Job) -> bool:
    if job.state is JobState.SUCCEEDED:
        return await _hand_over_track(interaction, job)
    await _tell_ending(interaction, job)
    return True


async def _tell_ending(interaction: Interaction, job: Job) -> None:
    """Tell the member why a job that is held for them has no track."""
    extras: dict[str, Any] = {"embed": cards.recipe_embed(job)}
    text = words.not_started_text()
    if job.state is JobState.FAILED:
        text = cards.failure_sentence(job)
        extras["view"] = announcements.failure(job).view
    await interaction.followup.send(text, ephemeral=True, **extras)


async def _hand_over_track(interaction: Interaction, job: Job) -> bool:
    """The audio in a form that fits here, or the word that it is nowhere any more."""
    services = services_of(interaction)
    async with services.replay.open(job, interaction.filesize_limit, own=True) as what:
        if what is not None:
            await _upload(interaction, job, what)
            return True
    if await services.stores.held.size_bytes(job.id):
        return False  # but in no form that fits here
    embed = cards.recipe_embed(job)
    await interaction.followup.send(words.held_without_file(), embed=embed, ephemeral=True)
    return True


async def _upload(interaction: Interaction, job: Job, what: Announcement) -> None:
    items = [buttons.button(one, job.id, LIBRARY) for one in (Action.AGAIN, Action.RECIPE)]
    with what.open_files() as files:
        await say(
            interaction, words.held_track(), view=buttons.row(*items), embed=what.embed, files=files
        )


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(TrackLists())
    add_items(client, PageButton)
