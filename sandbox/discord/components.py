"""Message components: buttons and selects in action rows, and the Components V2 layout types.

Discord docs: Components > Component Reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count

from sandbox.discord.enums import ButtonStyle, ComponentType
from sandbox.discord.forms import Form
from sandbox.discord.model import Json

MAX_ROWS = 5
MAX_COMPONENTS_V2 = 40
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

    def message(self, form: Form, *, v2: bool) -> list[Json]:
        """The components of a message, normalised as the API gives them back."""
        readers = self._layouts() if v2 else {ComponentType.ACTION_ROW: self.action_row}
        maximum = MAX_COMPONENTS_V2 if v2 else MAX_ROWS
        return self.children(form, readers, maximum=maximum)

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
            read["url"] = form["url"].url(schemes=("http", "https", "discord"), required=True)
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

    def _layouts(self) -> Readers:
        return {**self._contents(), ComponentType.CONTAINER: self._container}

    def _contents(self) -> Readers:
        return {
            ComponentType.ACTION_ROW: self.action_row,
            ComponentType.SECTION: self._section,
            ComponentType.TEXT_DISPLAY: read_text_display,
            ComponentType.MEDIA_GALLERY: _read_gallery,
            ComponentType.FILE: _read_file,
            ComponentType.SEPARATOR: _read_separator,
        }

    def _container(self, form: Form) -> Json:
        children = self.children(
            form["components"], self._contents(), minimum=1, maximum=MAX_COMPONENTS_V2
        )
        color = form["accent_color"].integer(minimum=0, maximum=0xFFFFFF)
        return {
            "accent_color": color,
            "spoiler": form["spoiler"].boolean(),
            "components": children,
        }

    def _section(self, form: Form) -> Json:
        texts = {ComponentType.TEXT_DISPLAY: read_text_display}
        beside = {ComponentType.BUTTON: self.button, ComponentType.THUMBNAIL: _read_media_entry}
        return {
            "components": self.children(form["components"], texts, minimum=1, maximum=3),
            "accessory": self.one(form["accessory"], beside),
        }


def read_text_display(form: Form) -> Json:
    return {"content": form["content"].text(minimum=1, maximum=4000, required=True) or ""}


def _read_media_entry(form: Form) -> Json:
    read: Json = {
        "media": _read_media(form["media"]),
        "description": form["description"].text(maximum=1024),
        "spoiler": form["spoiler"].boolean(),
    }
    return read


def _read_gallery(form: Form) -> Json:
    entries = form["items"].items(minimum=1, maximum=10)
    return {"items": [_read_media_entry(entry) for entry in entries]}


def _read_file(form: Form) -> Json:
    return {"file": _read_media(form["file"]), "spoiler": form["spoiler"].boolean()}


def _read_separator(form: Form) -> Json:
    spacing = form["spacing"].choice((1, 2))
    return {"divider": form["divider"].boolean(default=True), "spacing": spacing or 1}


def _read_media(form: Form) -> Json:
    if not form.mapping(required=True):
        return {}
    return {"url": form["url"].url(schemes=("http", "https", "attachment"), required=True)}


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
