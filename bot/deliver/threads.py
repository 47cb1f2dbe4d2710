"""The thread under a card, in which variations are posted.

A thread that was started from a message has that message's id, so it is found again without being
remembered. Source: Discord docs, Channels > Start Thread from Message.
"""

from typing import Final

import discord

from bot.domain.jobs import Job
from bot.rest.verdict import own_code

THREAD_EXISTS_CODE = 160004
NAME_LIMIT = 100
ARCHIVE_AFTER_MIN: Final = 1440


def thread_id_of(job: Job) -> int | None:
    """The id that the thread under its card has, if there is one.

    Only variations have one, and only where others can see them.
    """
    may_have = job.batch_id is not None and job.guild_id is not None and job.uses_channel
    return job.card_message_id if may_have else None


async def thread_under_card(client: discord.Client, job: Job, name: str) -> int | None:
    """The id of the thread, started if it is not there; may be repeated.

    `None` if the job has none. Raises what discord.py does, also where there can be none: in a
    thread, in a voice channel's chat, without the permission, or when the card is gone.
    """
    thread_id = thread_id_of(job)
    if thread_id is None:
        return None
    try:
        await client.http.start_thread_with_message(
            job.channel_id,
            thread_id,
            name=name[:NAME_LIMIT],
            auto_archive_duration=ARCHIVE_AFTER_MIN,
        )
    except discord.HTTPException as error:
        if own_code(error) != THREAD_EXISTS_CODE:
            raise
    return thread_id
