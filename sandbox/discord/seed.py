"""The world as it is at first: who lives in it, and the servers they are in."""

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
    """Three people in three servers; the bot is in the first two.

    Tape Club is as in `tape_club_world`. Night Bus is Chika's, with Ben: text channels, a forum,
    and a voice channel. Elsewhere (Ada's, with Ben) has not installed the app, and the group
    Carpool can't; there it is only Ben's, who has installed it for himself.
    """
    world = tape_club_world(clock)
    _add_neighbours(world, guild_ids=(_id(200), _id(300)))
    return world


def tape_club_world(clock: Clock | None = None) -> World:
    """Tape Club with #general, #music-jam and #quiet-corner, and Ben's direct messages.

    Ada owns the guild and is an administrator. In #quiet-corner the bot may not attach files.
    """
    ada, ben, chika = (User(_id(10 + i), name.lower(), name) for i, name in enumerate(MEMBERS))
    bot = User(_id(1), "compose-bot", "Compose Bot", bot=True)
    application = Application(bot.id, bot, owner=ada, name="Compose Bot", token=TOKEN)
    world = World(application, clock)
    _add_tape_club(world, ada, ben, chika, _id(100))
    return world


def repopulate(world: World) -> None:
    """All servers go, and everybody but the bot; the default world's come, with ids of their own.

    So a bot that runs on meets the same names, and remembers nothing about them.
    """
    state = world.state
    for guild in state.guilds_of(state.bot.id):
        world.places.remove_member(guild, state.bot.id)
    state.guilds.clear()
    state.channels.clear()
    state.users = {state.bot.id: state.bot}
    next_id = state.snowflakes.next
    ada, ben, chika = (state.add_user(User(next_id(), name.lower(), name)) for name in MEMBERS)
    _add_tape_club(world, ada, ben, chika, next_id())
    _add_neighbours(world, guild_ids=(next_id(), next_id()))


def _add_tape_club(world: World, ada: User, ben: User, chika: User, guild_id: int) -> None:
    guild = add_guild(world, "Tape Club", owner=ada, members=(ben, chika), guild_id=guild_id)
    deny = Overwrite(world.state.bot.id, is_member=True, deny=Permissions.ATTACH_FILES)
    add_channel(world, guild, "general", topic="Hello, and what are you listening to?")
    add_channel(world, guild, "music-jam", topic="Type /compose and share what comes out")
    add_channel(world, guild, "quiet-corner", topic="Text only, please", overwrites=(deny,))
    world.places.open_dm(ben, world.state.bot)


def _add_neighbours(world: World, *, guild_ids: tuple[int, int]) -> None:
    ada, ben, chika = (world.state.user_named(name) for name in MEMBERS)
    night_bus_id, elsewhere_id = guild_ids
    night_bus = add_guild(world, "Night Bus", owner=chika, members=(ben,), guild_id=night_bus_id)
    add_channel(world, night_bus, "depot", topic="Departures, delays, hellos")
    add_channel(world, night_bus, "mixtapes", topic="Long rides need long tracks")
    add_channel(world, night_bus, "showcase", kind=ChannelType.GUILD_FORUM, topic="Finished pieces")
    add_channel(world, night_bus, "Top Deck", kind=ChannelType.GUILD_VOICE)
    elsewhere = add_guild(
        world, "Elsewhere", owner=ada, members=(ben,), guild_id=elsewhere_id, with_bot=False
    )
    add_channel(world, elsewhere, "platform", topic="No apps on this server, but one's own")
    world.places.open_group("Carpool", ada, ben, chika)
    world.installs.add(ben)


def add_guild(
    world: World,
    name: str,
    *,
    owner: User,
    members: tuple[User, ...] = (),
    guild_id: int | None = None,
    with_bot: bool = True,
) -> Guild:
    """A guild of `owner`, an administrator, with members and the bot (by a role of its own)."""
    guild_id = guild_id or world.state.snowflakes.next()
    everyone = Role(guild_id, "@everyone", EVERYONE_DEFAULT)
    admin = Role(
        world.state.snowflakes.next(), "Admin", Permissions.ADMINISTRATOR, 2, color=0xE67E22
    )
    guild = Guild(guild_id, name, owner.id, {role.id: role for role in (everyone, admin)})
    guild.members[owner.id] = Member(owner, _FOUNDED, [admin.id])
    if with_bot:
        own = _bot_role(world)
        guild.roles[own.id] = own
        guild.members[world.state.bot.id] = Member(world.state.bot, _FOUNDED, [own.id])
    for user in members:
        guild.members[user.id] = Member(user, _FOUNDED)
    return world.places.add_guild(guild)


def _bot_role(world: World) -> Role:
    """The role that Discord makes for an app when it is installed."""
    role_id, bot = world.state.snowflakes.next(), world.state.bot
    return Role(role_id, bot.display_name, EVERYONE_DEFAULT, 1, managed_by_bot_id=bot.id)


def add_channel(
    world: World,
    guild: Guild,
    name: str,
    *,
    kind: ChannelType = ChannelType.GUILD_TEXT,
    topic: str | None = None,
    overwrites: tuple[Overwrite, ...] = (),
) -> Channel:
    """A channel, after the guild's others; a text channel, unless told otherwise."""
    channel = Channel(
        id=world.state.snowflakes.next(),
        type=kind,
        guild_id=guild.id,
        name=name,
        topic=topic,
        position=len(world.state.channels_of(guild)),
        overwrites={overwrite.id: overwrite for overwrite in overwrites},
    )
    return world.places.add_channel(channel)


def _id(minutes: int) -> int:
    return snowflake_at(_FOUNDED + timedelta(minutes=minutes))
