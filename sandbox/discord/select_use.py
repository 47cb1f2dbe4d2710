"""A choice in a select menu, checked as Discord's client checks it.

Discord docs: Components > Component Reference > String Select; Receiving and Responding > Message
Component Data Structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.discord.enums import ComponentType
from sandbox.discord.interaction_payload import resolved_json
from sandbox.discord.model import Channel, Json

if TYPE_CHECKING:
    from sandbox.discord.world import World

_OF_USERS = (ComponentType.USER_SELECT, ComponentType.MENTIONABLE_SELECT)
_OF_ROLES = (ComponentType.ROLE_SELECT, ComponentType.MENTIONABLE_SELECT)


class ComponentError(LookupError):
    """There is no such component on the message, it is disabled, or can't take the value."""


def select_data(
    world: World, place: Channel, user_id: int, select: Json, values: Sequence[str]
) -> Json:
    """`values` and `resolved` of a MESSAGE_COMPONENT's data. Raises ComponentError."""
    chosen = [str(value) for value in values]
    name = select["custom_id"]
    known = {option["value"] for option in select.get("options", [])}
    if select["type"] == ComponentType.STRING_SELECT and not set(chosen) <= known:
        raise ComponentError(f"{name} has no option {set(chosen) - known}")
    if not select["min_values"] <= len(chosen) <= select["max_values"]:
        limits = f"{select['min_values']} to {select['max_values']}"
        raise ComponentError(f"{name} takes {limits} values")
    resolved = _resolved(world, place, user_id, select["type"], chosen)
    return {"values": chosen} | ({"resolved": resolved} if resolved else {})


def _resolved(world: World, place: Channel, user_id: int, kind: int, chosen: Sequence[str]) -> Json:
    ids = [int(one) for one in chosen if one.isdecimal()]
    guild = world.guild_of(place)
    roles = guild.roles if guild else {}
    of_channels = kind == ComponentType.CHANNEL_SELECT
    return resolved_json(
        world,
        place,
        user_id,
        user_ids=[one for one in ids if kind in _OF_USERS and one in world.users],
        role_ids=[one for one in ids if kind in _OF_ROLES and one in roles],
        channel_ids=[one for one in ids if of_channels and one in world.channels],
    )
