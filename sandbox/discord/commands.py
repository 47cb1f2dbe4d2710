"""The registered application commands, global and by guild.

Discord docs: Interactions > Application Commands > Endpoints.
"""

from __future__ import annotations

from sandbox.discord import errors
from sandbox.discord.command_form import read_command
from sandbox.discord.enums import CommandType, IntegrationType, InteractionContext
from sandbox.discord.forms import Form
from sandbox.discord.installs import Installs
from sandbox.discord.model import Channel, Json
from sandbox.discord.permissions import NONE, Permissions
from sandbox.discord.state import State

_MAX_PER_TYPE = {CommandType.CHAT_INPUT: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
_IDENTITY = ("id", "application_id", "version", "guild_id")


class Commands:
    """Commands are plain JSON as the API shows it, by id. `None` stands for the global scope."""

    def __init__(self, state: State, installs: Installs) -> None:
        self._state = state
        self._installs = installs
        self._by_scope: dict[int | None, dict[int, Json]] = {}

    def all(self, guild_id: int | None) -> list[Json]:
        return list(self._by_scope.get(guild_id, {}).values())

    def get(self, guild_id: int | None, command_id: int) -> Json:
        command = self._by_scope.get(guild_id, {}).get(command_id)
        if command is None:
            raise errors.unknown_command()
        return command

    def overwrite(self, guild_id: int | None, form: Form) -> list[Json]:
        """Replace all commands of the scope; those that stay keep their ids."""
        read = [read_command(entry) for entry in form.items(maximum=130)]
        self._check_set(form, read)
        form.errors.raise_if_any()
        old = self._by_scope.get(guild_id, {})
        kept = [self._stored(guild_id, command, old) for command in read]
        self._by_scope[guild_id] = {int(command["id"]): command for command in kept}
        self._state.bus.notify()
        return kept

    def upsert(self, guild_id: int | None, form: Form) -> tuple[Json, bool]:
        """Register one command, in place of one of that type and name: `(command, is new)`."""
        read = read_command(form)
        form.errors.raise_if_any()
        scope = self._by_scope.setdefault(guild_id, {})
        command = self._stored(guild_id, read, scope)
        is_new = int(command["id"]) not in scope
        self._check_set(form, [c for c in scope.values() if c["id"] != command["id"]] + [command])
        form.errors.raise_if_any()
        scope[int(command["id"])] = command
        self._state.bus.notify()
        return command, is_new

    def edit(self, guild_id: int | None, command_id: int, form: Form) -> Json:
        """Change what the form names, and keep the rest."""
        old = self.get(guild_id, command_id)
        changes = form.value if form.mapping(required=True) else {}
        merged = Form(old | changes | {"type": old["type"]}, form.errors, form.path)
        read = read_command(merged)
        form.errors.raise_if_any()
        command = self._named(guild_id, read, command_id)
        self._by_scope[guild_id][command_id] = command
        self._state.bus.notify()
        return command

    def delete(self, guild_id: int | None, command_id: int) -> None:
        self.get(guild_id, command_id)
        del self._by_scope[guild_id][command_id]
        self._state.bus.notify()

    def _stored(self, guild_id: int | None, read: Json, old: dict[int, Json]) -> Json:
        for command in old.values():
            if (command["type"], command["name"]) == (read["type"], read["name"]):
                content = {k: v for k, v in command.items() if k not in _IDENTITY}
                return command if content == read else self._named(guild_id, read, command["id"])
        return self._named(guild_id, read, self._state.snowflakes.next())

    def _named(self, guild_id: int | None, read: Json, command_id: int | str) -> Json:
        """The command with its ids; the version changes with each change."""
        identity: Json = {
            "id": str(command_id),
            "application_id": str(self._state.application.id),
            "version": str(self._state.snowflakes.next()),
        }
        if guild_id is None:
            return identity | read
        only_global = ("dm_permission", "contexts", "integration_types")
        local = {key: value for key, value in read.items() if key not in only_global}
        return identity | {"guild_id": str(guild_id)} | local

    def _check_set(self, form: Form, commands: list[Json]) -> None:
        keys = [(c.get("type"), c.get("name")) for c in commands]
        if len(set(keys)) != len(keys):
            form.reject(
                "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        for kind, maximum in _MAX_PER_TYPE.items():
            if sum(1 for key in keys if key[0] == kind) > maximum:
                raise errors.ApiError(
                    400, 30032, f"Maximum number of application commands reached ({maximum})"
                )

    def usable(self, user_id: int, channel: Channel) -> list[Json]:
        """What the user may pick in this channel; a guild's command hides a global namesake."""
        guild = self._state.guild_of(channel)
        granted = self._state.permissions(user_id, channel)
        if Permissions.USE_APPLICATION_COMMANDS not in granted or not channel.type.holds_messages:
            return []
        context = self._installs.context(channel)
        reaching = self._installs.reaching(user_id, channel)
        found = {
            (c["type"], c["name"]): c
            for c in self.all(None)
            if _fits(c, context) and reaching.intersection(c["integration_types"])
        }
        if guild is not None and IntegrationType.GUILD_INSTALL in reaching:
            found |= {(c["type"], c["name"]): c for c in self.all(guild.id)}
        return [c for c in found.values() if guild is None or _permitted(c, granted)]

    def integration_types(self, command_id: str) -> list[int]:
        """Which installations the command can be used by; a guild's own by the guild's alone."""
        for command in self.all(None):
            if command["id"] == command_id:
                types: list[int] = command["integration_types"]
                return types
        return [int(IntegrationType.GUILD_INSTALL)]


def _fits(command: Json, context: InteractionContext) -> bool:
    if command["contexts"] is not None:
        return context in command["contexts"]
    return context is InteractionContext.GUILD or bool(command["dm_permission"])


def _permitted(command: Json, granted: Permissions) -> bool:
    wanted = command["default_member_permissions"]
    if wanted is None or Permissions.ADMINISTRATOR in granted:
        return True
    needed = int(wanted)
    return needed != int(NONE) and int(granted) & needed == needed
