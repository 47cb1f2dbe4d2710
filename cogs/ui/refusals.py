"""Saying no without losing what was typed: a private answer, with a button to edit it.

While nothing can be stored, what was typed is in the answer itself, to be copied.
"""

import io
import logging
from collections.abc import Sequence

import discord

from bot import words
from bot.client import Interaction, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.drafts import Draft
from bot.domain.problems import Problem
from bot.domain.recipes import typed
from bot.domain.remedies import Remedy, remedies
from bot.errors import DatabaseTrouble
from cogs.ui.first_answers import left_s, say
from cogs.ui.limits import MESSAGE_LIMIT

DRAFT = "draft"

log = logging.getLogger(__name__)


async def refuse(
    interaction: Interaction, text: str, draft: Draft, offered: Sequence[Remedy] = ()
) -> None:
    """Say privately why nothing was started, with a button for each remedy that's offered.

    What was typed is kept for the buttons, or is in the answer if they can't help.
    """
    draft_id = await kept(interaction, draft) if can_be_edited(interaction, draft) else None
    if draft_id is None:
        await refuse_unsaved(interaction, text, draft)
        return
    items = [
        buttons.button(Action.REMEDY, draft_id, remedy.key, label=words.remedy(remedy))
        for remedy in offered
    ]
    edit = buttons.button(Action.EDIT, draft_id, DRAFT)
    await say(interaction, text, view=buttons.row(*items, edit))


async def refuse_problems(
    interaction: Interaction, problems: Sequence[Problem], draft: Draft
) -> None:
    """The same for what can't be taken as it was typed, with what helps against it."""
    offered = remedies(problems, draft, services_of(interaction).offer)
    await refuse(interaction, words.not_taken(problems), draft, offered)


def can_be_edited(interaction: Interaction, draft: Draft) -> bool:
    """Whether a dialog helps: for a cover there has to be a model to choose."""
    return not draft.is_cover or services_of(interaction).offer.covers is not None


async def kept(interaction: Interaction, draft: Draft) -> str | None:
    """The id that what was typed is stored under; `None` while nothing can be stored."""
    admission, within_s = services_of(interaction).admission, left_s(interaction)
    try:
        return await admission.keep(draft, interaction.user.id, within_s=within_s)
    except DatabaseTrouble as error:
        log.error("a draft could not be stored: the database %s", error)
        return None


async def refuse_unsaved(
    interaction: Interaction, text: str, draft: Draft, *, style: str | None = None
) -> None:
    """Say privately why nothing was started, with everything that was typed below it.

    As a file when it is long, or would break out of a code block. `style` is the name of one that
    could not be read.
    """
    options = typed(draft, style=style)
    quoted = "\n".join((text, words.typed(options)))
    if not options:
        await say(interaction, text)
    elif "`" not in options and len(quoted) <= MESSAGE_LIMIT:
        await say(interaction, quoted)
    else:
        content = io.BytesIO(options.encode(errors="replace"))
        file = discord.File(content, filename=words.TYPED_FILE_NAME)
        await say(interaction, "\n".join((text, words.typed_as_file())), file=file)
