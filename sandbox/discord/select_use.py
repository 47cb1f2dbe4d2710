"""A choice in a select menu, checked as Discord's client checks it.

Discord docs: Components > Component Reference > String Select; Receiving and Responding > Message
Component Data Structure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.discord.enums import ComponentType
from sandbox.discord.interaction_payload import resolved_json
from sandbox.discord.model import Channel, Json
from sandbox.discord.nameable import Kind, named
from sandbox.discord.state import State

_KINDS: Mapping[int, Sequence[Kind]] = {
    ComponentType.USER_SELECT: ("user",),
    ComponentType.ROLE_SELECT: ("role",),
    ComponentType.MENTIONABLE_SELECT: ("user", "role"),
    ComponentType.CHANNEL_SELECT: ("channel",),
}
Chosen = list[tuple[Kind, int]]


class ComponentError(LookupError):
    """There is no such component on the message, it is disabled, or can't take the value."""


def select_data(
    state: State, place: Channel, user_id: int, select: Json, values: Sequence[Any]
) -> Json:
    """`values` and `resolved` of a MESSAGE_COMPONENT's data. Raises ComponentError."""
    if not select["min_values"] <= len(values) <= select["max_values"]:
        limits = f"{select['min_values']} to {select['max_values']}"
        raise ComponentError(f"{select['custom_id']} takes {limits} values")
    if select["type"] == ComponentType.STRING_SELECT:
        return {"values": chosen_options(select, values)}
    chosen = chosen_objects(state, place, user_id, select, values)
    resolved = resolved_objects(state, place, user_id, chosen)
    ids = [str(snowflake) for _, snowflake in chosen]
    return {"values": ids} | ({"resolved": resolved} if resolved else {})


def chosen_options(field: Json, values: Sequence[Any]) -> list[str]:
    """The values of options that are named by value or by label. Raises ComponentError."""
    return [_option(field, str(value)) for value in values]


def _option(field: Json, wanted: str) -> str:
    for named_by in ("value", "label"):
        for option in field["options"]:
            if option[named_by] == wanted:
                return str(option["value"])
    raise ComponentError(f"{field['custom_id']} has no option {wanted!r}")


def chosen_objects(
    state: State, place: Channel, user_id: int, select: Json, values: Sequence[Any]
) -> Chosen:
    """What is chosen in a select of users, roles or channels. Raises ComponentError."""
    kinds, types = _KINDS[select["type"]], select.get("channel_types")
    chosen: Chosen = []
    for value in values:
        found = named(state, place, user_id, value, kinds=kinds, types=types)
        if found is None:
            raise ComponentError(f"{select['custom_id']} has no {value!r} to choose")
        chosen.append(found)
    return chosen


def resolved_objects(state: State, place: Channel, user_id: int, chosen: Chosen) -> Json:
    """`resolved` for what was chosen."""

    def ids(wanted: Kind) -> list[int]:
        return [snowflake for kind, snowflake in chosen if kind == wanted]

    return resolved_json(
        state,
        place,
        user_id,
        user_ids=ids("user"),
        role_ids=ids("role"),
        channel_ids=ids("channel"),
    )
