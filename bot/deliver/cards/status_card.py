"""The status card: the first answer to a request, brought up to date when the job has ended."""

from collections.abc import Callable, Sequence

import discord

from bot import words
from bot.deliver import buttons
from bot.deliver.announcements import REASON_LIMIT
from bot.deliver.buttons import Action
from bot.deliver.details import SEPARATOR, details_of_request, prompt_of
from bot.domain.jobs import Job, JobState
from bot.domain.offer import Share
from bot.generate.expectations import Expectation
from bot.words.markdown import harmless, isolated

PROMPT_LIMIT = 1000  # the recipe has it whole
TITLE_LIMIT = 120

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
    add_share(embed, [job], expected)
    return embed, buttons.row(buttons.button(Action.CANCEL, job.id, buttons.CARD))


def add_expected(embed: discord.Embed, expected: Expectation) -> None:
    """A countdown, or what is to be said instead."""
    if expected.at is not None:
        embed.add_field(name=words.field_expected(), value=words.relative_time(expected.at))
    else:
        embed.add_field(name=words.field_status(), value=expected.instead())


def add_share(embed: discord.Embed, jobs: Sequence[Job], expected: Expectation) -> None:
    """As how many tracks of a day they count together, where one counts as more than one."""
    if expected.a_day and any(job.counts_as > 1 for job in jobs):
        share = Share(tracks=sum(job.counts_as for job in jobs), a_day=expected.a_day)
        embed.set_footer(text=SEPARATOR.join([embed.footer.text or "", words.counts_as(share)]))


def ended_card(
    job: Job, *, message_url: str | None, held: bool = False, untold: bool = False
) -> Card:
    """After the end, with the way to the message that announced it, or to what is held; `untold`
    while that message can't be posted."""
    kept = words.held_for_you() if held else words.not_posted_yet() if untold else ""
    if job.state is JobState.SUCCEEDED:
        return _ready(job, message_url, kept), buttons.row()
    if job.state is JobState.CANCELLED:
        why = words.cancelled_running() if job.generation_id else words.cancelled_free()
        embed = _embed(words.card_cancelled(), job, why, kept)
    else:
        embed = _embed(words.card_failed(), job, failure_sentence(job), kept)
    link = [buttons.link(words.button_details(), message_url)] if message_url else []
    return embed, buttons.row(*link)


def _ready(job: Job, message_url: str | None, kept: str) -> discord.Embed:
    """One line: the message it leads to says all the rest."""
    title = shown_title(job)
    if message_url:
        line = words.ready_at(title, job.member_id, message_url)
    else:
        line = f"{words.ready(title, job.member_id)}. {kept}".rstrip()
    return discord.Embed(description=line, colour=COLOURS[JobState.SUCCEEDED])


def deleted_card(job: Job, *, by_member: bool | None) -> Card:
    """After its track was taken away, by its member or by a moderator, as far as that is known."""
    say = _DELETED_BY[by_member]
    embed = discord.Embed(
        title=words.card_deleted(),
        description=say(job.member_id),
        colour=COLOURS[JobState.CANCELLED],
    )
    return embed, buttons.row(buttons.button(Action.RECIPE, job.id, buttons.CARD))


_DELETED_BY: dict[bool | None, Callable[[int], str]] = {
    True: words.deleted_by_member,
    False: words.deleted_by_moderator,
    None: words.asked_by,
}


def shown_title(job: Job) -> str:
    """What a track is called, among the words of a line."""
    return isolated(harmless(words.title_of(job), TITLE_LIMIT))


def failure_sentence(job: Job) -> str:
    """Why the job failed, in words for its member."""
    if job.failure_kind is None:
        raise AssertionError("not a failed job")
    return words.failure(job.failure_kind, harmless(job.failure_reason or "", REASON_LIMIT))


def recipe_embed(job: Job) -> discord.Embed:
    """What was asked for, without a word on what became of it."""
    embed = _embed(None, job)
    embed.colour = COLOURS[JobState.SUCCEEDED]
    return embed


def _embed(title: str | None, job: Job, *more: str) -> discord.Embed:
    """`more` is what became of it, in sentences; what is empty is left out."""
    lines = [*prompt_of(job, PROMPT_LIMIT), words.asked_by(job.member_id), *more]
    embed = discord.Embed(
        title=title,
        description="\n".join(filter(None, lines)),
        colour=COLOURS.get(job.state, COMPOSING_COLOUR),
    )
    return embed.set_footer(text=details_of_request(job))
