"""Application commands as clients register them: checked, and filled with the API's defaults.

Discord docs: Interactions > Application Commands > Application Command Structure, Naming.
"""

from __future__ import annotations

import re

from sandbox.discord.enums import CommandType, OptionType
from sandbox.discord.forms import Form
from sandbox.discord.model import Json

MAX_OPTIONS = 25
MAX_TOTAL_CHARACTERS = 8000
_CHAT_INPUT_NAME = re.compile(r"[-_'\w]{1,32}")
_NUMERIC = (OptionType.INTEGER, OptionType.NUMBER)
_NESTED = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_LOCALE = re.compile(r"[a-z]{2}(-[A-Za-z0-9]{2,3})?")


def read_command(form: Form) -> Json:
    """One command without its ids, as the API gives it back. Wrong parts go to `form.errors`."""
    if not form.mapping(required=True):
        return {}
    kind = form["type"].choice(list(CommandType)) or CommandType.CHAT_INPUT
    chat_input = kind == CommandType.CHAT_INPUT
    command: Json = {
        "type": kind,
        "name": _read_name(form["name"], chat_input=chat_input),
        "name_localizations": _read_localizations(form["name_localizations"], 32),
        "description": _read_description(form["description"], chat_input=chat_input),
        "description_localizations": _read_localizations(form["description_localizations"], 100),
        "default_member_permissions": _read_permissions(form["default_member_permissions"]),
        "dm_permission": form["dm_permission"].boolean(default=True),
        "contexts": _read_numbers(form["contexts"], (0, 1, 2)),
        "integration_types": _read_numbers(form["integration_types"], (0, 1)) or [0],
        "nsfw": form["nsfw"].boolean(),
    }
    options = _read_options(form["options"], depth=0)
    if options and chat_input:
        command["options"] = options
    if _characters(command) > MAX_TOTAL_CHARACTERS:
        form.reject(
            "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000 characters)"
        )
    return command


def _read_name(form: Form, *, chat_input: bool) -> str:
    name = form.text(minimum=1, maximum=32, required=True) or ""
    if chat_input and name and not (_CHAT_INPUT_NAME.fullmatch(name) and name == name.lower()):
        form.reject("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def _read_description(form: Form, *, chat_input: bool) -> str:
    if chat_input:
        return form.text(minimum=1, maximum=100, required=True) or ""
    if form.text(maximum=100):
        form.reject(
            "APPLICATION_COMMAND_DESCRIPTION_CANNOT_BE_SET",
            "Context menu commands cannot have description",
        )
    return ""


def _read_localizations(form: Form, maximum: int) -> Json | None:
    if not form.mapping():
        return None
    for locale in form.value:
        if not _LOCALE.fullmatch(str(locale)):
            form.reject("ENUM_TYPE_COERCE", f'Value "{str(locale)[:20]}" is not a valid locale.')
    return {str(locale): form[locale].text(minimum=1, maximum=maximum) for locale in form.value}


def _read_permissions(form: Form) -> str | None:
    value = form.integer(minimum=0, maximum=2**63)
    return None if value is None else str(value)


def _read_numbers(form: Form, allowed: tuple[int, ...]) -> list[int] | None:
    if not form.given:
        return None
    numbers = [entry.choice(allowed, required=True) for entry in form.items(maximum=5)]
    return sorted({number for number in numbers if number is not None})


def _read_options(form: Form, depth: int) -> list[Json]:
    entries = form.items(maximum=MAX_OPTIONS)
    options = [_read_option(entry, depth) for entry in entries if entry.mapping(required=True)]
    names = [option["name"] for option in options]
    if len(set(names)) != len(names):
        form.reject("APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Option names must be unique")
    seen_optional = False
    for entry, option in zip(entries, options, strict=False):
        if option.get("required") and seen_optional:
            entry.reject(
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        seen_optional = seen_optional or not option.get("required")
    return options


def _read_option(form: Form, depth: int) -> Json:
    kind = form["type"].choice(list(OptionType), required=True)
    option: Json = {
        "type": kind,
        "name": _read_name(form["name"], chat_input=True),
        "name_localizations": _read_localizations(form["name_localizations"], 32),
        "description": form["description"].text(minimum=1, maximum=100, required=True),
        "description_localizations": _read_localizations(form["description_localizations"], 100),
    }
    if kind in _NESTED:
        if depth == 2 or (depth == 1 and kind == OptionType.SUB_COMMAND_GROUP):
            form["type"].reject(
                "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands can't nest like this"
            )
            return option
        return option | {"options": _read_options(form["options"], depth + 1)}
    option["required"] = form["required"].boolean()
    return option | _read_limits(form, kind)


def _read_limits(form: Form, kind: int | None) -> Json:
    """What only some types of option have: lengths, bounds, choices, autocomplete."""
    limits: Json = {}
    if kind == OptionType.STRING:
        limits["min_length"] = form["min_length"].integer(minimum=0, maximum=6000)
        limits["max_length"] = form["max_length"].integer(minimum=1, maximum=6000)
    if kind == OptionType.INTEGER:
        limits["min_value"] = form["min_value"].integer()
        limits["max_value"] = form["max_value"].integer()
    if kind == OptionType.NUMBER:
        limits["min_value"] = form["min_value"].number()
        limits["max_value"] = form["max_value"].number()
    if kind == OptionType.CHANNEL:
        limits["channel_types"] = _read_numbers(form["channel_types"], tuple(range(17)))
    if kind == OptionType.STRING or kind in _NUMERIC:
        limits["choices"] = read_choices(form["choices"], kind) or None
        limits["autocomplete"] = form["autocomplete"].boolean() or None
        if limits["choices"] and limits["autocomplete"]:
            form.reject(
                "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
                "Options cannot have both choices and autocomplete",
            )
    return {name: value for name, value in limits.items() if value is not None}


def read_choices(form: Form, kind: int) -> list[Json]:
    """At most 25 choices for an option; also what an autocomplete answer carries."""
    choices = []
    for entry in form.items(maximum=25):
        if not entry.mapping(required=True):
            continue
        value: str | float | None
        if kind == OptionType.STRING:
            value = entry["value"].text(minimum=1, maximum=100, required=True)
        elif kind == OptionType.INTEGER:
            value = entry["value"].integer(required=True)
        else:
            value = entry["value"].number(required=True)
        choices.append(
            {
                "name": entry["name"].text(minimum=1, maximum=100, required=True),
                "name_localizations": _read_localizations(entry["name_localizations"], 100),
                "value": value,
            }
        )
    return choices


def _characters(node: Json) -> int:
    """Names, descriptions and choice values of a command, all together."""
    own = sum(len(str(node.get(key) or "")) for key in ("name", "description", "value"))
    below = [*node.get("options", []), *node.get("choices", [])]
    return own + sum(_characters(child) for child in below)
