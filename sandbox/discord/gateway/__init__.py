"""Discord's real-time gateway over WebSocket, version 10, JSON encoding."""

from sandbox.discord.gateway.gateway import Gateway

__all__ = ["Gateway"]
