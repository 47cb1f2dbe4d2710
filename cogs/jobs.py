"""`/jobs`: what waits and runs, and ways to cancel it."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.track_embed import COLOUR
from bot.domain.jobs import Job
from bot.domain.places import card_of
from bot.library.lists import JOBS_AT_ONCE
from bot.store.queue_store import Excerpt, UnderWay
from cogs.ui.first_answers import edit_private, in_time, say
from cogs.ui.job_button import moderates, visible_job
from cogs.ui.limits import DESCRIPTION_LIMIT
from cogs.ui.persistent import PersistentItem, add_items, chosen
from cogs.ui.track_list import option_label, shown_title
from cogs.ui.visibility import moderates_server, viewer

# More get a select instead.
BUTTONS_LIMIT = 5
MORE_ROOM = 100  # for the sentence on those that have no room
MINE, ALL = "mine", "all"
STOP_ID = re.compile(rf"compose:stop:(?P<job_id>[0-9a-f]{{16}}):(?P<whose>{MINE}|{ALL})")
PICK_ID = re.compile(rf"compose:stop:pick:(?P<whose>{MINE}|{ALL})")


class Jobs(commands.Cog):
    """`/jobs`: lists what waits and runs, with a control to cancel each."""

    @app_commands.command(description=words.JOBS)
    @app_commands.describe(everyone=words.JOBS_EVERYONE)
    @app_commands.allowed_contexts(dms=True)
    async def jobs(self, interaction: Interaction, *, everyone: bool = False) -> None:
        """One's own, wherever they were asked for; the server's for those who moderate it."""
        if everyone and not moderates_server(interaction):
            await say(interaction, words.jobs_moderators())
            return
        listing = _listed(interaction, ALL if everyone else MINE)
        embed, view = await in_time(interaction, listing)
        await say(interaction, "", embed=embed, view=view)


class _Stop(PersistentItem):
    """Cancels one of the jobs of a list, and brings the list up to date."""

    async def stop_job(self, interaction: Interaction, job_id: str) -> None:
        """Who may is checked again: any id can be forged."""
        job = await visible_job(interaction, job_id)
        if job is None:
            await say(interaction, words.job_unknown())
        elif job.member_id != interaction.user.id and not moderates(interaction, job.channel_id):
            await say(interaction, words.not_your_job_cancel())
        else:
            await self._cancel(interaction, job)

    async def _cancel(self, interaction: Interaction, job: Job) -> None:
        cancelled = await in_time(interaction, services_of(interaction).admission.cancel(job))
        whose = self.match["whose"]
        if whose == ALL and not moderates_server(interaction):
            whose = MINE
        embed, view = await in_time(interaction, _listed(interaction, whose))
        await edit_private(interaction, embed=embed, view=view)
        if cancelled is None:
            now = await services_of(interaction).stores.jobs.get(job.id) or job
            await say(interaction, words.too_late_to_cancel(now))


class StopButton(_Stop, template=STOP_ID):
    """A button to cancel one job, where the list has few of them."""

    async def use(self, interaction: Interaction) -> None:
        """Cancel the job that the custom_id names."""
        await self.stop_job(interaction, self.match["job_id"])


class StopSelect(_Stop, template=PICK_ID):
    """A select to cancel one of many jobs."""

    async def use(self, interaction: Interaction) -> None:
        """Cancel the job that was chosen."""
        await self.stop_job(interaction, chosen(interaction))


async def _listed(interaction: Interaction, whose: str) -> tuple[discord.Embed, discord.ui.View]:
    """What is under way, as far as Discord takes it, and the controls for just that."""
    found = await _found(interaction, whose)
    lines = await _fitting(_job_lines(interaction, found.first, whose))
    shown = found.first[: len(lines)]
    if found.total > len(shown):
        lines.append(words.jobs_left_out(found.total - len(shown)))
    embed = discord.Embed(
        title=words.jobs_server() if whose == ALL else words.jobs_own(),
        description="\n".join(lines)
        or (words.jobs_none_here() if whose == ALL else words.jobs_none()),
        colour=COLOUR,
    )
    return embed, _stop_controls(shown, whose)


async def _found(interaction: Interaction, whose: str) -> Excerpt:
    services = services_of(interaction)
    if whose == ALL and interaction.guild_id is not None:
        return await services.library.under_way_on(interaction.guild_id, viewer(interaction))
    return await services.stores.queue.of_member(interaction.user.id, limit=JOBS_AT_ONCE)


async def _fitting(lines: AsyncIterator[str]) -> list[str]:
    """As many whole lines as there is room for."""
    taken, room = [], DESCRIPTION_LIMIT - MORE_ROOM
    async for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        taken.append(line)
    return taken


async def _job_lines(
    interaction: Interaction, found: Sequence[UnderWay], whose: str
) -> AsyncIterator[str]:
    for number, one in enumerate(found, 1):
        details = [words.by(one.job.member_id)] if whose == ALL else []
        if not one.job.in_doubt:
            details.append(words.job_waits(one.place) if one.place else words.job_runs())
        details.append(await _expected(interaction, one))
        if card := card_of(one.job):
            details.append(words.card_link(card.url))
        yield words.track_line(number, shown_title(one.job), details)


async def _expected(interaction: Interaction, one: UnderWay) -> str:
    """How long it should take from here, or why that can't be said."""
    services = services_of(interaction)
    expected = await services.expectations.of(one.job, place=one.place)
    if expected.at is None:
        return words.within_a_sentence(expected.instead())
    return words.job_expected((expected.at - services.clock()).total_seconds())


def _stop_controls(found: Sequence[UnderWay], whose: str) -> discord.ui.View:
    if len(found) <= BUTTONS_LIMIT:
        return buttons.row(
            *(_button(one.job, number, whose) for number, one in enumerate(found, 1))
        )
    options = [
        discord.SelectOption(label=option_label(number, one.job), value=one.job.id)
        for number, one in enumerate(found, 1)
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=f"compose:stop:pick:{whose}", placeholder=words.select_cancel(), options=options
    )
    return buttons.row(select)


def _button(job: Job, number: int, whose: str) -> discord.ui.Button[Any]:
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=words.cancel_label(number), custom_id=f"compose:stop:{job.id}:{whose}"
    )
    return button


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    await client.add_cog(Jobs())
    add_items(client, StopButton, StopSelect)
