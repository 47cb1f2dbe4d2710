"""One WebSocket connection to the gateway: ordered sending, heartbeats, limits.

Discord docs: Events > Gateway > Sending Heartbeats, Rate Limiting.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

from aiohttp import ClientConnectionError, web

from sandbox.discord.gateway.compression import Encoder, payload_compressed, plain
from sandbox.discord.model import Json

MAX_PAYLOAD_BYTES = 4096
MAX_SENT_PER_WINDOW = 120
SEND_WINDOW_S = 60.0


class Connection:
    """Frames and the close are queued, so that whoever sends never waits for the client."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, encode: Encoder
    ) -> None:
        self._request = request
        self._socket = socket
        self._encode = encode
        self._queue: asyncio.Queue[str | tuple[int, str]] = asyncio.Queue()
        self._received: deque[float] = deque(maxlen=MAX_SENT_PER_WINDOW + 1)
        self.zombie = False
        self.closed_by_us = False
        self.last_heartbeat_s = asyncio.get_running_loop().time()

    def send(self, frame: str) -> None:
        self._queue.put_nowait(frame)

    def send_op(self, op: int, data: Any = None) -> None:
        frame: Json = {"op": op, "d": data, "s": None, "t": None}
        self.send(json.dumps(frame))

    def close(self, code: int, reason: str) -> None:
        """Close in order, after what was sent before."""
        self.closed_by_us = True
        self._queue.put_nowait((code, reason))

    def abort(self) -> None:
        """Cut the connection without a word, as a broken network does."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def compress_payloads(self) -> None:
        """Asked for in IDENTIFY; a transport compression takes precedence."""
        if self._encode is plain:
            self._encode = payload_compressed

    def sends_too_much(self) -> bool:
        """Count a payload of the client; more than 120 in 60 s are too many."""
        now = asyncio.get_running_loop().time()
        self._received.append(now)
        return len(self._received) > MAX_SENT_PER_WINDOW and (
            now - self._received[0] < SEND_WINDOW_S
        )

    async def write_queued(self) -> None:
        """Send what is queued, until the connection ends. A zombie's frames go nowhere."""
        try:
            while True:
                item = await self._queue.get()
                if isinstance(item, tuple):
                    code, reason = item
                    await self._socket.close(code=code, message=reason.encode()[:120])
                    return
                if not self.zombie:
                    await self._write(self._encode(item))
        except (ConnectionError, ClientConnectionError, RuntimeError):
            return  # the client is gone; what it missed is replayed when it resumes

    async def _write(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            await self._socket.send_bytes(frame)
        else:
            await self._socket.send_str(frame)
