"""What members choose from lists: the users, roles and channels at hand in a place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from sandbox.discord.model import Channel, Role, User
from sandbox.discord.state import State

Kind = Literal["user", "role", "channel"]


def named(
    state: State,
    place: Channel,
    user_id: int,
    wanted: object,
    *,
    kinds: Sequence[Kind],
    types: Collection[int] | None = None,
) -> tuple[Kind, int] | None:
    """What goes by an id or a name, or is given itself: its kind and id. None if it isn't here.

    `types` are the types of channel that may be chosen; without any, all.
    """
    if isinstance(wanted, User | Role | Channel):
        wanted = wanted.id
    text = str(wanted).removeprefix("#")
    for kind in kinds:
        for snowflake, name in _candidates(state, place, user_id, kind, types):
            if text in (str(snowflake), name):
                return kind, snowflake
    return None


def _candidates(
    state: State, place: Channel, user_id: int, kind: Kind, types: Collection[int] | None
) -> Iterator[tuple[int, str]]:
    guild = state.guild_of(place)
    if kind == "user":
        people = [m.user for m in guild.members.values()] if guild else list(place.recipients)
        yield from ((user.id, user.display_name) for user in people)
        yield from ((user.id, user.username) for user in people)
    elif kind == "role" and guild:
        yield from ((role.id, role.name) for role in guild.roles.values())
    elif kind == "channel":
        for channel in state.visible_channels(user_id):
            if channel.guild_id == place.guild_id and (not types or channel.type in types):
                yield channel.id, channel.name
