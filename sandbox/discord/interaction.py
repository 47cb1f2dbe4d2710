"""One interaction: who did what where, and what became of it.

Discord docs: Interactions > Receiving and Responding.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.discord.enums import CallbackType, InteractionType
from sandbox.discord.model import Channel, Json, Message, User

ANSWER_WITHIN = timedelta(seconds=3)
TOKEN_LIFETIME = timedelta(minutes=15)


@dataclass(eq=False)
class Interaction:
    """One interaction and what became of it.

    `owners` are the installations that it rests on. `original_id` is the message that `@original`
    means. `fills_original` says that the first follow-up is to replace the "thinking" message.
    `settled` is set once there is a first answer or time is up.
    """

    id: int
    token: str
    type: InteractionType
    user: User
    channel: Channel
    data: Json
    owners: Json
    metadata: Json
    created_at: datetime
    attachment_limit_bytes: int
    answer_within: timedelta
    message: Message | None = None
    nonce: str | None = None
    command_name: str | None = None
    callback: CallbackType | None = None
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)
    original_id: int | None = None
    message_ids: set[int] = field(default_factory=set)
    follow_ups: int = 0
    fills_original: bool = False
    failed: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def is_late(self, now: datetime) -> bool:
        return now - self.created_at > self.answer_within

    def is_over(self, now: datetime) -> bool:
        return now - self.created_at > TOKEN_LIFETIME
