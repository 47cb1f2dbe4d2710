"""Two processes on one database, both watching, and the two ways to the host."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.client import ComposeClient
from bot.clock import utc_now
from bot.domain.budgets import Budgets
from bot.domain.causes import Cause
from bot.gateway.connection import log_in
from bot.ops.alerts.account import Account
from bot.ops.alerts.channels import OwnerMessages, Tell, Webhook
from bot.ops.alerts.money import Money
from bot.ops.alerts.watch import Watch
from bot.provider.client import Provider
from bot.store.database.engine import sqlite_file
from bot.store.pause_store import Pause, PauseReason
from sandbox.aimlapi import KEY, AimlapiStandIn, KeyTerms
from sandbox.discord import DiscordStandIn
from sandbox.discord.seed import TOKEN, tape_club_world
from tests.factories import HandClock, Stored

TURN_S = 10.0


@dataclass
class Hooks:
    """A webhook's other side: what it got, and what it answers."""

    url: str
    said: list[dict[str, Any]] = field(default_factory=list)
    status: int = 204


@pytest.fixture
async def hooks() -> AsyncIterator[Hooks]:
    async def take(request: web.Request) -> web.Response:
        opened.said.append(await request.json())
        return web.Response(status=opened.status)

    app = web.Application()
    app.router.add_post("/hunter2", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened = Hooks(f"http://127.0.0.1:{runner.addresses[0][1]}/hunter2")
    yield opened
    await runner.cleanup()


@pytest.fixture
async def webhook(hooks: Hooks) -> AsyncIterator[Webhook]:
    async with aiohttp.ClientSession() as session:
        yield Webhook(hooks.url, session)


@pytest.fixture
async def discord_stand_in() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn(tape_club_world()) as opened:
        yield opened


@pytest.fixture
async def owner_messages(discord_stand_in: DiscordStandIn) -> AsyncIterator[OwnerMessages]:
    address = discord_stand_in.api_url
    async with ComposeClient(api_url=address, command_guild_id=None) as client:
        await log_in(client, TOKEN)
        yield OwnerMessages(client)


def direct_messages(discord: DiscordStandIn, name: str = "Ada") -> list[str]:
    """What one of the members was told by the bot alone."""
    state, user = discord.world.state, discord.world.state.user_named(name)
    channel = discord.world.places.open_dm(state.bot, user)
    return [message.content for message in channel.messages.values()]


class Processes:
    """The watches of two processes, which have a disk each. Time passes in turns."""

    def __init__(self, stored: Stored, stand_in: AimlapiStandIn, watches: list[Watch]) -> None:
        self.stored = stored
        self.stand_in = stand_in
        self.watches = watches
        self.has_room = True
        self.budgets = Budgets(per_day=2_000_000, per_month=20_000_000)

    async def wait(self, seconds: float, *, turn_s: float = TURN_S) -> None:
        """Both look, every few seconds, until so much time has passed."""
        for _ in range(int(seconds / turn_s)):
            self.stored.clock.advance(turn_s)
            for watch in self.watches:
                await watch.look()

    async def begin(self, cause: Cause) -> None:
        """From now on, this is wrong."""
        match cause:
            case Cause.KEY:
                self.stand_in.keys.clear()
            case Cause.BALANCE:
                self.stand_in.empty_account()
                self.stand_in.top_up(0.5)
            case Cause.PAUSED:
                await self.pause()
            case Cause.DATABASE:
                self._locked = sqlite3.connect(self._file, isolation_level=None)
                self._locked.execute("BEGIN IMMEDIATE")
            case Cause.DISK:
                self.has_room = False

    async def end(self, cause: Cause) -> None:
        """All is well again."""
        match cause:
            case Cause.KEY:
                self.stand_in.keys.add(KEY)
            case Cause.BALANCE:
                self.stand_in.top_up(100)
            case Cause.PAUSED:
                await self.stored.stores.pauses.end()
            case Cause.DATABASE:
                with closing(self._locked):
                    self._locked.execute("ROLLBACK")
            case Cause.DISK:
                self.has_room = True

    async def pause(self, reason: PauseReason = PauseReason.UNAVAILABLE, **changes: Any) -> None:
        now = self.stored.clock()
        probe_at = now + timedelta(seconds=600)
        pause: dict[str, Any] = {"began_at": now, "probe_at": probe_at, "distance_s": 60.0}
        await self.stored.stores.pauses.change(lambda _: Pause(reason=reason, **pause | changes))

    @property
    def _file(self) -> str:
        file = sqlite_file(f"sqlite:///{self.stored.engine.url.database}")
        assert file
        return str(file)


@pytest.fixture
async def watching(
    stored: Stored, clock: HandClock, stand_in: AimlapiStandIn
) -> AsyncIterator[Callable[[Tell], Awaitable[Processes]]]:
    """Opens the two processes, which tell in the given way."""
    clock.now = utc_now()
    stand_in.key_terms = KeyTerms(limit_usd=100)
    await _do_not_wait_for_locks(stored)
    async with AsyncExitStack() as opened:

        async def open_with(tell: Tell) -> Processes:
            processes = Processes(stored, stand_in, [])
            for worker_id in ("one", "two"):
                provider = await opened.enter_async_context(Provider.open(stand_in.url, KEY))
                stores = stored.as_worker(worker_id).stores
                watch = Watch(
                    stores.alerts,
                    stores.pauses,
                    Account(provider, stores.spend, clock),
                    Money(stores.spend, provider, processes.budgets, clock),
                    has_room=lambda: processes.has_room,
                    tell=tell,
                    clock=clock,
                )
                processes.watches.append(watch)
            await processes.wait(TURN_S)
            return processes

        yield open_with


async def _do_not_wait_for_locks(stored: Stored) -> None:
    def at_connect(connection: Any, _record: Any) -> None:
        connection.cursor().execute("PRAGMA busy_timeout = 0")

    sa.event.listen(stored.engine.sync_engine, "connect", at_connect)
    await stored.engine.dispose()
