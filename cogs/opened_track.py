"""A track that was opened from a list: heard again, privately, with what can be done with it."""

import re
from typing import Any

import discord

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.announcements import Announcement
from bot.deliver.buttons import Action
from bot.deliver.track_embed import as_shared, retitled, track_embed
from bot.domain.characters import visible
from bot.domain.jobs import Job
from bot.domain.requests import Relation
from bot.errors import Busy
from bot.rest.verdict import Verdict, verdict_on
from bot.store.track_store import ListedTrack
from bot.words.markdown import harmless
from cogs.ui.first_answers import ask, defer, edit, in_time, say
from cogs.ui.job_button import JobButton
from cogs.ui.limits import TITLE_LIMIT
from cogs.ui.member_lock import one_each
from cogs.ui.persistent import PersistentItem, add_items, chosen
from cogs.ui.request_modal import values_of
from cogs.ui.track_button import TrackButton, begin
from cogs.ui.track_list import LIBRARY, OPEN_ID
from cogs.ui.visibility import viewer

NEW_TITLE_LIMIT = 60
RENAME_ID = re.compile(r"compose:rename:(?P<job_id>[0-9a-f]{16})")

OWN = (Action.AGAIN, Action.SHARE, Action.RENAME, Action.RECIPE, Action.DELETE)
OTHERS = (Action.LIKE, Action.AGAIN, Action.REMIX, Action.RECIPE)
GONE = (Action.REMAKE, Action.RECIPE)


class OpenSelect(PersistentItem, template=OPEN_ID):
    """Opens the chosen track, if the one who chose may see it."""

    async def use(self, interaction: Interaction) -> None:
        """Answer with the track in a private message, which leaves the list as it is."""
        async with one_each(interaction) as free:
            if free:
                await defer(interaction)
                await _open(interaction, chosen(interaction))


async def _open(interaction: Interaction, job_id: str) -> None:
    track = await services_of(interaction).library.track(job_id, viewer(interaction))
    if track is None or not await _is_there_for(interaction, track):
        await say(interaction, words.track_unknown())
    elif track.job.deleted_at is not None:
        await _say_gone(interaction, track, words.opened_deleted())
    else:
        await _play(interaction, track)


async def _is_there_for(interaction: Interaction, track: ListedTrack) -> bool:
    """What a moderator took out of a channel by hand is gone for all but its member."""
    own = track.job.member_id == interaction.user.id
    return own or await services_of(interaction).replay.stands(track)


async def _play(interaction: Interaction, track: ListedTrack) -> None:
    """The audio, else a link to it, else the way to make it again."""
    replay = services_of(interaction).replay
    parent = await services_of(interaction).visibility.parent(track.job, viewer(interaction))
    own = track.job.member_id == interaction.user.id
    try:
        limit_bytes = interaction.filesize_limit
        async with replay.open(track.job, limit_bytes, own=own, parent=parent) as what:
            if what is not None and await _is_uploaded(interaction, track, what):
                return
    except Busy:
        await say(interaction, words.opened_busy())
        return
    if url := await replay.link(track):
        await say(
            interaction,
            words.track_as_file_link(url),
            embed=track_embed(_as_seen(interaction, track), parent=parent),
            view=_track_controls(interaction, track),
        )
    else:
        await _say_gone(interaction, track, words.opened_gone())


async def _is_uploaded(interaction: Interaction, track: ListedTrack, what: Announcement) -> bool:
    """Whether Discord took the file: it may take less than it had said."""
    view = _track_controls(interaction, track)
    try:
        with what.open_files() as files:
            await say(interaction, words.opened(), view=view, embed=what.embed, files=files)
    except discord.HTTPException as error:
        if verdict_on(error) is Verdict.TOO_LARGE:
            return False
        raise
    return True


async def _say_gone(interaction: Interaction, track: ListedTrack, why: str) -> None:
    view = buttons.row(*(buttons.button(action, track.job.id, LIBRARY) for action in GONE))
    await say(interaction, why, embed=track_embed(_as_seen(interaction, track)), view=view)


def _as_seen(interaction: Interaction, track: ListedTrack) -> Job:
    return track.job if track.job.member_id == interaction.user.id else as_shared(track.job)


def _track_controls(interaction: Interaction, track: ListedTrack) -> discord.ui.View:
    own = track.job.member_id == interaction.user.id
    items = [buttons.button(action, track.job.id, LIBRARY) for action in (OWN if own else OTHERS)]
    for item in items:
        if item.label == words.button_like():
            item.label = words.like_label(track.likes)
    return buttons.row(*items)


class RemakeButton(TrackButton, template=buttons.pattern(Action.REMAKE)):
    """The same request with the same seed, for a track whose audio is gone."""

    async def act(self, interaction: Interaction, job: Job) -> None:
        """Start the same request again. The new track counts as one of the presser's own."""
        await begin(interaction, job, self.child(interaction, job, Relation.AGAIN))


class RenameButton(JobButton, template=buttons.pattern(Action.RENAME)):
    """Asks what a track should be called."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Open the dialog for the title, if it is the member's own track."""
        if job.member_id != interaction.user.id:
            await say(interaction, words.not_yours_to_rename())
        elif job.deleted_at is not None:
            await say(interaction, words.not_renamed())
        else:
            await ask(interaction, RenameModal(job))


class RenameModal(discord.ui.Modal):
    """One line of text. It is told by its custom_id, so that a restart does not matter."""

    def __init__(self, job: Job) -> None:
        super().__init__(
            title=words.rename_title(), custom_id=f"compose:rename:{job.id}", timeout=None
        )
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="title", default=words.title_of(job)[:NEW_TITLE_LIMIT], required=False,
            max_length=NEW_TITLE_LIMIT,
        )  # fmt: skip
        self.add_item(
            discord.ui.Label(
                text=words.rename_label(), description=words.rename_hint(), component=field
            )
        )
        self.stop()


async def _rename(interaction: Interaction, match: re.Match[str]) -> None:
    """Handles the dialog for titles, once it was sent."""
    title = visible(str(values_of(interaction).get("title") or "")[:NEW_TITLE_LIMIT])
    renaming = services_of(interaction).renaming
    changing = renaming.rename(match["job_id"], interaction.user.id, title)
    job = await in_time(interaction, changing)
    if job is None:
        await say(interaction, words.not_renamed())
        return
    if opened := _opened_embed(interaction):
        await edit(interaction, embed=retitled(opened, job))
    else:
        await defer(interaction)
    shown = await renaming.show(job.id)
    called = harmless(words.title_of(job), TITLE_LIMIT)
    await say(interaction, words.renamed(called, everywhere=shown))


def _opened_embed(interaction: Interaction) -> discord.Embed | None:
    """That of the private answer with the track, from which it was renamed."""
    message = interaction.message
    if message is None or not message.flags.ephemeral:
        return None
    return next(iter(message.embeds), None)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    client.router.dialogs[RENAME_ID] = _rename
    add_items(client, OpenSelect, RemakeButton, RenameButton)
