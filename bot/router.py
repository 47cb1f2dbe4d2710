"""Which handler answers to which custom_id: one table for buttons and selects, one for dialogs.

discord.py keeps views and dialogs in memory and forgets them with the process. Custom_ids stay in
the messages, so what they route works on old messages and after a restart.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import InteractionType

from bot.words.language import speaking

# Gets the custom_id as its pattern matched it. Anyone can forge one, so handlers check who may.
Handler = Callable[[discord.Interaction[Any], re.Match[str]], Awaitable[None]]
Routes = dict[re.Pattern[str], Handler]


@dataclass(frozen=True)
class Router:
    """Extensions add their handlers in `setup`. A custom_id belongs to one of them at most."""

    items: Routes = field(default_factory=dict)
    dialogs: Routes = field(default_factory=dict)

    async def dispatch(self, interaction: discord.Interaction[Any]) -> None:
        """Call the handler of what was pressed, chosen or sent, if it is one of ours."""
        data: Mapping[str, Any] = interaction.data or {}
        custom_id = str(data.get("custom_id"))
        for pattern, handler in self._routes(interaction.type).items():
            if match := pattern.fullmatch(custom_id):
                with speaking(str(interaction.locale)):
                    await handler(interaction, match)
                return

    def _routes(self, kind: InteractionType) -> Routes:
        if kind is InteractionType.component:
            return self.items
        return self.dialogs if kind is InteractionType.modal_submit else {}
