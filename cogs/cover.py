"""Composing from what is there already: `/cover`, and the Apps menu of a message."""

import logging
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.attachments import attachments_of
from bot.domain.characters import is_blank
from bot.domain.drafts import Draft
from bot.domain.jobs import Job
from bot.domain.models import PROMPT_LIMIT
from bot.domain.problems import CoversNotOffered
from bot.domain.requests import Relation, Request
from bot.errors import DatabaseTrouble
from bot.words.markdown import as_shown
from cogs.ui.first_answers import in_time, say
from cogs.ui.given_audio import GivenAudio, cover_of
from cogs.ui.intake import start
from cogs.ui.refusals import refuse_problems
from cogs.ui.request_modal import open_modal
from cogs.ui.visibility import viewer

log = logging.getLogger(__name__)


class Cover(commands.Cog):
    """`/cover`: makes a new version of an audio file."""

    @app_commands.command(description=words.COVER)
    @app_commands.describe(
        audio=words.COVER_AUDIO,
        prompt=words.COVER_PROMPT,
        lyrics=words.COVER_LYRICS,
        private=words.COMPOSE_PRIVATE,
    )
    async def cover(
        self,
        interaction: Interaction,
        audio: discord.Attachment,
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        lyrics: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        *,
        private: bool = False,
    ) -> None:
        """With a prompt it goes straight on; without one, a dialog asks for it."""
        draft = Draft(request=Request(prompt=prompt or "", lyrics=lyrics), private=private)
        await _cover(interaction, GivenAudio.of(audio), draft)


async def cover_message(interaction: Interaction, message: discord.Message) -> None:
    """The Apps menu of a message with audio."""
    files = (GivenAudio.of(file, message) for file in attachments_of(message))
    audio = next((file for file in files if file.is_audio), None)
    if audio is None:
        await say(interaction, words.no_audio_here())
        return
    parent = await _track_in(interaction, message)
    await _cover(interaction, audio, Draft(parent_id=parent.id if parent else None))


async def compose_from_message(interaction: Interaction, message: discord.Message) -> None:
    """The Apps menu of a message with text: it becomes the prompt, to be looked over first."""
    track = await _track_in(interaction, message)
    text = track.request.prompt if track else _text_of(message)
    if is_blank(text):
        await say(interaction, words.no_text_here())
        return
    await open_modal(interaction, Draft(request=Request(prompt=text.strip()[:PROMPT_LIMIT])))


async def _cover(interaction: Interaction, audio: GivenAudio, draft: Draft) -> None:
    """Where a prompt is still to be typed, or another file to be given, in the dialog."""
    model = services_of(interaction).offer.covers
    if model is None:
        draft = replace(draft, relation=Relation.COVER)
        await refuse_problems(interaction, [CoversNotOffered()], draft)
        return
    draft = cover_of(audio, draft, model)
    if problem := audio.problem(model):
        await refuse_problems(interaction, [problem], draft)
    elif draft.request.prompt:
        await start(interaction, draft)
    else:
        await open_modal(interaction, draft)


def _text_of(message: discord.Message) -> str:
    """What it says, or forwards, or shows in its embeds."""
    forwarded = message.message_snapshots
    embeds = [*message.embeds, *(embed for one in forwarded for embed in one.embeds)]
    texts = [message.content, *(one.content for one in forwarded)]
    texts += [as_shown(embed.description or embed.title or "") for embed in embeds]
    return next((text for text in texts if not is_blank(text)), "")


async def _track_in(interaction: Interaction, message: discord.Message) -> Job | None:
    """The job of ours that the message is about, if the member may know of it."""
    client = interaction.client
    if client.user is None or message.author.id != client.user.id:
        return None
    try:
        return await in_time(interaction, _visible_track(interaction, message))
    except DatabaseTrouble as error:
        log.error("a message's track could not be looked up: the database %s", error)
        return None


async def _visible_track(interaction: Interaction, message: discord.Message) -> Job | None:
    visibility = services_of(interaction).visibility
    for job_id in buttons.jobs_named(message):
        if job := await visibility.job(job_id, viewer(interaction)):
            return job
    return None


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    menus = [app_commands.ContextMenu(name=words.COMPOSE_MENU, callback=compose_from_message)]
    if client.covers:
        await client.add_cog(Cover())
        menus.append(app_commands.ContextMenu(name=words.COVER_MENU, callback=cover_message))
    for menu in menus:
        client.tree.add_command(menu, override=True)
