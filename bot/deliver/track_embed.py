"""The embed below a finished track: what was asked for, and what came of it."""

from dataclasses import replace

import discord

from bot import words
from bot.audio.sound import Fitted
from bot.deliver.options import options_of
from bot.domain.jobs import Job
from bot.domain.models import MODELS, name_of
from bot.domain.requests import AudioFormat, Relation
from bot.domain.visibility import Ancestor
from bot.words.markdown import harmless

TITLE_LIMIT = 250
TAKE_ROOM = 30
PROMPT_LIMIT = 300  # the recipe has it whole
AVOIDED_LIMIT = 150
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
    for name, value in _facts(job, fitted):
        embed.add_field(name=name, value=value)
    if job.request.negative_prompt:
        avoided = harmless(job.request.negative_prompt, AVOIDED_LIMIT)
        embed.add_field(name=words.field_avoid(), value=avoided, inline=False)
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
    prompt = harmless(job.request.prompt, PROMPT_LIMIT)
    if parent is None or job.relation is None:
        return prompt
    return f"{prompt}\n{_lineage(job.relation, parent)}"


def _lineage(relation: Relation, parent: Ancestor) -> str:
    """What the track was made from, and by whom."""
    title = harmless(words.title_of(parent.job), TITLE_LIMIT) if parent.visible else None
    return words.lineage(relation, title, parent.job.member_id)


def _facts(job: Job, fitted: Fitted | None) -> list[tuple[str, str]]:
    """Names and values of the fields, for what is known."""
    facts = [(words.field_model(), name_of(job.request.model))]
    if job.duration_s is not None:
        facts.append((words.field_length(), words.length(job.duration_s)))
    if job.tempo_bpm is not None:
        facts.append((words.field_tempo(), words.tempo(job.tempo_bpm)))
    if job.request.seed is not None:
        facts.append((words.field_seed(), str(job.request.seed)))
    if options := options_of(job):
        facts.append((words.field_options(), options))
    if job.finished_at is not None:
        facts.append(
            (words.field_took(), words.length((job.finished_at - job.created_at).total_seconds()))
        )
    if fitted is not None and fitted.format is not AudioFormat.ORIGINAL:
        facts.append((words.field_file(), words.converted(fitted.format, fitted.bitrate_kbit_s)))
    return facts
