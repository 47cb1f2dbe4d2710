"""What a member types behind a command, checked as Discord's client and API check it.

Discord docs: Interactions > Application Commands > Application Command Option Type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.discord.commands import Commands
from sandbox.discord.enums import CommandType, OptionType
from sandbox.discord.interaction_payload import resolved_json
from sandbox.discord.localization import is_called
from sandbox.discord.member_files import FileRefused, hand_over
from sandbox.discord.model import Channel, Json, User
from sandbox.discord.nameable import Kind, named
from sandbox.discord.state import State

MAX_STRING = 6000
MAX_AUTOCOMPLETE_STRING = 100
_INT53 = 2**53
_NESTED = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_KINDS: Mapping[OptionType, Sequence[Kind]] = {
    OptionType.USER: ("user",),
    OptionType.ROLE: ("role",),
    OptionType.MENTIONABLE: ("user", "role"),
    OptionType.CHANNEL: ("channel",),
}


class OptionError(ValueError):
    """An option the client would not send; `option` names it (empty for the command itself)."""

    def __init__(self, option: str, wording: str) -> None:
        super().__init__(f"{option}: {wording}" if option else wording)
        self.option = option
        self.wording = wording


@dataclass
class Invocation:
    """Gathers the options of one use of a command and the objects that they name."""

    state: State
    commands: Commands
    user: User
    channel: Channel
    user_ids: list[int] = field(default_factory=list)
    role_ids: list[int] = field(default_factory=list)
    channel_ids: list[int] = field(default_factory=list)
    attachments: Json = field(default_factory=dict)

    def slash_data(
        self, name: str, values: Mapping[str, Any], *, focused: str | None = None
    ) -> Json:
        """The `data` of an APPLICATION_COMMAND interaction. Raises OptionError.

        `name` may go on with the sub-command: `"album create"`. `focused` is the option that is
        being typed in, for autocomplete: its value and the required options go unchecked.
        """
        command, path = self._find(name)
        leaf = command
        for step in path:
            leaf = next(option for option in leaf["options"] if option["name"] == step["name"])
        options = self._options(leaf.get("options", []), values, focused)
        for step in reversed(path):
            options = [{"name": step["name"], "type": step["type"], "options": options}]
        return self._data(command, options)

    def menu_data(self, name: str, kind: CommandType, target_id: int, resolved: Json) -> Json:
        """The `data` of a user or message context menu command."""
        for command in self._usable(kind):
            if is_called(command, name, self.user.locale):
                target = {"target_id": str(target_id), "resolved": resolved}
                return self._data(command, []) | target
        raise OptionError("", f"there is no context menu command {name!r} here")

    def _data(self, command: Json, options: list[Json]) -> Json:
        data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if options:
            data["options"] = options
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        if resolved := self._resolved():
            data["resolved"] = resolved
        return data

    def _resolved(self) -> Json:
        objects = resolved_json(
            self.state,
            self.channel,
            self.user.id,
            user_ids=self.user_ids,
            role_ids=self.role_ids,
            channel_ids=self.channel_ids,
        )
        return objects | ({"attachments": self.attachments} if self.attachments else {})

    def _usable(self, kind: CommandType) -> list[Json]:
        usable = self.commands.usable(self.user.id, self.channel)
        return [command for command in usable if command["type"] == kind]

    def _find(self, name: str) -> tuple[Json, list[Json]]:
        """The command and the sub-command options on the way to what is to run."""
        first, *words = name.split(" ")
        for command in self._usable(CommandType.CHAT_INPUT):
            if is_called(command, first, self.user.locale):
                return command, self._sub_commands(command, words)
        raise OptionError("", f"there is no command /{first} here")

    def _sub_commands(self, command: Json, words: Sequence[str]) -> list[Json]:
        path: list[Json] = []
        options = command.get("options", [])
        for word in words:
            step = next((o for o in options if self._is_step(o, word)), None)
            if step is None:
                raise OptionError("", f"/{command['name']} has no sub-command {word!r}")
            path.append(step)
            options = step.get("options", [])
        if any(o["type"] in _NESTED for o in options):
            raise OptionError("", f"/{command['name']} needs a sub-command")
        return path

    def _is_step(self, option: Json, word: str) -> bool:
        return option["type"] in _NESTED and is_called(option, word, self.user.locale)

    def _options(
        self, known: Sequence[Json], values: Mapping[str, Any], focused: str | None
    ) -> list[Json]:
        values = {self._option_name(known, name): value for name, value in values.items()}
        focused = self._option_name(known, focused) if focused else None
        given = []
        for option in known:
            name = option["name"]
            if name == focused:
                entry = {"name": name, "type": option["type"], "focused": True}
                given.append(entry | {"value": str(values.get(name, ""))[:MAX_AUTOCOMPLETE_STRING]})
            elif values.get(name) is not None:
                value = self._value(option, values[name])
                given.append({"name": name, "type": option["type"], "value": value})
            elif option.get("required") and focused is None:
                raise OptionError(name, "This option is required")
        return given

    def _option_name(self, known: Sequence[Json], name: str) -> str:
        """The name as registered, of what may be given in the member's language."""
        for option in known:
            if is_called(option, name, self.user.locale):
                return str(option["name"])
        raise OptionError(name, "the command has no such option")

    def _value(self, option: Json, value: Any) -> Any:
        for choice in option.get("choices", []):
            if is_called(choice, value, self.user.locale):
                return choice["value"]
        match OptionType(option["type"]):
            case OptionType.STRING:
                return _checked_string(option, value)
            case OptionType.INTEGER:
                return _checked_number(option, _as_number(option, value, whole=True))
            case OptionType.NUMBER:
                return _checked_number(option, _as_number(option, value, whole=False))
            case OptionType.BOOLEAN:
                if not isinstance(value, bool):
                    raise OptionError(option["name"], "Select true or false")
                return value
            case OptionType.ATTACHMENT:
                return self._attach(option, value)
        return self._named_object(option, value)

    def _attach(self, option: Json, value: Any) -> str:
        """A file, which is on the CDN before the command is sent."""
        try:
            shown = hand_over(self.state, self.user, self.channel, value)
        except FileRefused as error:
            raise OptionError(option["name"], str(error)) from None
        self.attachments[shown["id"]] = shown
        return str(shown["id"])

    def _named_object(self, option: Json, value: Any) -> str:
        """A user, role or channel, by id, by name, or itself."""
        kinds = _KINDS[OptionType(option["type"])]
        types = option.get("channel_types")
        found = named(self.state, self.channel, self.user.id, value, kinds=kinds, types=types)
        if found is None:
            raise OptionError(option["name"], f"Nothing here is called {value!r}")
        kind, snowflake = found
        {"user": self.user_ids, "role": self.role_ids, "channel": self.channel_ids}[kind].append(
            snowflake
        )
        return str(snowflake)


def _checked_string(option: Json, value: Any) -> Any:
    name = option["name"]
    if not isinstance(value, str):
        raise OptionError(name, "Enter a text")
    if choices := option.get("choices"):
        return _chosen(name, choices, value)
    shortest, longest = option.get("min_length", 0), option.get("max_length", MAX_STRING)
    if option.get("required"):
        shortest = max(shortest, 1)
    if not shortest <= len(value) <= longest:
        raise OptionError(name, f"Must be between {shortest} and {longest} in length")
    return value


def _as_number(option: Json, value: Any, *, whole: bool) -> int | float:
    """What is typed in is text at first."""
    wording = "Enter a whole number" if whole else "Enter a number"
    if isinstance(value, bool) or (whole and isinstance(value, float)):
        raise OptionError(option["name"], wording)
    try:
        return int(value) if whole else float(value)
    except (TypeError, ValueError, OverflowError):
        raise OptionError(option["name"], wording) from None


def _checked_number(option: Json, number: float) -> Any:
    name = option["name"]
    if choices := option.get("choices"):
        return _chosen(name, choices, number)
    smallest, largest = option.get("min_value", -_INT53), option.get("max_value", _INT53)
    if not smallest <= number <= largest:
        raise OptionError(name, f"Must be between {smallest} and {largest}")
    return number


def _chosen(name: str, choices: Sequence[Json], value: Any) -> Any:
    for choice in choices:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    raise OptionError(name, "Select one of the choices")
