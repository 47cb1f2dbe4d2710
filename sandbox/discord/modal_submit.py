"""A filled-in modal, checked as Discord's client checks it, as the application receives it.

Discord docs: Interactions > Receiving and Responding > Modal Submit Data Structure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.discord.enums import ComponentType
from sandbox.discord.invocation import OptionError
from sandbox.discord.model import Json


def modal_data(modal: Json, values: Mapping[str, Any]) -> Json:
    """The `data` of a MODAL_SUBMIT. `values` go by custom_id or by label; fields that are not
    named keep what they were opened with. Raises OptionError for names and values that don't fit.
    """
    left = dict(values)
    components = [_filled(component, left) for component in modal["components"]]
    if left:
        raise OptionError(next(iter(left)), "the modal has no such field")
    return {
        "id": "0",
        "custom_id": modal["custom_id"],
        "components": [component for component in components if component is not None],
    }


def _filled(component: Json, values: dict[str, Any]) -> Json | None:
    shown: Json = {"type": component["type"], "id": component["id"]}
    if component["type"] == ComponentType.ACTION_ROW:
        field = component["components"][0]
        return shown | {"components": [_answer(field, field["label"], values)]}
    if component["type"] == ComponentType.LABEL:
        return shown | {"component": _answer(component["component"], component["label"], values)}
    return shown  # a text display has nothing to fill in


def _answer(field: Json, label: str, values: dict[str, Any]) -> Json:
    shown: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    value = values.pop(field["custom_id"], values.pop(label, None))
    kind = ComponentType(field["type"])
    if kind is ComponentType.TEXT_INPUT:
        return shown | {"value": _text(field, label, value)}
    if kind is ComponentType.CHECKBOX:
        return shown | {"value": bool(field.get("default") if value is None else value)}
    chosen = _chosen(field, label, value)
    if kind is ComponentType.RADIO_GROUP:
        return shown | {"value": chosen[0] if chosen else None}
    return shown | {"values": chosen}


def _text(field: Json, label: str, value: Any) -> str:
    text = str(field.get("value") or "") if value is None else str(value)
    if not text and not field["required"]:
        return ""
    shortest = max(field["min_length"], 1)
    if not shortest <= len(text) <= field["max_length"]:
        limits = f"{shortest} and {field['max_length']}"
        raise OptionError(label, f"Must be between {limits} in length")
    return text


def _chosen(field: Json, label: str, value: Any) -> list[str]:
    options = field.get("options", [])
    if value is None:
        chosen = [option["value"] for option in options if option.get("default")]
    else:
        chosen = [value] if isinstance(value, str) else [str(one) for one in value]
    allowed = {option["value"] for option in options}
    if options and not set(chosen) <= allowed:
        raise OptionError(label, "Select one of the choices")
    smallest = field["min_values"] if field["required"] else 0
    if not smallest <= len(chosen) <= field["max_values"]:
        raise OptionError(label, f"Select {smallest} to {field['max_values']}")
    return chosen
