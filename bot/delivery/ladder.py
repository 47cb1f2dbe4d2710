"""The ways to a member, best first, and going down them.

A new message in the channel notifies; an edit of the card through the interaction's token needs
no permission, for 15 minutes; a direct message needs neither. If all are closed, the notice is
held for the member to ask for.
"""

import logging
from dataclasses import dataclass

from bot.delivery.announcements import Announcement
from bot.delivery.messenger import Messenger
from bot.errors import Unreachable
from bot.jobs import Job, Notice, Rung

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Where the member was told. `url` leads there."""

    rung: Rung
    channel_id: int
    message_id: int


async def tell(messenger: Messenger, job: Job, notice: Notice, what: Announcement) -> Told:
    """Tell the member on the best rung that is open.

    Raises `Unreachable` if none is, and passes on `DeliveryUnsure`, `DeliveryLater` and
    `UploadTooLarge`.
    """
    try:
        message = await messenger.post(job, notice, what)
        return Told(rung=Rung.CHANNEL, channel_id=job.channel_id, message_id=message.id)
    except Unreachable as error:
        log.info("not in the channel: %s", error)
    try:
        answer = await messenger.edit_answer(job, what)
        return Told(rung=Rung.INTERACTION, channel_id=job.channel_id, message_id=answer.id)
    except Unreachable as error:
        log.info("not through the interaction: %s", error)
    direct = await messenger.post_direct(job, notice, what)
    return Told(rung=Rung.DIRECT_MESSAGE, channel_id=direct.channel.id, message_id=direct.id)
