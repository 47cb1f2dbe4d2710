"""The status card: the first answer to a request, brought up to date when the job has ended."""

from datetime import datetime

import discord

from bot import words
from bot.deliver import buttons
from bot.deliver.announcements import REASON_LIMIT
from bot.deliver.buttons import Action
from bot.deliver.options import options_of
from bot.domain.jobs import Job, JobState
from bot.domain.models import name_of
from bot.words.markdown import harmless

PROMPT_LIMIT = 1000  # the recipe has it whole
READY_PROMPT_LIMIT = 200
FIELD_LIMIT = 1000

COLOURS = {
    JobState.SUCCEEDED: discord.Colour(0x2F9E6E),
    JobState.FAILED: discord.Colour(0xC0473B),
    JobState.CANCELLED: discord.Colour(0x7A7F87),
}
Card = tuple[discord.Embed, discord.ui.View]

COMPOSING_COLOUR = discord.Colour(0xE0A03C)


def waiting_card(job: Job, expected_at: datetime, *, place: int | None = None) -> Card:
    """While the job waits, at this place in the queue, or runs; `expected_at` counts down."""
    embed = _embed(words.CARD_WAITING if place else words.CARD_COMPOSING, job)
    if place:
        embed.add_field(name=words.FIELD_PLACE, value=str(place))
    embed.add_field(name=words.FIELD_EXPECTED, value=words.relative_time(expected_at))
    return embed, buttons.row(buttons.button(Action.CANCEL, job.id, buttons.CARD))


def ended_card(
    job: Job, *, message_url: str | None, held: bool = False, untold: bool = False
) -> Card:
    """After the end, with the way to the message that announced it, or to what is held; `untold`
    while that message can't be posted."""
    if job.state is JobState.SUCCEEDED:
        embed = _ready(job, message_url) if message_url else _embed(words.CARD_READY, job)
        label = words.BUTTON_OPEN
    elif job.state is JobState.CANCELLED:
        embed = _embed(words.CARD_CANCELLED, job)
        why = words.CANCELLED_RUNNING if job.generation_id else words.CANCELLED_FREE
        embed.add_field(name=words.FIELD_RESULT, value=why, inline=False)
        label = words.BUTTON_DETAILS
    else:
        embed = _embed(words.CARD_FAILED, job)
        embed.add_field(name=words.FIELD_REASON, value=failure_sentence(job), inline=False)
        label = words.BUTTON_DETAILS
    if held or untold:
        why = words.HELD_FOR_YOU if held else words.NOT_POSTED_YET
        embed.add_field(name=words.FIELD_RESULT, value=why, inline=False)
    return embed, buttons.row(*([buttons.link(label, message_url)] if message_url else []))


def _ready(job: Job, message_url: str) -> discord.Embed:
    """Short: the message it leads to says all the rest."""
    embed = discord.Embed(
        title=words.CARD_READY,
        description=harmless(job.request.prompt, READY_PROMPT_LIMIT),
        colour=COLOURS[JobState.SUCCEEDED],
    )
    link = words.listen_link(message_url)
    return embed.add_field(name=words.FIELD_RESULT, value=link, inline=False)


def deleted_card(job: Job, *, by_member: bool | None) -> Card:
    """After its track was taken away, by its member or by a moderator, as far as that is known."""
    embed = discord.Embed(title=words.CARD_DELETED, colour=COLOURS[JobState.CANCELLED])
    if by_member is not None:
        embed.description = words.DELETED_BY_MEMBER if by_member else words.DELETED_BY_MODERATOR
    return embed, buttons.row(buttons.button(Action.RECIPE, job.id, buttons.CARD))


def failure_sentence(job: Job) -> str:
    """Why the job failed, in words for its member."""
    if job.failure_kind is None:
        raise AssertionError("not a failed job")
    return words.failure(job.failure_kind, harmless(job.failure_reason or "", REASON_LIMIT))


def recipe_embed(job: Job, *, takes: int = 1) -> discord.Embed:
    """What was asked for, without a word on what became of it; `job` is the first of its takes."""
    embed = _embed(None, job, takes=takes)
    embed.colour = COLOURS[JobState.SUCCEEDED]
    return embed


def _embed(title: str | None, job: Job, *, takes: int = 1) -> discord.Embed:
    request = job.request
    embed = discord.Embed(
        title=title,
        description=harmless(request.prompt, PROMPT_LIMIT),
        colour=COLOURS.get(job.state, COMPOSING_COLOUR),
    )
    if request.negative_prompt:
        avoided = harmless(request.negative_prompt, FIELD_LIMIT)
        embed.add_field(name=words.FIELD_AVOID, value=avoided, inline=False)
    embed.add_field(name=words.FIELD_MODEL, value=name_of(request.model))
    if request.seed is not None:
        embed.add_field(name=words.FIELD_SEED, value=words.seeds(request.seed, takes))
    if options := options_of(job):
        embed.add_field(name=words.FIELD_OPTIONS, value=options)
    return embed
