"""What a member types behind a command, checked as Discord's client and API check it.

Discord docs: Interactions > Application Commands > Application Command Option Type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.discord import render
from sandbox.discord.cdn import content_type_of, image_size
from sandbox.discord.enums import CommandType, OptionType
from sandbox.discord.interaction_payload import resolved_json
from sandbox.discord.model import Attachment, Channel, Json, User
from sandbox.discord.uploads import Upload, safe_filename

if TYPE_CHECKING:
    from sandbox.discord.world import World

MAX_STRING = 6000
MAX_AUTOCOMPLETE_STRING = 100
_INT53 = 2**53


class OptionError(ValueError):
    """An option the client would not send; `option` names it (empty for the command itself)."""

    def __init__(self, option: str, wording: str) -> None:
        super().__init__(f"{option}: {wording}" if option else wording)
        self.option = option
        self.wording = wording


@dataclass
class Invocation:
    """Gathers the options of one use of a command and the objects that they name."""

    world: World
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
        command, path = self._find(name.split(" "))
        leaf = command
        for step in path:
            leaf = next(option for option in leaf["options"] if option["name"] == step["name"])
        options = self._options(leaf.get("options", []), values, focused)
        for step in reversed(path):
            options = [{"name": step["name"], "type": step["type"], "options": options}]
        return self._data(command, options)

    def menu_data(self, name: str, kind: CommandType, target_id: int, resolved: Json) -> Json:
        """The `data` of a user or message context menu command."""
        for command in self.world.commands.usable(self.user.id, self.channel):
            if (command["name"], command["type"]) == (name, kind):
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
            self.world,
            self.channel,
            self.user.id,
            user_ids=self.user_ids,
            role_ids=self.role_ids,
            channel_ids=self.channel_ids,
        )
        return objects | ({"attachments": self.attachments} if self.attachments else {})

    def _find(self, words: Sequence[str]) -> tuple[Json, list[Json]]:
        """The command and the sub-command options on the way to what is to run."""
        for command in self.world.commands.usable(self.user.id, self.channel):
            if command["type"] == CommandType.CHAT_INPUT and command["name"] == words[0]:
                return command, _sub_commands(command, words[1:])
        raise OptionError("", f"there is no command /{words[0]} here")

    def _options(
        self, known: Sequence[Json], values: Mapping[str, Any], focused: str | None
    ) -> list[Json]:
        names = {option["name"] for option in known}
        for name in (*values, *([focused] if focused else [])):
            if name not in names:
                raise OptionError(name, "the command has no such option")
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

    def _value(self, option: Json, value: Any) -> Any:
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
        """An `Upload` of the member's, which is on the CDN before the command is sent."""
        if not isinstance(value, Upload):
            raise OptionError(option["name"], "Add a file")
        filename = safe_filename(value.filename)
        width, height = image_size(value.data) or (None, None)
        attachment = Attachment(
            id=self.world.snowflakes.next(),
            channel_id=self.channel.id,
            filename=filename,
            content_type=content_type_of(filename),
            data=value.data,
            width=width,
            height=height,
            ephemeral=True,
        )
        self.world.cdn.publish(attachment)
        shown = render.attachment_json(attachment, self.world.cdn.url(attachment))
        self.attachments[str(attachment.id)] = shown
        return str(attachment.id)

    def _named_object(self, option: Json, value: Any) -> str:
        """A user, role or channel, by id or by name."""
        kind = OptionType(option["type"])
        found: int | None = None
        if kind in (OptionType.USER, OptionType.MENTIONABLE):
            found = self._remember(self._users(), value, self.user_ids)
        if found is None and kind in (OptionType.ROLE, OptionType.MENTIONABLE):
            found = self._remember(self._roles(), value, self.role_ids)
        if kind is OptionType.CHANNEL:
            found = self._remember(self._channels(option), value, self.channel_ids)
        if found is None:
            raise OptionError(option["name"], f"Nothing here is called {value!r}")
        return str(found)

    @staticmethod
    def _remember(known: Mapping[int, str], value: Any, into: list[int]) -> int | None:
        for one, name in known.items():
            if str(value) in (str(one), name):
                into.append(one)
                return one
        return None

    def _users(self) -> Mapping[int, str]:
        return {user.id: user.display_name for user in self.world.users.values()}

    def _roles(self) -> Mapping[int, str]:
        guild = self.world.guild_of(self.channel)
        return {role.id: role.name for role in guild.roles.values()} if guild else {}

    def _channels(self, option: Json) -> Mapping[int, str]:
        types = option.get("channel_types")
        visible = self.world.visible_channels(self.user.id)
        same_guild = [c for c in visible if c.guild_id == self.channel.guild_id]
        return {c.id: c.name for c in same_guild if not types or c.type in types}


def _sub_commands(command: Json, words: Sequence[str]) -> list[Json]:
    path: list[Json] = []
    options = command.get("options", [])
    for word in words:
        nested = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
        step = next((o for o in options if o["name"] == word and o["type"] in nested), None)
        if step is None:
            raise OptionError("", f"/{command['name']} has no sub-command {word!r}")
        path.append(step)
        options = step.get("options", [])
    if any(o["type"] in (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP) for o in options):
        raise OptionError("", f"/{command['name']} needs a sub-command")
    return path


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
    if option.get("choices"):
        named = [c["value"] for c in option["choices"] if value in (c["name"], c["value"])]
        value = named[0] if named else value
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
