"""One connection to Discord's gateway, on which an event that can't be read is dropped."""

import asyncio
import contextlib
import json
import logging
import traceback
from pathlib import Path
from typing import Any, Final

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.errors import ComposeError
from bot.said_once import SaidOnce

RESUMABLE_CLOSE_CODE: Final = 4000
CLOSE_TIMEOUT_S: Final = 1.0
HEARTBEAT_S: Final = (0.05, 600.0)
COMPLAINTS: Final = 100

log = logging.getLogger(__name__)


def drop_lost_task(
    said: SaidOnce, loop: asyncio.AbstractEventLoop, context: dict[str, Any]
) -> None:
    """For `set_exception_handler`: a task that discord.py started for a bad event ends in one line.

    Nobody waits for these tasks. Errors of any other kind are logged as usual.
    """
    error = context.get("exception")
    frames = traceback.extract_tb(error.__traceback__) if error else []
    if "future" in context and frames and "discord" in Path(frames[-1].filename).parts:
        what = f"{type(error).__name__} in {frames[-1].name}"
        said.say(what, "a gateway event can't be dealt with and is dropped: %s", what)
        return
    loop.default_exception_handler(context)


class Unsteady(ComposeError):
    """The connection can't go on as it is; a new one may."""


class Connection(DiscordWebSocket):
    """discord.py's connection, which would end with the first event that it can't read."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, *, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(socket, loop=loop)
        self._text: str | None = None
        self._complaints: set[tuple[str, str]] = set()

    def log_receive(self, data: Any, /) -> None:
        """Called with each event after it was unpacked and before it is read."""
        self._text = data

    async def received_message(self, msg: Any, /) -> None:
        """Raises only what is about the connection."""
        self._text = None
        try:
            await super().received_message(msg)
        except (ReconnectWebSocket, discord.ConnectionClosed):
            raise
        except Exception as error:
            if self.socket.closed:
                raise
            await self._drop(error, self._text)
        await self._check_heartbeat()

    async def hang_up(self, code: int = RESUMABLE_CLOSE_CODE) -> None:
        """Close it, and don't wait for the other side to agree."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.close(code), CLOSE_TIMEOUT_S)

    async def _drop(self, error: Exception, text: str | None) -> None:
        """Nothing of its content is shown: it may be a token, or a member's words."""
        if text is None:  # the stream can't be unpacked, and won't be from here on
            await self.hang_up()
            raise Unsteady("Discord's gateway sends what can't be unpacked") from error
        event = _event_name(text)
        frame = traceback.extract_tb(error.__traceback__)[-1]
        complaint = (event, f"{type(error).__name__} in {frame.name}")
        if complaint not in self._complaints and len(self._complaints) < COMPLAINTS:
            self._complaints.add(complaint)
            log.warning("a gateway event can't be read and is dropped: %s (%s)", *complaint)
        if event in {"READY", "RESUMED"}:  # unreadable, but all that follows may be well
            self._dispatch(f"shard_{event.lower()}", self.shard_id)

    async def _check_heartbeat(self) -> None:
        keep_alive = self._keep_alive
        if keep_alive is None or keep_alive.interval is None:
            return
        if not HEARTBEAT_S[0] <= keep_alive.interval <= HEARTBEAT_S[1]:
            await self.hang_up()
            raise Unsteady("Discord's gateway asks for impossible heartbeats")


def _event_name(text: str) -> str:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return "no JSON"
    name = event.get("t") if isinstance(event, dict) else None
    return name[:50] if isinstance(name, str) and name.isidentifier() else "without a name"
