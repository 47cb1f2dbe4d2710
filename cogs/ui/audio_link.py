"""The link to a track's audio that private messages carry on: the audio may stand nowhere else, and
a private answer can't be looked at again."""

import discord

from bot.client import Interaction
from bot.deliver.announcements import LINK_BUTTON_LIMIT
from bot.deliver.track_messages import audio_url


def link_at_hand(interaction: Interaction) -> str | None:
    """A fresh link to the audio of the message that was pressed, or the one it carries."""
    message = interaction.message
    url = audio_url(message) if message else None
    return url if url and len(url) <= LINK_BUTTON_LIMIT else carried_link(interaction)


def carried_link(interaction: Interaction) -> str | None:
    """The link of the private message that was pressed, which this member alone has seen."""
    message = interaction.message
    for row in message.components if message and message.flags.ephemeral else ():
        for item in row.children if isinstance(row, discord.ActionRow) else ():
            if isinstance(item, discord.Button) and item.url:
                return item.url
    return None
