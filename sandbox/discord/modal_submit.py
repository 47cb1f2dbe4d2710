"""A filled-in modal, checked as Discord's client checks it, as the application receives it.

Discord docs: Interactions > Receiving and Responding > Modal Submit Data Structure; Components >
Component Reference, of each kind its "Interaction Response Structure".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.discord.enums import ComponentType
from sandbox.discord.invocation import OptionError
from sandbox.discord.member_files import FileRefused, hand_over
from sandbox.discord.model import Channel, Json, User
from sandbox.discord.select_use import (
    Chosen,
    ComponentError,
    chosen_objects,
    chosen_options,
    resolved_objects,
)
from sandbox.discord.state import State

_OF_OPTIONS = (
    ComponentType.STRING_SELECT,
    ComponentType.RADIO_GROUP,
    ComponentType.CHECKBOX_GROUP,
)


def modal_data(
    state: State, place: Channel, user: User, modal: Json, values: Mapping[str, Any]
) -> Json:
    """The `data` of a MODAL_SUBMIT. `values` go by custom_id or by label; fields that are not
    named keep what they were opened with. Raises OptionError for names and values that don't fit.
    """
    filling = _Filling(state, place, user, values)
    components = [filling.filled(component) for component in modal["components"]]
    filling.check_all_used()
    data = {"id": "0", "custom_id": modal["custom_id"], "components": components}
    return data | filling.resolved()


class _Filling:
    """One go at a modal: what is left of the values, and the objects that they named."""

    def __init__(self, state: State, place: Channel, user: User, values: Mapping[str, Any]) -> None:
        self._state = state
        self._place = place
        self._user = user
        self._left = dict(values)
        self._chosen: Chosen = []
        self._attachments: Json = {}

    def check_all_used(self) -> None:
        if self._left:
            raise OptionError(next(iter(self._left)), "the modal has no such field")

    def resolved(self) -> Json:
        objects = resolved_objects(self._state, self._place, self._user.id, self._chosen)
        if self._attachments:
            objects["attachments"] = self._attachments
        return {"resolved": objects} if objects else {}

    def filled(self, component: Json) -> Json:
        shown: Json = {"type": component["type"], "id": component["id"]}
        if component["type"] == ComponentType.ACTION_ROW:
            field = component["components"][0]
            return shown | {"components": [self._answer(field, field["label"])]}
        if component["type"] == ComponentType.LABEL:
            return shown | {"component": self._answer(component["component"], component["label"])}
        return shown  # a text display has nothing to fill in

    def _answer(self, field: Json, label: str) -> Json:
        shown: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
        value = self._left.pop(field["custom_id"], self._left.pop(label, None))
        kind = ComponentType(field["type"])
        if kind is ComponentType.TEXT_INPUT:
            return shown | {"value": _text(field, label, value)}
        if kind is ComponentType.CHECKBOX:
            return shown | {"value": _ticked(field, label, value)}
        chosen = self._chosen_values(field, label, kind, _listed(value))
        if kind is ComponentType.RADIO_GROUP:
            return shown | {"value": chosen[0] if chosen else None}
        return shown | {"values": chosen}

    def _chosen_values(
        self, field: Json, label: str, kind: ComponentType, given: list[Any] | None
    ) -> list[str]:
        wanted = _defaults(field) if given is None else given
        smallest = field["min_values"] if field["required"] or wanted else 0
        if not smallest <= len(wanted) <= field["max_values"]:
            raise OptionError(label, f"Select {_span(smallest, field['max_values'])}")
        try:
            if kind in _OF_OPTIONS:
                return chosen_options(field, wanted)
            if kind is ComponentType.FILE_UPLOAD:
                return [self._attach(value) for value in wanted]
            chosen = chosen_objects(self._state, self._place, self._user.id, field, wanted)
        except (ComponentError, FileRefused) as error:
            raise OptionError(label, str(error)) from None
        self._chosen += chosen
        return [str(snowflake) for _, snowflake in chosen]

    def _attach(self, value: object) -> str:
        shown = hand_over(self._state, self._user, self._place, value)
        self._attachments[shown["id"]] = shown
        return str(shown["id"])


def _text(field: Json, label: str, value: Any) -> str:
    text = str(field.get("value") or "") if value is None else str(value)
    if not text and not field["required"]:
        return ""
    shortest = max(field["min_length"], 1)
    if not shortest <= len(text) <= field["max_length"]:
        limits = f"{shortest} and {field['max_length']}"
        raise OptionError(label, f"Must be between {limits} in length")
    return text


def _ticked(field: Json, label: str, value: Any) -> bool:
    if value is None:
        return bool(field.get("default"))
    if not isinstance(value, bool):
        raise OptionError(label, "Select true or false")
    return value


def _span(least: int, most: int) -> str:
    return str(most) if least == most else f"{least} to {most}"


def _listed(value: Any) -> list[Any] | None:
    """One value is as good as a list of one."""
    if value is None or isinstance(value, list):
        return value
    return list(value) if isinstance(value, tuple | set | frozenset) else [value]


def _defaults(field: Json) -> list[str]:
    """What a field was opened with."""
    if "options" in field:
        return [option["value"] for option in field["options"] if option.get("default")]
    return [default["id"] for default in field.get("default_values", [])]
