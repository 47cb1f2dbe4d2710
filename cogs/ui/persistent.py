"""Buttons and selects that are told by their custom_id, so that they work after a restart."""

import re
from typing import Any, Self

import discord

from bot.client import ComposeClient
from cogs.ui.first_answers import apologise_for

ItemInteraction = discord.Interaction[ComposeClient]
AnyItem = discord.ui.Item[Any]


class PersistentItem(discord.ui.DynamicItem[AnyItem], template=r"(?!)"):
    """Anyone who sees it can use it, or forge its custom_id: `match` is to be checked."""

    def __init__(self, item: AnyItem, match: re.Match[str]) -> None:
        super().__init__(item)
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        """Called by discord.py for each use on any message, however old."""
        return cls(item, match)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what it is for, and never leave the member without an answer."""
        async with apologise_for(interaction, f"{type(self).__name__} failed"):
            await self.use(interaction)

    async def use(self, interaction: ItemInteraction) -> None:
        """What it is for."""
        raise NotImplementedError

    @property
    def chosen(self) -> str:
        """The one value that was chosen in a select."""
        if not isinstance(self.item, discord.ui.Select):
            raise TypeError("nothing can be chosen in a button")
        return str(self.item.values[0])


def view_of(*items: AnyItem) -> discord.ui.View:
    """Items as discord.py sends them. Stopped, so that it keeps no memory of each message."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view
