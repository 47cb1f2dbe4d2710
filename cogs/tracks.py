"""`/tracks`: what is held for a member, then a list of tracks to go through and open."""

import io
import logging
from collections.abc import Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient
from bot.delivery import buttons, cards
from bot.delivery.buttons import Action
from bot.delivery.track_embed import track_embed
from bot.jobs import JobState, NoticeKind
from bot.library import Held, HeldBatch
from bot.provider.models import name_of
from bot.store.track_store import Only, Wanted
from cogs.answers import defer, edit, say
from cogs.routed import Routed, RoutedInteraction
from cogs.sight import channels_seen_by
from cogs.track_list import (
    LIBRARY,
    MINE,
    ONLY_NAMES,
    PAGE_ID,
    SEARCH_MOST,
    page_embed,
    page_view,
    shown_title,
)

CHOICES_LIMIT = 25
MODEL_MOST = 64
TITLES_MOST = 10

log = logging.getLogger(__name__)

TracksInteraction = discord.Interaction[ComposeClient]


class Tracks(commands.Cog):
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
        interaction: TracksInteraction,
        user: discord.User | None = None,
        search: app_commands.Range[str, 1, SEARCH_MOST] | None = None,
        only: app_commands.Choice[str] | None = None,
        model: app_commands.Range[str, 1, MODEL_MOST] | None = None,
        this_server: bool = False,
    ) -> None:
        """Without options, what could not be delivered is handed out first."""
        wanted = _wanted(interaction, user)
        wanted = replace(
            wanted,
            guild_id=interaction.guild_id if this_server or not wanted.own else None,
            search=(search or "").strip(),
            only=Only(only.value) if only else None,
            model=model,
        )
        if refusal := _refusal(wanted):
            await say(interaction, refusal)
            return
        await defer(interaction)
        said = await _hand_out(interaction) if wanted == _all_of(interaction) else None
        await _send(interaction, wanted, said)

    @tracks.autocomplete("model")
    async def _models(
        self, interaction: TracksInteraction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """The models that made what would be listed, whose name has what was typed in it."""
        wanted = _wanted(interaction, getattr(interaction.namespace, "user", None))
        library = interaction.client.library
        made_by = await library.models(wanted, channels_seen_by(interaction))
        choices = {name_of(model): model for model in made_by}
        return [
            app_commands.Choice(name=name, value=model)
            for name, model in choices.items()
            if typed.casefold() in name.casefold()
        ][:CHOICES_LIMIT]


class PageButton(Routed, template=PAGE_ID):
    """Goes through a list. What it shows is stored, and who looks is checked anew."""

    async def use(self, interaction: RoutedInteraction) -> None:
        """Shows the other page in place of this one."""
        wanted: Wanted | None = _all_of(interaction)
        if self.match["view_id"] != MINE:
            wanted = await interaction.client.library.kept(
                self.match["view_id"], interaction.user.id
            )
        # A list of others' tracks is one of the server that it was asked for on.
        if wanted is None or (not wanted.own and wanted.guild_id != interaction.guild_id):
            await say(interaction, words.VIEW_GONE)
            return
        page = await interaction.client.library.page(
            wanted, channels_seen_by(interaction), int(self.match["number"])
        )
        view = page_view(page, self.match["view_id"])
        await edit(interaction, embed=page_embed(page), view=view)


def _wanted(interaction: TracksInteraction, user: object) -> Wanted:
    """The tracks of a user, or one's own."""
    member_id = getattr(user, "id", interaction.user.id)
    wanted = Wanted(viewer_id=interaction.user.id, member_id=member_id)
    return wanted if wanted.own else replace(wanted, guild_id=interaction.guild_id)


def _all_of(interaction: TracksInteraction) -> Wanted:
    return Wanted(viewer_id=interaction.user.id, member_id=interaction.user.id)


def _refusal(wanted: Wanted) -> str | None:
    """Why there can't be such a list, and what to ask for instead."""
    if not wanted.own and wanted.guild_id is None:
        return words.SERVER_FOR_OTHERS
    if not wanted.own and wanted.only in {Only.HELD, Only.PRIVATE}:
        return words.OWN_ONLY
    return None


async def _send(interaction: TracksInteraction, wanted: Wanted, said: str | None) -> None:
    """The first page."""
    library = interaction.client.library
    page = await library.page(wanted, channels_seen_by(interaction), 0)
    view_id = MINE
    if page.pages > 1 and wanted != _all_of(interaction):
        view_id = await library.keep(wanted)
    await interaction.followup.send(
        said or "", embed=page_embed(page), view=page_view(page, view_id), ephemeral=True
    )


# --- what is held ---------------------------------------------------------------------------------


async def _hand_out(interaction: TracksInteraction) -> str | None:
    """Each in a private message of its own. What remains to be said of it, if anything."""
    library = interaction.client.library
    batch = await library.held_for(interaction.user.id, interaction.filesize_limit)
    failed = []
    for held in batch.fitting:
        try:
            await _hand_over(interaction, held)
            await library.handed_out(held)
        except discord.HTTPException as error:
            log.warning("a held track could not be handed out: %s", error)
            failed.append(held)
    return _left(batch, failed)


def _left(batch: HeldBatch, failed: Sequence[Held]) -> str | None:
    if failed:
        return words.held_not_now(_titles(failed))
    if batch.too_large:
        return words.held_too_large(_titles(batch.too_large))
    return None if batch.fitting else words.NOTHING_HELD


def _titles(held: Sequence[Held]) -> list[str]:
    return [shown_title(one.job) for one in held[:TITLES_MOST]]


async def _hand_over(interaction: TracksInteraction, held: Held) -> None:
    """One thing: the audio, or the words for why there is none."""
    embed = cards.recipe_embed(held.job)
    if held.job.state is JobState.FAILED:
        text = cards.failure_sentence(held.job)
        again = buttons.row(buttons.button(Action.RETRY, held.job.id, NoticeKind.FAILURE))
        await interaction.followup.send(text, embed=embed, view=again, ephemeral=True)
    elif held.job.state is JobState.CANCELLED:
        await interaction.followup.send(words.NOT_STARTED, embed=embed, ephemeral=True)
    elif (audio := await interaction.client.library.audio_of(held)) is None:
        await interaction.followup.send(words.HELD_WITHOUT_FILE, embed=embed, ephemeral=True)
    else:
        actions = (Action.AGAIN, Action.RECIPE)
        await interaction.followup.send(
            words.HELD_TRACK,
            embed=track_embed(held.job),
            file=discord.File(io.BytesIO(audio.content), filename=audio.file_name),
            view=buttons.row(*(buttons.button(one, held.job.id, LIBRARY) for one in actions)),
            ephemeral=True,
        )


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Tracks())
    client.add_dynamic_items(PageButton)
