"""A gateway session: one shard's sequence of events, which outlives its connections.

Discord docs: Events > Gateway > Resuming.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from datetime import datetime, timedelta

from sandbox.discord.enums import Intents
from sandbox.discord.gateway.connection import Connection
from sandbox.discord.model import Event

REPLAY_LIMIT = 2000
RESUMABLE_FOR = timedelta(minutes=5)


class Session:
    """`shard` is `(shard_id, shard_count)`. Events are kept for replay after a drop."""

    def __init__(self, shard: tuple[int, int], intents: Intents) -> None:
        self.id = secrets.token_hex(16)
        self.shard_id, self.shard_count = shard
        self.intents = intents
        self.seq = 0
        self.connection: Connection | None = None
        self.lost_at: datetime | None = None
        self._sent: deque[tuple[int, str, str]] = deque(maxlen=REPLAY_LIMIT)
        self._again_from: int | None = None

    def concerns(self, event: Event) -> bool:
        """Guilds are spread over the shards; what has no guild goes to shard 0."""
        return self.has_guild(event.guild_id) if event.guild_id else self.shard_id == 0

    def has_guild(self, guild_id: int) -> bool:
        return (guild_id >> 22) % self.shard_count == self.shard_id

    def dispatch(self, name: str, data: str) -> None:
        """Send an event whose `data` is JSON already; without a connection it waits."""
        self.seq += 1
        frame = f'{{"op":0,"t":"{name}","s":{self.seq},"d":{data}}}'
        self._sent.append((self.seq, name, frame))
        if self.connection is not None:
            self.connection.send(frame)

    def is_over(self, now: datetime) -> bool:
        """Lost for too long to be resumed."""
        return self.lost_at is not None and now - self.lost_at > RESUMABLE_FOR

    def can_replay_from(self, seq: int) -> bool:
        oldest = self._sent[0][0] if self._sent else self.seq + 1
        return seq + 1 >= oldest

    def resume(self, connection: Connection, seq: int) -> None:
        """Continue on a new connection: what was missed, then RESUMED."""
        if self._again_from is not None:
            seq = min(seq, self._again_from - 1)
            self._again_from = None
        self.connection, self.lost_at = connection, None
        for number, _, frame in self._sent:
            if number > seq:
                connection.send(frame)
        self.dispatch("RESUMED", json.dumps({"_trace": []}))

    def repeat_last(self, name: str) -> None:
        """At the next resume, start again with the last event of that name. Raises LookupError."""
        for number, sent, _ in reversed(self._sent):
            if sent == name:
                self._again_from = number
                return
        raise LookupError(f"shard {self.shard_id} was sent no {name}")
