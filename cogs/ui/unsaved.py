"""Saying no while nothing can be stored: what was typed is in the answer, to be copied."""

import io

import discord

from bot import words
from bot.client import ComposeClient
from bot.domain.drafts import Draft
from bot.domain.recipes import typed
from cogs.ui.first_answers import say

MESSAGE_LIMIT = 2000


async def refuse_unsaved(
    interaction: discord.Interaction[ComposeClient], text: str, draft: Draft
) -> None:
    """Say privately why nothing was started, with everything that was typed below it.

    As a file when it is long, or would break out of a code block.
    """
    options = typed(draft)
    quoted = "\n".join((text, words.typed(options)))
    if not options:
        await say(interaction, text)
    elif "`" not in options and len(quoted) <= MESSAGE_LIMIT:
        await say(interaction, quoted)
    else:
        content = io.BytesIO(options.encode(errors="replace"))
        file = discord.File(content, filename=words.TYPED_FILE_NAME)
        await say(interaction, "\n".join((text, words.TYPED_AS_FILE)), file=file)
