"""Application commands. Discord docs: Interactions > Application Commands > Endpoints."""

from __future__ import annotations

from aiohttp import web

from sandbox.discord import errors
from sandbox.discord.commands import Commands
from sandbox.discord.localization import without_localizations
from sandbox.discord.model import Json
from sandbox.discord.rest.http import no_content, path_id, read_json, reply
from sandbox.discord.state import State


class CommandRoutes:
    """Each endpoint exists for the global commands and for those of a guild."""

    def __init__(self, state: State, commands: Commands) -> None:
        self._state = state
        self._commands = commands

    def routes(self) -> list[web.RouteDef]:
        found = []
        for scope in ("/applications/{app_id}", "/applications/{app_id}/guilds/{guild_id}"):
            every, one = f"{scope}/commands", f"{scope}/commands/{{command_id}}"
            found += [
                web.get(every, self.list_commands),
                web.put(every, self.overwrite),
                web.post(every, self.create),
                web.get(one, self.get),
                web.patch(one, self.edit),
                web.delete(one, self.delete),
            ]
        guild = "/applications/{app_id}/guilds/{guild_id}/commands"
        return [
            web.get(f"{guild}/permissions", self.all_permissions),
            *found,
            web.get(f"{guild}/{{command_id}}/permissions", self.permissions),
        ]

    def _scope(self, request: web.Request) -> int | None:
        """The guild of the request, None for the global commands. Raises 20012, 50001."""
        if path_id(request, "app_id") != self._state.application.id:
            wording = "You are not authorized to perform this action on this application"
            raise errors.ApiError(403, 20012, wording)
        if "guild_id" not in request.match_info:
            return None
        guild = self._state.guilds.get(path_id(request, "guild_id"))
        if guild is None or self._state.bot.id not in guild.members:
            raise errors.missing_access()
        return guild.id

    async def list_commands(self, request: web.Request) -> web.Response:
        commands = self._commands.all(self._scope(request))
        if request.query.get("with_localizations", "").lower() != "true":
            commands = [without_localizations(command) for command in commands]
        return reply(commands)

    async def overwrite(self, request: web.Request) -> web.Response:
        scope, form = self._scope(request), await read_json(request)
        return reply(self._commands.overwrite(scope, form))

    async def create(self, request: web.Request) -> web.Response:
        scope, form = self._scope(request), await read_json(request)
        command, is_new = self._commands.upsert(scope, form)
        return reply(command, status=201 if is_new else 200)

    async def get(self, request: web.Request) -> web.Response:
        return reply(self._command(request))

    async def edit(self, request: web.Request) -> web.Response:
        scope, form = self._scope(request), await read_json(request)
        return reply(self._commands.edit(scope, path_id(request, "command_id"), form))

    async def delete(self, request: web.Request) -> web.Response:
        self._commands.delete(self._scope(request), path_id(request, "command_id"))
        return no_content()

    async def all_permissions(self, request: web.Request) -> web.Response:
        """No guild here has overwritten a command's permissions."""
        self._scope(request)
        return reply([])

    async def permissions(self, request: web.Request) -> web.Response:
        self._command(request)
        raise errors.unknown_command_permissions()

    def _command(self, request: web.Request) -> Json:
        return self._commands.get(self._scope(request), path_id(request, "command_id"))
