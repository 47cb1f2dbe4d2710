"""The thread under a card, in which variations are posted.

A thread that was started from a message has that message's id, so it is found again without being
remembered. Source: Discord docs, Channels > Start Thread from Message.
"""

import logging
from typing import Final

import discord

from bot.jobs import Job

THREAD_EXISTS_CODE = 160004
NAME_LIMIT = 100
ARCHIVE_AFTER_MIN: Final = 1440

log = logging.getLogger(__name__)


def may_have_thread(job: Job) -> bool:
    """Only variations have one, and only where others can see them."""
    return (
        job.batch_id is not None
        and job.guild_id is not None
        and job.card_message_id is not None
        and not job.private
        and not job.outside
    )


async def thread_under_card(client: discord.Client, job: Job, name: str) -> int | None:
    """The id of the thread, started if it is not there; may be repeated.

    `None` where there can be none: in a thread, in a voice channel's chat, without the permission,
    or when the card is gone.
    """
    if not may_have_thread(job) or job.card_message_id is None:
        return None
    try:
        await client.http.start_thread_with_message(
            job.channel_id,
            job.card_message_id,
            name=name[:NAME_LIMIT],
            auto_archive_duration=ARCHIVE_AFTER_MIN,
        )
    except discord.HTTPException as error:
        if error.code == THREAD_EXISTS_CODE:
            return job.card_message_id
        if error.status >= 500 or error.status == 429:
            raise
        log.info("no thread for the variations: %s", error)
        return None
    return job.card_message_id
