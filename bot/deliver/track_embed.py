"""The embed below a finished track: what was asked for, and what came of it."""

from dataclasses import replace

import discord

from bot import words
from bot.audio.sound import Fitted
from bot.deliver.details import details_of_track, prompt_of
from bot.domain.jobs import Job
from bot.domain.models import MODELS
from bot.domain.requests import Relation
from bot.domain.visibility import Ancestor
from bot.words.markdown import harmless

TITLE_LIMIT = 250
TAKE_ROOM = 30
PROMPT_LIMIT = 300  # the recipe has it whole
PICTURE_NAME = "waveform.png"
COLOUR = 0x2F9E6E  # of models that have left the catalogue


def colour_of(job: Job) -> int:
    """The model's, as 0xRRGGBB: for the embed's edge and for the picture of the sound."""
    model = MODELS.get(job.request.model)
    return model.colour if model else COLOUR


def track_embed(
    job: Job,
    *,
    parent: Ancestor | None = None,
    fitted: Fitted | None = None,
    pictured: bool = False,
) -> discord.Embed:
    """What members read of a track; compact, since there will be many in a channel.

    `parent` is what it was made from, `fitted` the form that goes out, if it was converted.
    `pictured` shows the attachment `PICTURE_NAME` of the same message.
    """
    embed = discord.Embed(
        title=_titled(job),
        description=_described(job, parent),
        colour=colour_of(job),
    )
    embed.set_footer(text=details_of_track(job, fitted))
    if pictured:
        embed.set_image(url=f"attachment://{PICTURE_NAME}")
    return embed


def retitled(embed: discord.Embed, job: Job) -> discord.Embed:
    """The embed of a track that Discord has, with the title that the track has now."""
    changed = embed.copy()
    changed.title = _titled(job)
    if PICTURE_NAME in (embed.image.url or ""):  # else Discord would show the attachment beside it
        changed.set_image(url=f"attachment://{PICTURE_NAME}")
    return changed


def as_shared(job: Job) -> Job:
    """What others may be shown of a track that was private until its member shared it."""
    return replace(job, private=False)


def _titled(job: Job) -> str:
    return words.among_takes(job, harmless(words.title_of(job), TITLE_LIMIT - TAKE_ROOM))


def _described(job: Job, parent: Ancestor | None) -> str:
    lines = prompt_of(job, PROMPT_LIMIT)
    if parent is not None and job.relation is not None:
        lines.append(_lineage(job.relation, parent))
    return "\n".join(lines)


def _lineage(relation: Relation, parent: Ancestor) -> str:
    """What the track was made from, and by whom."""
    title = harmless(words.title_of(parent.job), TITLE_LIMIT) if parent.visible else None
    return words.lineage(relation, title, parent.job.member_id)
