"""Files that members sent in messages, found again: links to them live for about a day."""

import discord

from bot.deliver.messenger import translated
from bot.domain.requests import Reference
from bot.errors import Unreachable

READ_WITHIN_S = 10.0


async def fresh_link(client: discord.Client, reference: Reference) -> str | None:
    """A link that lives for about a day; `None` if the file is gone, or hidden from the bot.

    Discord shows a bot the files of others' messages only with the message content intent, or
    in direct messages (Discord docs: Gateway > Message Content Intent).
    Raises `DeliveryLater`.
    """
    if reference.channel_id is None or reference.message_id is None:
        return None
    channel = client.get_partial_messageable(reference.channel_id)
    try:
        async with translated(READ_WITHIN_S, reading=True):
            message = await channel.fetch_message(reference.message_id)
    except Unreachable:
        return None
    links = {one.id: one.url for one in attachments_of(message)}
    return links.get(reference.attachment_id or 0)


def attachments_of(message: discord.Message) -> list[discord.Attachment]:
    """All files of a message, also those of a message that it forwards."""
    forwarded = (one for shown in message.message_snapshots for one in shown.attachments)
    return [*message.attachments, *forwarded]
