"""Composing from what is there already: `/cover`, and the Apps menu of a message."""

from dataclasses import replace
from pathlib import PurePath

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient
from bot.delivery import buttons
from bot.drafts import Draft
from bot.jobs import Reference, Relation
from bot.provider.models import MUSIC_COVER, PROMPT_MOST
from cogs.answers import say
from cogs.intake import start
from cogs.request_modal import open_modal

EXTENSIONS = frozenset({".mp3", ".wav", ".flac", ".ogg", ".opus", ".m4a", ".aac"})

CoverInteraction = discord.Interaction[ComposeClient]


class Cover(commands.Cog):
    """New versions of tracks."""

    @app_commands.command(description=words.COVER)
    @app_commands.describe(
        audio=words.COVER_AUDIO,
        prompt=words.COVER_PROMPT,
        lyrics=words.COVER_LYRICS,
        private=words.COMPOSE_PRIVATE,
    )
    async def cover(
        self,
        interaction: CoverInteraction,
        audio: discord.Attachment,
        prompt: app_commands.Range[str, 1, PROMPT_MOST] | None = None,
        lyrics: app_commands.Range[str, 1, PROMPT_MOST] | None = None,
        *,
        private: bool = False,
    ) -> None:
        """With a prompt it goes straight on; without one, a dialog asks for it."""
        draft = Draft(prompt=prompt or "", lyrics=lyrics, private=private)
        await _cover(interaction, audio, draft)


async def cover_message(interaction: CoverInteraction, message: discord.Message) -> None:
    """The Apps menu of a message with audio."""
    audio = next(filter(_is_audio, message.attachments), None)
    if audio is None:
        await say(interaction, words.NO_AUDIO_HERE)
        return
    parent = await _track_in(interaction, message)
    await _cover(interaction, audio, Draft(parent_id=parent), message)


async def compose_from_message(interaction: CoverInteraction, message: discord.Message) -> None:
    """The Apps menu of a message with text: it becomes the prompt, to be looked over first."""
    if not message.content.strip():
        await say(interaction, words.NO_TEXT_HERE)
        return
    await open_modal(interaction, Draft(prompt=message.content[:PROMPT_MOST]))


async def _cover(
    interaction: CoverInteraction,
    audio: discord.Attachment,
    draft: Draft,
    message: discord.Message | None = None,
) -> None:
    problem = _problem(audio)
    if problem is not None:
        await say(interaction, problem)
        return
    reference = Reference(
        url=audio.url,
        file_name=audio.filename,
        channel_id=message.channel.id if message else None,
        message_id=message.id if message else None,
        attachment_id=audio.id,
    )
    draft = replace(draft, model=MUSIC_COVER.name, reference=reference, relation=Relation.COVER)
    await (start if draft.prompt else open_modal)(interaction, draft)


def _problem(audio: discord.Attachment) -> str | None:
    """What can be seen without fetching it; its length is looked at later."""
    limits = MUSIC_COVER.reference
    if not _is_audio(audio):
        return words.not_audio(audio.filename)
    if limits and audio.size > limits.most_bytes:
        return words.audio_too_large(limits.most_bytes, audio.size)
    if limits and audio.duration is not None and round(audio.duration) not in limits.seconds:
        span = limits.seconds
        return words.audio_length(span.least, span.most, audio.duration)
    return None


def _is_audio(attachment: discord.Attachment) -> bool:
    """By its name, or by what Discord made of it."""
    known = PurePath(attachment.filename).suffix.lower() in EXTENSIONS
    return known or (attachment.content_type or "").startswith("audio/")


async def _track_in(interaction: CoverInteraction, message: discord.Message) -> str | None:
    """The id of our own track that the message delivered, so that its author is credited."""
    me = interaction.client.user
    if me is None or message.author.id != me.id:
        return None
    for job_id in buttons.jobs_named(message):
        job = await interaction.client.reception.job(job_id)
        if job is not None:
            return job.id
    return None


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Cover())
    for name, callback in (
        (words.COVER_MENU, cover_message),
        (words.COMPOSE_MENU, compose_from_message),
    ):
        menu = app_commands.ContextMenu(name=name, callback=callback)
        client.tree.add_command(menu, override=True)
