"""The world as it is at first: a guild called Tape Club, three members and the bot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.clock import Clock
from sandbox.discord.enums import ChannelType
from sandbox.discord.model import Application, Channel, Guild, Member, Overwrite, Role, User
from sandbox.discord.permissions import EVERYONE_DEFAULT, Permissions
from sandbox.discord.snowflake import snowflake_at
from sandbox.discord.world import World

TOKEN = "sandbox-token"
MEMBERS = ("Ada", "Ben", "Chika")

_FOUNDED = datetime(2024, 5, 1, 12, tzinfo=UTC)


def default_world(clock: Clock | None = None) -> World:
    """Tape Club with #general, #music-jam and #quiet-corner, and Ben's direct messages.

    Ada owns the guild and is an administrator. In #quiet-corner the bot may not attach files.
    """
    ada, ben, chika = (User(_id(10 + i), name.lower(), name) for i, name in enumerate(MEMBERS))
    bot = User(_id(1), "compose-bot", "Compose Bot", bot=True)
    application = Application(bot.id, bot, owner=ada, name="Compose Bot", token=TOKEN)
    world = World(application, clock)
    guild = add_guild(world, "Tape Club", owner=ada, members=(ben, chika), guild_id=_id(100))
    deny = Overwrite(bot.id, is_member=True, deny=Permissions.ATTACH_FILES)
    add_channel(world, guild, "general", topic="Hello, and what are you listening to?")
    add_channel(world, guild, "music-jam", topic="Type /compose and share what comes out")
    add_channel(world, guild, "quiet-corner", topic="Text only, please", overwrites=(deny,))
    world.open_dm(ben, bot)
    return world


def add_guild(
    world: World,
    name: str,
    *,
    owner: User,
    members: tuple[User, ...] = (),
    guild_id: int | None = None,
) -> Guild:
    """A guild of `owner`, an administrator, with members and the bot (by a role of its own)."""
    guild_id = guild_id or world.snowflakes.next()
    everyone = Role(guild_id, "@everyone", EVERYONE_DEFAULT)
    admin = Role(world.snowflakes.next(), "Admin", Permissions.ADMINISTRATOR, 2, color=0xE67E22)
    own = Role(
        world.snowflakes.next(),
        world.bot.display_name,
        EVERYONE_DEFAULT,
        1,
        managed_by_bot_id=world.bot.id,
    )
    guild = Guild(guild_id, name, owner.id, {role.id: role for role in (everyone, admin, own)})
    guild.members[owner.id] = Member(owner, _FOUNDED, [admin.id])
    guild.members[world.bot.id] = Member(world.bot, _FOUNDED, [own.id])
    for user in members:
        guild.members[user.id] = Member(user, _FOUNDED)
    return world.add_guild(guild)


def add_channel(
    world: World,
    guild: Guild,
    name: str,
    *,
    topic: str | None = None,
    overwrites: tuple[Overwrite, ...] = (),
) -> Channel:
    """A text channel, after the guild's others."""
    channel = Channel(
        id=world.snowflakes.next(),
        type=ChannelType.GUILD_TEXT,
        guild_id=guild.id,
        name=name,
        topic=topic,
        position=len(world.channels_of(guild)),
        overwrites={overwrite.id: overwrite for overwrite in overwrites},
    )
    return world.add_channel(channel)


def _id(minutes: int) -> int:
    return snowflake_at(_FOUNDED + timedelta(minutes=minutes))
