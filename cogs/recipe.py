"""The recipe of a track, and whom it goes back to."""

import io

import discord

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.jobs import Job
from bot.domain.recipes import command_of, listed
from bot.domain.visibility import Ancestor
from bot.library.visibility import NAMED_ANCESTORS
from bot.words.markdown import harmless
from cogs.ui.first_answers import in_time, say
from cogs.ui.job_button import JobButton
from cogs.ui.limits import MESSAGE_LIMIT, PARENT_TITLE_LIMIT
from cogs.ui.persistent import add_items
from cogs.ui.visibility import viewer

FILE_NAME_LIMIT = 100
AUTHORS_AT_ONCE = 40  # in one line


class RecipeButton(JobButton, template=buttons.pattern(Action.RECIPE)):
    """Everything needed to make the track again, privately, for whoever asks."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """As text to copy, or as a file when it is long or would break out of a code block."""
        if job.deleted_at is not None and job.member_id != interaction.user.id:
            await say(interaction, words.track_deleted())
            return
        looking = services_of(interaction).visibility.lineage(job, viewer(interaction))
        rest = _beside(job, await in_time(interaction, looking))
        command = command_of(job.request)
        recipe, more = words.recipe(command or ""), {}
        if command is None or "`" in command or len(recipe) > MESSAGE_LIMIT:
            content = io.BytesIO((command or listed(job.request)).encode(errors="replace"))
            more["file"] = discord.File(content, filename=words.RECIPE_FILE_NAME)
            recipe = words.recipe_as_file()
        first, *others = _in_messages([recipe, *rest])
        await say(interaction, first, **more)
        for text in others:
            await say(interaction, text)


def _beside(job: Job, line: list[Ancestor]) -> list[str]:
    """What is said beside the recipe, since it has no option for that."""
    told = []
    if job.request.reference is not None:
        name = harmless(job.request.reference.file_name, FILE_NAME_LIMIT)
        told.append(words.recipe_reference(name))
    if line:
        told += words.lineage_list(_credits(job, line))
    return told


def _credits(job: Job, line: list[Ancestor]) -> list[str]:
    """A line for each of the nearest, and more with the authors of all before them."""
    children = [job, *(ancestor.job for ancestor in line)]
    lines = [
        words.lineage(child.relation, _shown_title_of(parent), parent.job.member_id)
        for child, parent in zip(children, line[:NAMED_ANCESTORS], strict=False)
        if child.relation is not None
    ]
    authors = list(dict.fromkeys(one.job.member_id for one in line[NAMED_ANCESTORS:]))
    before = [
        authors[first:][:AUTHORS_AT_ONCE] for first in range(0, len(authors), AUTHORS_AT_ONCE)
    ]
    return [*lines, *map(words.lineage_before, before)]


def _in_messages(lines: list[str]) -> list[str]:
    """The lines in as few messages as hold them, in their order."""
    messages: list[str] = []
    for line in lines:
        if messages and len(messages[-1]) + 1 + len(line) <= MESSAGE_LIMIT:
            messages[-1] += f"\n{line}"
        else:
            messages.append(line)
    return messages


def _shown_title_of(ancestor: Ancestor) -> str | None:
    return harmless(words.title_of(ancestor.job), PARENT_TITLE_LIMIT) if ancestor.visible else None


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    add_items(client, RecipeButton)
