"""`/jobs`: what waits and runs, and ways to cancel it."""

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient
from bot.delivery import cards
from bot.delivery.track_embed import COLOUR
from bot.errors import DeliveryError
from bot.jobs import Job
from bot.store.queue_store import UnderWay
from bot.store.track_store import Place
from bot.text import title_of
from cogs.answers import edit, say
from cogs.pressing import moderates, visible_job
from cogs.routed import Routed, RoutedInteraction, view_of
from cogs.sight import channels_seen_by, moderates_server
from cogs.track_list import LABEL_LIMIT, message_url, shown_title

# More get a select instead.
BUTTONS_MOST = 5
MINE, ALL = "mine", "all"
STOP_ID = re.compile(rf"compose:stop:(?P<job_id>[0-9a-f]{{16}}):(?P<whose>{MINE}|{ALL})")
PICK_ID = re.compile(rf"compose:stop:pick:(?P<whose>{MINE}|{ALL})")

AnyItem = discord.ui.Item[Any]


class Jobs(commands.Cog):
    """Jobs under way."""

    @app_commands.command(description=words.JOBS)
    @app_commands.describe(everyone=words.JOBS_EVERYONE)
    @app_commands.allowed_contexts(dms=True)
    async def jobs(
        self, interaction: discord.Interaction[ComposeClient], *, everyone: bool = False
    ) -> None:
        """One's own, wherever they were asked for; the server's for those who moderate it."""
        if everyone and not moderates_server(interaction):
            await say(interaction, words.JOBS_MODERATORS)
            return
        whose = ALL if everyone else MINE
        found = await _found(interaction, whose)
        await say(
            interaction, "", embed=await _embed(interaction, found, whose), view=_view(found, whose)
        )


class _Stop(Routed, template=r"(?!)"):
    """Cancels one of the jobs of a list, and brings the list up to date."""

    async def stop_job(self, interaction: RoutedInteraction, job_id: str) -> None:
        """Who may is checked anew: any id can be forged."""
        job = await visible_job(interaction, job_id)
        if job is None:
            await say(interaction, words.JOB_UNKNOWN)
        elif job.member_id != interaction.user.id and not moderates(interaction, job.channel_id):
            await say(interaction, words.NOT_YOUR_JOB_CANCEL)
        else:
            await self._cancel(interaction, job)

    async def _cancel(self, interaction: RoutedInteraction, job: Job) -> None:
        cancelled = await interaction.client.reception.cancel(job)
        whose = self.match["whose"]
        if whose == ALL and not moderates_server(interaction):
            whose = MINE
        found = await _found(interaction, whose)
        embed = await _embed(interaction, found, whose)
        await edit(interaction, embed=embed, view=_view(found, whose))
        if cancelled is not None:
            await _show_on_card(interaction, cancelled)
            return
        now = await interaction.client.reception.job(job.id) or job
        await say(interaction, words.TOO_LATE_TO_CANCEL[now.state])


class StopButton(_Stop, template=STOP_ID):
    """For a few jobs: one for each."""

    async def use(self, interaction: RoutedInteraction) -> None:
        """The job is named in the custom_id."""
        await self.stop_job(interaction, self.match["job_id"])


class StopSelect(_Stop, template=PICK_ID):
    """For many jobs."""

    async def use(self, interaction: RoutedInteraction) -> None:
        """The job is what was chosen."""
        await self.stop_job(interaction, self.chosen)


async def _show_on_card(interaction: RoutedInteraction, cancelled: Job) -> None:
    """Its card may be gone: it is cancelled anyway. Variations share one that tells of all."""
    with contextlib.suppress(DeliveryError):
        if cancelled.batch_id is not None:
            await interaction.client.batches.refresh(cancelled)
            return
        card = cards.ended_card(cancelled, message_url=None)
        await interaction.client.messenger.update_card(cancelled, *card)


async def _found(interaction: RoutedInteraction, whose: str) -> Sequence[UnderWay]:
    library = interaction.client.library
    if whose == ALL and interaction.guild_id is not None:
        return await library.under_way_on(interaction.guild_id, channels_seen_by(interaction))
    return await library.under_way(interaction.user.id)


async def _embed(
    interaction: RoutedInteraction, found: Sequence[UnderWay], whose: str
) -> discord.Embed:
    lines = [line async for line in _lines(interaction, found, whose)]
    none = words.JOBS_NONE_HERE if whose == ALL else words.JOBS_NONE
    return discord.Embed(
        title=words.JOBS_SERVER if whose == ALL else words.JOBS_OWN,
        description="\n".join(lines) or none,
        colour=COLOUR,
    )


async def _lines(
    interaction: RoutedInteraction, found: Sequence[UnderWay], whose: str
) -> AsyncIterator[str]:
    for number, one in enumerate(found, 1):
        details = [words.by(one.job.member_id)] if whose == ALL else []
        details.append(words.job_waits(one.place) if one.place else words.JOB_RUNS)
        details.append(await _expected(interaction, one))
        if url := _card_url(one.job):
            details.append(words.card_link(url))
        yield words.track_line(number, shown_title(one.job), details)


async def _expected(interaction: RoutedInteraction, one: UnderWay) -> str:
    """When it should be ready; what takes longer than usual may be so any moment."""
    now = discord.utils.utcnow()
    since = now if one.place else (one.job.submitted_at or now)
    model, place = one.job.brief.model, one.place
    expected_s = await interaction.client.reception.expected_s(model, place=place)
    moment = since + timedelta(seconds=expected_s)
    return words.job_expected(moment) if moment > now else words.JOB_SOON


def _card_url(job: Job) -> str | None:
    """The card of a private job can't be gone to."""
    if job.card_message_id is None or job.private:
        return None
    place = Place(guild_id=job.guild_id, channel_id=job.channel_id, message_id=job.card_message_id)
    return message_url(place)


def _view(found: Sequence[UnderWay], whose: str) -> discord.ui.View:
    if len(found) <= BUTTONS_MOST:
        return view_of(*(_button(one.job, number, whose) for number, one in enumerate(found, 1)))
    options = [
        discord.SelectOption(label=f"{number}. {title_of(one.job)}"[:LABEL_LIMIT], value=one.job.id)
        for number, one in enumerate(found, 1)
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=f"compose:stop:pick:{whose}", placeholder=words.SELECT_CANCEL, options=options
    )
    return view_of(select)


def _button(job: Job, number: int, whose: str) -> AnyItem:
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=words.cancel_label(number), custom_id=f"compose:stop:{job.id}:{whose}"
    )
    return button


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Jobs())
    client.add_dynamic_items(StopButton, StopSelect)
