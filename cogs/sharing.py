"""Sharing a finished track in a channel: for its member, where both of us may write."""

import logging
from typing import Any

import discord

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.deliver.messenger import READ_TIMEOUT_S, translated
from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.errors import (
    AlreadySharing,
    AudioError,
    Busy,
    DeliveryError,
    DeliveryLater,
    TrackDeleted,
    Unreachable,
    UploadTooLarge,
)
from bot.library.shared_tracks import Target
from cogs.ui.audio_link import carried_link, link_at_hand
from cogs.ui.first_answers import edit_private, in_time, say
from cogs.ui.job_button import JobButton, permissions_in
from cogs.ui.member_lock import one_each
from cogs.ui.persistent import add_items, chosen
from cogs.ui.places import server_locale
from cogs.ui.track_rules import share_problem
from cogs.ui.visibility import sees

CHANNEL_TYPES = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
    discord.ChannelType.news_thread,
]

log = logging.getLogger(__name__)


class ShareButton(JobButton, template=buttons.pattern(Action.SHARE)):
    """Asks where to. The question carries a fresh link to the audio."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Ask where to share it to, if it is the member's own track."""
        if why := share_problem(interaction, job):
            await say(interaction, why)
            return
        standing = await in_time(interaction, services_of(interaction).stores.tracks.places(job))
        here = [buttons.button(Action.SHARE_HERE, job.id, self.place)]
        if any(place.channel_id == interaction.channel_id for place in standing):
            here = []
        there: discord.ui.ChannelSelect[Any] = discord.ui.ChannelSelect(
            custom_id=buttons.custom_id(Action.SHARE_THERE, job.id, self.place),
            channel_types=CHANNEL_TYPES,
            placeholder=words.share_placeholder(),
        )
        view = buttons.row(*here, there)
        if url := link_at_hand(interaction):
            view.add_item(buttons.link(words.button_listen(), url))
        await say(interaction, words.share_question(), view=view)


class ShareHereButton(JobButton, template=buttons.pattern(Action.SHARE_HERE)):
    """Shares a track in the channel in which the question was asked."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Whether a track may be posted in it is asked as of any other."""
        await _share(interaction, job, interaction.channel_id or 0)


class ShareThereSelect(JobButton, template=buttons.pattern(Action.SHARE_THERE)):
    """Shares a track in another channel of the server, which is chosen from a list."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """What was chosen is a channel's id."""
        channel_id = chosen(interaction)
        if channel_id:
            await _share(interaction, job, int(channel_id))
        else:
            await say(interaction, words.job_unknown())


async def _share(interaction: Interaction, job: Job, channel_id: int) -> None:
    if why := share_problem(interaction, job):
        await say(interaction, why)
        return
    async with one_each(interaction) as free:
        if free:
            await edit_private(interaction, content=words.sharing())
            said, answered = await _shared(interaction, job, channel_id)
            # The question becomes the answer; until then it can be answered once more.
            closed: dict[str, Any] = {"view": None} if answered else {}
            await interaction.edit_original_response(content=said, **closed)


async def _shared(interaction: Interaction, job: Job, channel_id: int) -> tuple[str, bool]:
    """Share the track. What the member is told, and whether that leaves nothing to be asked."""
    if why := await _closed(interaction, channel_id):
        return why, False
    target = Target(
        channel_id=channel_id,
        guild_id=interaction.guild_id,
        limit_bytes=_upload_limit_bytes(interaction),
        locale=server_locale(interaction),
    )
    sharing = services_of(interaction).sharing
    try:
        if standing := await sharing.standing(job, channel_id):
            return words.already_shared(standing.url), True
        message_id = await sharing.share(job, target, at_hand=carried_link(interaction))
    except (DeliveryError, AudioError) as error:
        return _why_not(error), False
    place = Place(guild_id=target.guild_id, channel_id=target.channel_id, message_id=message_id)
    return words.shared_at(place.url), True


async def _closed(interaction: Interaction, channel_id: int) -> str | None:
    """Why a track can't be posted in this channel, if so.

    What was chosen is not trusted: the permissions of both are looked up again.
    """
    guild, here = interaction.guild, channel_id == interaction.channel_id
    known = guild.get_channel_or_thread(channel_id) if guild else None
    channel = interaction.channel if here else known
    if guild is None or channel is None:
        return words.share_refused()
    send = "send_messages_in_threads" if isinstance(channel, discord.Thread) else "send_messages"
    own = permissions_in(interaction, channel_id)
    if not (own.view_channel and getattr(own, send)):
        return words.share_member_may_not()
    try:
        if not await _is_in(interaction, channel):
            return words.share_member_may_not()
    except DeliveryError as error:
        log.info("not known to be in the thread: %s", error)
        return words.share_later()
    needed = ("view_channel", send, "attach_files", "embed_links")
    ours = interaction.app_permissions if known is None else known.permissions_for(guild.me)
    missing = [name for name in needed if not getattr(ours, name)]
    return words.share_bot_may_not(missing) if missing else None


async def _is_in(interaction: Interaction, channel: object) -> bool:
    """Of a private thread, whether the member is in it; its permissions are those of its parent.

    Raises `DeliveryError` if Discord can't say.
    """
    if not isinstance(channel, discord.Thread) or not channel.is_private():
        return True
    if sees(interaction, channel.id):
        return True
    try:
        async with translated(READ_TIMEOUT_S, reading=True):
            await channel.fetch_member(interaction.user.id)
    except Unreachable as error:
        log.info("not in the thread, or unknown there: %s", error)
        return False
    return True


def _upload_limit_bytes(interaction: Interaction) -> int:
    guild = interaction.guild
    return guild.filesize_limit if guild else interaction.filesize_limit


def _why_not(error: DeliveryError | AudioError) -> str:
    if isinstance(error, AudioError):
        return words.share_without_audio()
    if isinstance(error, UploadTooLarge):
        return words.share_too_large()
    if isinstance(error, Busy):
        return words.share_busy()
    if isinstance(error, DeliveryLater):
        return words.share_later()
    if isinstance(error, AlreadySharing):
        return words.share_under_way()
    if isinstance(error, TrackDeleted):
        return words.track_deleted()
    return words.share_refused() if isinstance(error, Unreachable) else words.share_unsure()


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    add_items(client, ShareButton, ShareHereButton, ShareThereSelect)
