"""The bot itself, users, its application, and where to find the gateway.

Discord docs: Resources > User, Application; Events > Gateway > Get Gateway Bot.
"""

from __future__ import annotations

from aiohttp import web

from sandbox.discord import errors, render
from sandbox.discord.installs import Installs
from sandbox.discord.model import Json
from sandbox.discord.permissions import guild_permissions
from sandbox.discord.places import Places
from sandbox.discord.rest.http import no_content, path_id, query_form, read_json, reply
from sandbox.discord.state import State

MAX_GUILDS = 200
SESSION_STARTS_PER_DAY = 1000


class UserRoutes:
    def __init__(
        self, state: State, places: Places, installs: Installs, gateway_url: str, shards: int
    ) -> None:
        self._state = state
        self._places = places
        self._installs = installs
        self._gateway_url = gateway_url
        self._shards = shards

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/gateway", self.gateway),
            web.get("/gateway/bot", self.gateway_bot),
            web.get("/applications/@me", self.application),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/users/@me", self.me),
            web.get("/users/@me/guilds", self.guilds),
            web.delete("/users/@me/guilds/{guild_id}", self.leave_guild),
            web.post("/users/@me/channels", self.open_dm),
            web.get("/users/{user_id}", self.user),
        ]

    async def gateway(self, _: web.Request) -> web.Response:
        return reply({"url": self._gateway_url})

    async def gateway_bot(self, _: web.Request) -> web.Response:
        limit = {
            "total": SESSION_STARTS_PER_DAY,
            "remaining": SESSION_STARTS_PER_DAY - 1,
            "reset_after": 14_400_000,
            "max_concurrency": 16,  # so that many shards come up without the 5 s between them
        }
        answer = {"url": self._gateway_url, "shards": self._shards, "session_start_limit": limit}
        return reply(answer)

    async def application(self, _: web.Request) -> web.Response:
        guilds = self._state.guilds_of(self._state.bot.id)
        application, users = self._state.application, self._installs.user_count
        return reply(render.application_json(application, len(guilds), users))

    async def me(self, _: web.Request) -> web.Response:
        return reply(render.own_user_json(self._state.bot))

    async def user(self, request: web.Request) -> web.Response:
        return reply(render.user_json(self._state.user(path_id(request, "user_id"))))

    async def guilds(self, request: web.Request) -> web.Response:
        """Discord docs: Resources > User > Get Current User Guilds."""
        form = query_form(request)
        limit = form["limit"].integer(minimum=1, maximum=MAX_GUILDS) or MAX_GUILDS
        after = form["after"].snowflake() or 0
        form.errors.raise_if_any()
        bot = self._state.bot.id
        mine = sorted(self._state.guilds_of(bot), key=lambda guild: guild.id)
        shown: list[Json] = [
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": guild.owner_id == bot,
                "permissions": str(int(guild_permissions(guild, guild.members[bot]))),
                "features": [],
            }
            for guild in mine
            if guild.id > after
        ]
        return reply(shown[:limit])

    async def leave_guild(self, request: web.Request) -> web.Response:
        guild = self._state.guild(path_id(request, "guild_id"))
        if self._state.bot.id not in guild.members:
            raise errors.unknown_guild()
        self._places.remove_member(guild, self._state.bot.id)
        return no_content()

    async def open_dm(self, request: web.Request) -> web.Response:
        """Opening works even if the user refuses messages; only sending fails then."""
        form = await read_json(request)
        user_id = form["recipient_id"].snowflake(required=True) if form.mapping() else None
        form.errors.raise_if_any()
        user = self._state.user(user_id or 0)
        if user.bot:
            raise errors.cannot_message_user()
        return reply(render.channel_json(self._places.open_dm(self._state.bot, user)))
