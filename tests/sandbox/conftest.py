"""A bot of a few lines of plain HTTP, and a member who uses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from sandbox.clock import Clock
from sandbox.discord import DiscordStandIn
from sandbox.discord.forms import Form
from sandbox.discord.model import Event, Json
from sandbox.driver import Driver, MemberDriver

COMMAND = {
    "name": "compose",
    "description": "Make a track",
    "options": [
        {"type": 3, "name": "prompt", "description": "What", "required": True, "max_length": 20},
        {"type": 4, "name": "seed", "description": "Seed", "min_value": 0},
        {"type": 3, "name": "model", "description": "Model", "autocomplete": True},
        {"type": 3, "name": "mood", "description": "Mood",
         "choices": [{"name": "Calm", "value": "calm"}]},
        {"type": 6, "name": "with", "description": "Whom"},
        {"type": 11, "name": "cover", "description": "Reference"},
    ],
}  # fmt: skip
GROUP = {
    "name": "album",
    "description": "Albums",
    "options": [{"type": 1, "name": "create", "description": "New"}],
}


@dataclass
class Bot:
    """Answers each interaction with what the test has put into `answers`, if anything."""

    stand_in: DiscordStandIn
    http: aiohttp.ClientSession
    answers: list[Json] = field(default_factory=list)
    received: list[Json] = field(default_factory=list)

    async def answer(self, payload: Json) -> None:
        path = f"/interactions/{payload['id']}/{payload['token']}/callback"
        body = self.answers.pop(0)
        async with self.http.post(self.stand_in.api_url + path, json=body) as response:
            assert response.status == 204, await response.text()

    def register(self, *commands: Json) -> None:
        """Add global commands."""
        for command in commands:
            self.stand_in.world.commands.upsert(None, Form(json.loads(json.dumps(command))))

    async def follow_up(self, payload: Json, body: Json) -> tuple[int, Json]:
        """One more message by an interaction's token: the status and the answer."""
        path = f"/webhooks/{payload['application_id']}/{payload['token']}"
        async with self.http.post(self.stand_in.api_url + path, json=body) as response:
            return response.status, await response.json()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with (
        DiscordStandIn(clock=Clock(), rate_limits=False) as stand_in,
        aiohttp.ClientSession() as http,
        asyncio.TaskGroup() as tasks,
    ):
        bot = Bot(stand_in, http)

        def hear(event: Event) -> None:
            if event.name == "INTERACTION_CREATE":
                bot.received.append(event.payload)
                if bot.answers:
                    tasks.create_task(bot.answer(event.payload))

        stand_in.world.state.bus.listen(hear)
        bot.register(COMMAND, GROUP)
        yield bot


@pytest.fixture
def ben(bot: Bot) -> MemberDriver:
    return Driver(bot.stand_in).member("Ben")


def message(content: str, **more: Any) -> Json:
    return {"type": 4, "data": {"content": content, **more}}


def row(*components: Json) -> list[Json]:
    return [{"type": 1, "components": list(components)}]


def button(label: str, **more: Any) -> Json:
    return {"type": 2, "style": 1, "label": label, "custom_id": label.lower(), **more}
