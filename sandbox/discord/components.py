"""Message components: buttons and selects in action rows.

Discord docs: Components > Component Reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from sandbox.discord.enums import ButtonStyle, ComponentType
from sandbox.discord.forms import Form
from sandbox.discord.model import Json

MAX_ROWS = 5
MAX_CUSTOM_ID = 100
Readers = Mapping[ComponentType, Callable[[Form], Json]]
_SELECTS = (
    ComponentType.STRING_SELECT,
    ComponentType.USER_SELECT,
    ComponentType.ROLE_SELECT,
    ComponentType.MENTIONABLE_SELECT,
    ComponentType.CHANNEL_SELECT,
)

# What each kind of select may have chosen from the beginning.
DEFAULT_TYPES: Mapping[int, tuple[str, ...]] = {
    ComponentType.USER_SELECT: ("user",),
    ComponentType.ROLE_SELECT: ("role",),
    ComponentType.MENTIONABLE_SELECT: ("user", "role"),
    ComponentType.CHANNEL_SELECT: ("channel",),
}


class ComponentReader:
    """Reads one message's or modal's tree: numbers the components, and knows the ids in use."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._custom_ids: set[str] = set()
        self.total = 0

    def message(self, form: Form) -> list[Json]:
        """The components of a message, normalised as the API gives them back."""
        return self.children(form, {ComponentType.ACTION_ROW: self.action_row}, maximum=MAX_ROWS)

    def children(
        self,
        form: Form,
        readers: Readers,
        *,
        maximum: int,
        minimum: int = 0,
    ) -> list[Json]:
        entries = form.items(maximum=maximum, minimum=minimum)
        return [self.one(entry, readers) for entry in entries]

    def one(self, form: Form, readers: Readers) -> Json:
        """Any one of the kinds of component that may stand here."""
        if not form.mapping(required=True):
            return {}
        kind = form["type"].choice(readers, required=True)
        if kind is None:
            return {}
        self.total += 1
        given = form["id"].integer(minimum=0, maximum=2**31 - 1)
        number = given or next(self._numbers)
        return {"type": kind, "id": number} | readers[ComponentType(kind)](form)

    def action_row(self, form: Form) -> Json:
        readers = {ComponentType.BUTTON: self.button, **dict.fromkeys(_SELECTS, self.select)}
        children = self.children(form["components"], readers, minimum=1, maximum=5)
        selects = [child for child in children if child.get("type") in _SELECTS]
        if selects and len(children) > 1:
            form["components"].reject(
                "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the width of 5"
            )
        return {"components": children}

    def custom_id(self, form: Form) -> str:
        custom_id = form["custom_id"].text(minimum=1, maximum=MAX_CUSTOM_ID, required=True) or ""
        if custom_id in self._custom_ids:
            form["custom_id"].reject(
                "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"
            )
        self._custom_ids.add(custom_id)
        return custom_id

    def button(self, form: Form) -> Json:
        style = form["style"].choice(list(ButtonStyle), required=True)
        read: Json = {"style": style, "label": form["label"].text(maximum=80)}
        read["emoji"] = _read_emoji(form["emoji"])
        if style == ButtonStyle.LINK:
            read["url"] = form["url"].url(
                schemes=("http", "https", "discord"), maximum=512, required=True
            )
        elif style == ButtonStyle.PREMIUM:
            sku = form["sku_id"].snowflake(required=True)
            read["sku_id"] = str(sku)
        else:
            read["custom_id"] = self.custom_id(form)
        if style != ButtonStyle.PREMIUM and not read["label"] and not read["emoji"]:
            form.reject(
                "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji"
            )
        if form["disabled"].boolean():
            read["disabled"] = True
        return {name: value for name, value in read.items() if value is not None}

    def select(self, form: Form) -> Json:
        maximum = form["max_values"].integer(minimum=1, maximum=25)
        minimum = form["min_values"].integer(minimum=0, maximum=25)
        read: Json = {
            "custom_id": self.custom_id(form),
            "placeholder": form["placeholder"].text(maximum=150),
            "min_values": 1 if minimum is None else minimum,
            "max_values": 1 if maximum is None else maximum,
        }
        if form["type"].value == ComponentType.STRING_SELECT:
            read["options"] = _read_options(form["options"])
        if form["type"].value == ComponentType.CHANNEL_SELECT and form["channel_types"].given:
            types = form["channel_types"].items(maximum=20)
            read["channel_types"] = [entry.integer(required=True) for entry in types]
        if form["type"].value in DEFAULT_TYPES and form["default_values"].given:
            read["default_values"] = _read_defaults(form)
        if form["disabled"].boolean():
            read["disabled"] = True
        return {name: value for name, value in read.items() if value is not None}


def _read_options(form: Form) -> list[Json]:
    options = [
        {
            "label": entry["label"].text(minimum=1, maximum=100, required=True),
            "value": entry["value"].text(minimum=1, maximum=100, required=True),
            "description": entry["description"].text(maximum=100),
            "emoji": _read_emoji(entry["emoji"]),
            "default": entry["default"].boolean() or None,
        }
        for entry in form.items(minimum=1, maximum=25)
        if entry.mapping(required=True)
    ]
    values = [option["value"] for option in options]
    if len(set(values)) != len(values):
        form.reject(
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
        )
    return [{name: v for name, v in option.items() if v is not None} for option in options]


def _read_defaults(form: Form) -> list[Json]:
    defaults = []
    for entry in form["default_values"].items(maximum=25):
        kind, found = entry["type"].text(maximum=20, required=True), entry["id"].snowflake()
        if kind not in DEFAULT_TYPES[form["type"].value] or found is None:
            entry.reject("BASE_TYPE_CHOICES", f"{kind} can't be chosen here.")
        defaults.append({"id": str(found), "type": kind})
    return defaults


def _read_emoji(form: Form) -> Json | None:
    if not form.mapping():
        return None
    emoji_id = form["id"].snowflake()
    name = form["name"].text(maximum=100)
    if emoji_id is None and not name:
        form.reject("BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
        return None
    shown: Json = {"name": name or ""}
    return shown | ({"id": str(emoji_id)} if emoji_id is not None else {})
