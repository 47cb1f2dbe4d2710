"""Buttons and selects that are told by their custom_id, so that they work after a restart."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.client import ComposeClient, Interaction


class PersistentItem:
    """Made for each use on any message, however old.

    Anyone who sees it can use it, or forge its custom_id: `match` is to be checked.
    """

    template: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: re.Pattern[str] | None = None) -> None:
        """What is only a base of others has no `template`."""
        super().__init_subclass__()
        if template is not None:
            cls.template = template

    def __init__(self, match: re.Match[str]) -> None:
        self.match = match

    @classmethod
    async def handle(cls, interaction: Interaction, match: re.Match[str]) -> None:
        """Called by the client's router."""
        await cls(match).use(interaction)

    async def use(self, interaction: Interaction) -> None:
        """Do what the button or select is for."""
        raise NotImplementedError


def add_items(client: ComposeClient, *items: type[PersistentItem]) -> None:
    """From now on they answer to their custom_ids."""
    client.router.items.update({item.template: item.handle for item in items})


def chosen(interaction: Interaction) -> str:
    """The one value that was chosen in a select; empty if there is none."""
    data: Mapping[str, Any] = interaction.data or {}
    return str(next(iter(data.get("values") or ()), ""))
