"""A stand-in to test, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from sandbox.clock import Clock
from sandbox.discord import DiscordStandIn
from sandbox.discord.enums import InteractionType
from sandbox.discord.interaction import Interaction
from sandbox.discord.model import Channel, User
from sandbox.discord.seed import TOKEN, tape_club_world


class StillClock(Clock):
    """Moves only when told to, so that a slow machine can't run into the next window."""

    def __init__(self) -> None:
        super().__init__()
        self._now = super().now()

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: CIMultiDictProxy[str]
    data: Any

    @property
    def code(self) -> int:
        return int(self.data["code"])


class Api:
    """Requests as the bot, unless told otherwise."""

    def __init__(self, stand_in: DiscordStandIn, http: aiohttp.ClientSession) -> None:
        self.stand_in = stand_in
        self.world = stand_in.world
        self._http = http

    async def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        files: Mapping[str, bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        sent = {"Authorization": f"Bot {TOKEN}", **(headers or {})}
        data: aiohttp.FormData | bytes | None = raw
        if files is not None:
            data = _form(body, files)
        elif body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        url = path if path.startswith("http") else self.stand_in.api_url + path
        async with self._http.request(method, url, data=data, headers=sent) as response:
            content = await response.read()
            is_json = response.headers.get("Content-Type") == "application/json"
            decoded = json.loads(content) if is_json else content
            return Answer(response.status, response.headers, decoded)

    def channel(self, name: str) -> Channel:
        return next(c for c in self.world.state.channels.values() if c.name == name)

    def user(self, name: str) -> User:
        return self.world.state.user_named(name)

    def messages(self, channel: str = "music-jam") -> str:
        return f"/channels/{self.channel(channel).id}/messages"

    def interact(
        self,
        kind: InteractionType = InteractionType.APPLICATION_COMMAND,
        *,
        member: str = "Ben",
        channel: str = "music-jam",
    ) -> Interaction:
        data = {"id": "1", "name": "compose", "type": 1}
        place = self.channel(channel)
        return self.world.interactions.start(kind, self.user(member), place, data)

    def callback(self, interaction: Interaction) -> str:
        return f"/interactions/{interaction.id}/{interaction.token}/callback"

    def webhook(self, interaction: Interaction) -> str:
        return f"/webhooks/{self.world.state.application.id}/{interaction.token}"


def _form(body: object, files: Mapping[str, bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(body or {}), content_type="application/json")
    for i, (name, content) in enumerate(files.items()):
        kind = "application/octet-stream"
        form.add_field(f"files[{i}]", io.BytesIO(content), filename=name, content_type=kind)
    return form


@pytest.fixture
async def stand_in() -> AsyncIterator[DiscordStandIn]:
    world = tape_club_world(Clock())
    async with DiscordStandIn(world, rate_limits=False) as stand_in:
        yield stand_in


@pytest.fixture
async def limited() -> AsyncIterator[Api]:
    """An API with its rate limits on."""
    async with (
        DiscordStandIn(clock=StillClock()) as stand_in,
        aiohttp.ClientSession() as http,
    ):
        yield Api(stand_in, http)


@pytest.fixture
async def api(stand_in: DiscordStandIn) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as http:
        yield Api(stand_in, http)
