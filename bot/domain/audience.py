"""Whom the bot serves."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Audience:
    """The servers that may spend the host's credits (all, if none is named), and whether members
    may who have the app for themselves, wherever they are."""

    guild_ids: frozenset[int] = frozenset()
    users: bool = False

    def serves(self, guild_id: int) -> bool:
        """Whether this server may."""
        return not self.guild_ids or guild_id in self.guild_ids
