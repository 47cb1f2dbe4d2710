"""The documented algorithm, pair by pair."""

from __future__ import annotations

from sandbox.discord.model import Overwrite, Role
from sandbox.discord.permissions import ALL, NONE, Permissions
from sandbox.discord.seed import default_world
from sandbox.discord.world import World

SEND, ATTACH = Permissions.SEND_MESSAGES, Permissions.ATTACH_FILES


def permissions(world: World, name: str, *overwrites: Overwrite) -> Permissions:
    channel = next(c for c in world.state.channels.values() if c.name == "music-jam")
    channel.overwrites = {overwrite.id: overwrite for overwrite in overwrites}
    return world.state.permissions(world.state.user_named(name).id, channel)


def everyone(world: World, *, allow: int = 0, deny: int = 0) -> Overwrite:
    return Overwrite(next(iter(world.state.guilds)), is_member=False, allow=allow, deny=deny)


async def test_administrator_is_above_overwrites() -> None:
    world = default_world()
    assert permissions(world, "Ada", everyone(world, deny=ALL)) == ALL


async def test_everyone_overwrite_denies() -> None:
    world = default_world()
    assert SEND in permissions(world, "Ben")
    assert SEND not in permissions(world, "Ben", everyone(world, deny=SEND))


async def test_role_overwrites_allow_over_everyone_and_over_each_other() -> None:
    world = default_world()
    guild = next(iter(world.state.guilds.values()))
    for role_id in (1, 2):
        guild.roles[role_id] = Role(role_id, "r", 0)
    guild.members[world.state.user_named("Ben").id].role_ids = [1, 2]
    denied = Overwrite(1, is_member=False, deny=SEND)
    allowed = Overwrite(2, is_member=False, allow=SEND)
    assert SEND in permissions(world, "Ben", everyone(world, deny=SEND), denied, allowed)


async def test_member_overwrite_has_the_last_word() -> None:
    world = default_world()
    own = Overwrite(world.state.user_named("Ben").id, is_member=True, deny=ATTACH)
    role = everyone(world, allow=ATTACH)
    assert ATTACH not in permissions(world, "Ben", role, own)


async def test_nothing_is_left_without_view_channel() -> None:
    world = default_world()
    assert permissions(world, "Ben", everyone(world, deny=Permissions.VIEW_CHANNEL)) == NONE


async def test_files_cannot_be_attached_without_sending() -> None:
    world = default_world()
    assert ATTACH not in permissions(world, "Ben", everyone(world, deny=SEND))


async def test_strangers_have_no_permissions_in_direct_messages() -> None:
    world = default_world()
    dm = world.places.open_dm(world.state.user_named("Ben"), world.state.bot)
    assert SEND in world.state.permissions(world.state.user_named("Ben").id, dm)
    assert world.state.permissions(world.state.user_named("Ada").id, dm) == NONE
