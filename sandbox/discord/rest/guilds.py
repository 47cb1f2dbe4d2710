"""Guilds as the bot may read them. Discord docs: Resources > Guild."""

from __future__ import annotations

from aiohttp import web

from sandbox.discord import errors, render
from sandbox.discord.enums import Intents
from sandbox.discord.model import Guild
from sandbox.discord.rest.http import path_id, query_form, reply
from sandbox.discord.state import State


class GuildRoutes:
    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        guild = "/guilds/{guild_id}"
        return [
            web.get(guild, self.guild),
            web.get(f"{guild}/channels", self.channels),
            web.get(f"{guild}/roles", self.roles),
            web.get(f"{guild}/members", self.members),
            web.get(f"{guild}/members/{{user_id}}", self.member),
            web.get(f"{guild}/threads/active", self.active_threads),
        ]

    def _guild(self, request: web.Request) -> Guild:
        """A guild the bot is in. Raises 10004, or 50001 where it is no member."""
        guild = self._state.guild(path_id(request, "guild_id"))
        if self._state.bot.id not in guild.members:
            raise errors.missing_access()
        return guild

    async def guild(self, request: web.Request) -> web.Response:
        guild = self._guild(request)
        shown = render.guild_json(guild)
        if request.query.get("with_counts", "").lower() == "true":
            shown["approximate_member_count"] = len(guild.members)
            shown["approximate_presence_count"] = len(guild.members)
        return reply(shown)

    async def channels(self, request: web.Request) -> web.Response:
        channels = self._state.channels_of(self._guild(request))
        return reply([render.channel_json(channel) for channel in channels])

    async def roles(self, request: web.Request) -> web.Response:
        return reply([render.role_json(role) for role in self._guild(request).roles.values()])

    async def members(self, request: web.Request) -> web.Response:
        """Needs the privileged members intent. Discord docs: Guild > List Guild Members."""
        guild = self._guild(request)
        if Intents.GUILD_MEMBERS not in self._state.application.privileged_intents:
            raise errors.missing_access()
        form = query_form(request)
        limit = form["limit"].integer(minimum=1, maximum=1000) or 1
        after = form["after"].snowflake() or 0
        form.errors.raise_if_any()
        members = sorted(guild.members.values(), key=lambda member: member.user.id)
        shown = [render.member_json(m) for m in members if m.user.id > after]
        return reply(shown[:limit])

    async def member(self, request: web.Request) -> web.Response:
        guild = self._guild(request)
        user = self._state.user(path_id(request, "user_id"))
        return reply(render.member_json(self._state.member(guild, user.id)))

    async def active_threads(self, request: web.Request) -> web.Response:
        guild, bot = self._guild(request), self._state.bot.id
        threads = [
            channel
            for channel in self._state.visible_channels(bot)
            if channel.guild_id == guild.id and channel.thread and not channel.thread.archived
        ]
        members = [
            render.thread_member_json(channel, bot, channel.thread.members[bot])
            for channel in threads
            if channel.thread and bot in channel.thread.members
        ]
        shown = [render.channel_json(channel) for channel in threads]
        return reply({"threads": shown, "members": members, "has_more": False})
