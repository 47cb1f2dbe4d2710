"""Costly things, one at a time for each member: a track is fetched, decoded and uploaded."""

import contextlib
from collections.abc import AsyncIterator

from bot import words
from bot.client import Interaction, services_of
from cogs.ui.first_answers import say


@contextlib.asynccontextmanager
async def one_each(interaction: Interaction) -> AsyncIterator[bool]:
    """Whether to go on; if not, the member is told to wait for their last one.

    Only this process knows, which is enough: it saves its own disk and cores.
    """
    busy, member_id = services_of(interaction).busy_member_ids, interaction.user.id
    if member_id in busy:
        await say(interaction, words.one_moment())
        yield False
        return
    busy.add(member_id)
    try:
        yield True
    finally:
        busy.discard(member_id)
