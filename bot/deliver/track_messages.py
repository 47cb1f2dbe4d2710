"""The messages a track stands in, after its delivery: looked at again, posted elsewhere, retitled,
removed."""

import discord

from bot import words
from bot.deliver.announcements import Announcement
from bot.deliver.messenger import READ_TIMEOUT_S, SEND_TIMEOUT_S, translated
from bot.deliver.track_embed import retitled
from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.rest.verdict import UNKNOWN_CHANNEL_CODE, UNKNOWN_MESSAGE_CODE, own_code

AUDIO_TYPE = "audio/"
GONE_CODES = frozenset({UNKNOWN_CHANNEL_CODE, UNKNOWN_MESSAGE_CODE})


class TrackMessages:
    """Methods raise the `DeliveryError`s of `bot.errors`."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def audio_url(self, channel_id: int, message_id: int) -> str | None:
        """A fresh link to the audio of a message; `None` if it has none, or is gone."""
        message = await self._read(channel_id, message_id)
        return audio_url(message) if message else None

    async def is_there(self, channel_id: int, message_id: int) -> bool:
        """Whether the message was not deleted. Raises `Unreachable` where that can't be seen."""
        return await self._read(channel_id, message_id) is not None

    async def post(
        self, channel_id: int, guild_id: int | None, what: Announcement, nonce: str
    ) -> int:
        """A message that pings nobody; its id. May be repeated while Discord knows the nonce."""
        channel = self._client.get_partial_messageable(channel_id, guild_id=guild_id)
        with what.open_files() as files:
            async with translated(SEND_TIMEOUT_S):
                message = await channel.send(
                    what.content,
                    embeds=[what.embed] if what.embed else [],
                    files=files,
                    view=what.view,
                    nonce=nonce,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        return message.id

    async def retitle(self, place: Place, job: Job) -> None:
        """Show what the track is called now; all else stays. May be repeated, and a message that is
        gone is fine."""
        message = await self._read(place.channel_id, place.message_id)
        if message is None or not message.embeds:
            return
        guild = self._client.get_guild(place.guild_id or 0)
        with words.speaking(str(guild.preferred_locale) if guild else job.member_locale):
            embed = retitled(message.embeds[0], job)
        if embed.title == message.embeds[0].title:
            return
        async with translated(READ_TIMEOUT_S):
            await message.edit(embed=embed)

    async def remove(self, channel_id: int, message_id: int) -> None:
        """Delete a message of our own; one that is gone already is fine."""
        channel = self._client.get_partial_messageable(channel_id)
        async with translated(READ_TIMEOUT_S):
            try:
                await channel.get_partial_message(message_id).delete()
            except discord.NotFound as error:
                if own_code(error) not in GONE_CODES:
                    raise

    async def _read(self, channel_id: int, message_id: int) -> discord.Message | None:
        channel = self._client.get_partial_messageable(channel_id)
        async with translated(READ_TIMEOUT_S, reading=True):
            try:
                return await channel.fetch_message(message_id)
            except discord.NotFound as error:
                if own_code(error) not in GONE_CODES:
                    raise
                return None


def audio_url(message: discord.Message) -> str | None:
    """Where the audio of a message is, for about a day."""
    for attachment in message.attachments:
        if (attachment.content_type or "").startswith(AUDIO_TYPE):
            return attachment.url
    return None
