"""The status card: the first answer to a request, brought up to date when the job has ended."""

import discord

from bot import words
from bot.deliver import buttons
from bot.deliver.announcements import REASON_LIMIT
from bot.deliver.buttons import Action
from bot.deliver.options import options_of
from bot.domain.jobs import Job, JobState
from bot.domain.models import name_of
from bot.generate.expectations import Expectation
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


def waiting_card(job: Job, expected: Expectation, *, place: int | None = None) -> Card:
    """While the job waits, at this place in the queue, or runs."""
    embed = _embed(words.card_waiting() if place else words.card_composing(), job)
    if place:
        embed.add_field(name=words.field_place(), value=str(place))
    add_expected(embed, expected)
    return embed, buttons.row(buttons.button(Action.CANCEL, job.id, buttons.CARD))


def add_expected(embed: discord.Embed, expected: Expectation) -> None:
    """A countdown, or what is to be said instead."""
    if expected.at is not None:
        embed.add_field(name=words.field_expected(), value=words.relative_time(expected.at))
    else:
        embed.add_field(name=words.field_status(), value=expected.instead())


def ended_card(
    job: Job, *, message_url: str | None, held: bool = False, untold: bool = False
) -> Card:
    """After the end, with the way to the message that announced it, or to what is held; `untold`
    while that message can't be posted."""
    if job.state is JobState.SUCCEEDED:
        embed = _ready(job, message_url) if message_url else _embed(words.card_ready(), job)
        label = words.button_open()
    elif job.state is JobState.CANCELLED:
        embed = _embed(words.card_cancelled(), job)
        why = words.cancelled_running() if job.generation_id else words.cancelled_free()
        embed.add_field(name=words.field_result(), value=why, inline=False)
        label = words.button_details()
    else:
        embed = _embed(words.card_failed(), job)
        embed.add_field(name=words.field_reason(), value=failure_sentence(job), inline=False)
        label = words.button_details()
    if held or untold:
        why = words.held_for_you() if held else words.not_posted_yet()
        embed.add_field(name=words.field_result(), value=why, inline=False)
    return embed, buttons.row(*([buttons.link(label, message_url)] if message_url else []))


def _ready(job: Job, message_url: str) -> discord.Embed:
    """Short: the message it leads to says all the rest."""
    embed = discord.Embed(
        title=words.card_ready(),
        description=harmless(job.request.prompt, READY_PROMPT_LIMIT),
        colour=COLOURS[JobState.SUCCEEDED],
    )
    link = words.listen_link(message_url)
    return embed.add_field(name=words.field_result(), value=link, inline=False)


def deleted_card(job: Job, *, by_member: bool | None) -> Card:
    """After its track was taken away, by its member or by a moderator, as far as that is known."""
    embed = discord.Embed(title=words.card_deleted(), colour=COLOURS[JobState.CANCELLED])
    if by_member is not None:
        embed.description = words.deleted_by_member() if by_member else words.deleted_by_moderator()
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
        embed.add_field(name=words.field_avoid(), value=avoided, inline=False)
    embed.add_field(name=words.field_model(), value=name_of(request.model))
    if request.seed is not None:
        embed.add_field(name=words.field_seed(), value=words.seeds(request.seed, takes))
    if options := options_of(job):
        embed.add_field(name=words.field_options(), value=options)
    return embed
