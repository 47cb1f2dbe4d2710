"""A stand-in for Discord: REST API, gateway and CDN, from its public documentation."""

from sandbox.discord.standin import DiscordStandIn
from sandbox.discord.world import World

__all__ = ["DiscordStandIn", "World"]
