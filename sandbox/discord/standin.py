"""Discord on loopback: REST, gateway and CDN of one world, on one port."""

from __future__ import annotations

import socket
from datetime import timedelta
from types import TracebackType

from aiohttp import web

from sandbox.clock import Clock
from sandbox.discord.gateway import Gateway
from sandbox.discord.gateway.gateway import HEARTBEAT_INTERVAL_S
from sandbox.discord.interaction import ANSWER_WITHIN
from sandbox.discord.rest.app import Api, versioned
from sandbox.discord.rest.channels import ChannelRoutes
from sandbox.discord.rest.commands import CommandRoutes
from sandbox.discord.rest.files import FileRoutes
from sandbox.discord.rest.guilds import GuildRoutes
from sandbox.discord.rest.interactions import InteractionRoutes
from sandbox.discord.rest.messages import MessageRoutes
from sandbox.discord.rest.ratelimits import RateLimits
from sandbox.discord.rest.users import UserRoutes
from sandbox.discord.seed import default_world
from sandbox.discord.world import World
from sandbox.guard import guard
from sandbox.scenario import Scenario
from sandbox.traffic import Traffic

_MAX_BODY_BYTES = 64 * 1024 * 1024  # above the API's own limit, which is checked in its words


class DiscordStandIn:
    """Use as `async with DiscordStandIn() as discord:`, then point a client to `api_url`.

    `rate_limits` False switches them off, a number scales them. `shards` is what
    `GET /gateway/bot` recommends. Interactions are given up after `answer_within_s`.
    """

    def __init__(
        self,
        world: World | None = None,
        port: int = 0,
        scenario: Scenario | None = None,
        clock: Clock | None = None,
        *,
        rate_limits: bool | float = True,
        shards: int = 1,
        heartbeat_interval_s: float = HEARTBEAT_INTERVAL_S,
        answer_within_s: float = ANSWER_WITHIN.total_seconds(),
    ) -> None:
        self.world = world or default_world(clock)
        self.world.interactions.answer_within = timedelta(seconds=answer_within_s)
        self.clock = self.world.state.clock
        self.scenario = scenario or Scenario()
        self.traffic = Traffic()
        self.gateway = Gateway(self.world.state, heartbeat_interval_s=heartbeat_interval_s)
        self.rate_limits = RateLimits(self.clock, float(rate_limits))
        self._port = port
        self._shards = shards
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v10"

    def advance(self, seconds: float) -> None:
        """Move the clock on, and let what is overdue by then happen at once."""
        self.clock.advance(seconds)
        self.world.interactions.tick()
        self.world.thread_archive.tick()

    async def __aenter__(self) -> DiscordStandIn:
        middlewares = [
            guard,
            self.scenario.middleware,
            self.traffic.middleware,
            Api(self.world.state, self.world.interactions, self.rate_limits).middleware,
        ]
        app = web.Application(middlewares=middlewares, client_max_size=_MAX_BODY_BYTES)
        # Port 0 means any free one; links and the gateway's address need to know which.
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        self.gateway.url = f"ws://127.0.0.1:{self._port}"
        self.world.state.cdn.base_url = self.url
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.world.interactions.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _routes(self) -> list[web.RouteDef]:
        world, state = self.world, self.world.state
        api = [
            *UserRoutes(
                state, world.places, world.installs, self.gateway.url, self._shards
            ).routes(),
            *GuildRoutes(state).routes(),
            *CommandRoutes(state, world.commands).routes(),
            *MessageRoutes(state, world.messages, world.reactions).routes(),
            *ChannelRoutes(world).routes(),
            *InteractionRoutes(state, world.interactions, world.messages).routes(),
        ]
        # Clients append a path of their own or none to the gateway's address.
        gateway = [web.get(path, self.gateway.handle) for path in ("/", "/resume", "/resume/")]
        return [*versioned(api), *FileRoutes(state).routes(), *gateway]
