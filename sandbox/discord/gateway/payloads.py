"""What the gateway tells a bot: which events it hears of, READY, and guilds in full.

Discord docs: Events > Gateway > List of Intents; Events > Gateway Events > Ready, Guild Create.
"""

from __future__ import annotations

from sandbox.discord import render
from sandbox.discord.enums import Intents
from sandbox.discord.gateway.session import Session
from sandbox.discord.model import Channel, Event, Guild, Json
from sandbox.discord.state import State

_ALWAYS = Intents(0)
# For each event the intent it needs in guilds and in direct messages; None: not sent there.
_INTENTS: dict[str, tuple[Intents | None, Intents | None]] = {
    "INTERACTION_CREATE": (_ALWAYS, _ALWAYS),
    "GUILD_CREATE": (Intents.GUILDS, None),
    "GUILD_DELETE": (Intents.GUILDS, None),
    "CHANNEL_CREATE": (Intents.GUILDS, None),
    "CHANNEL_UPDATE": (Intents.GUILDS, None),
    "CHANNEL_DELETE": (Intents.GUILDS, None),
    "THREAD_CREATE": (Intents.GUILDS, None),
    "THREAD_UPDATE": (Intents.GUILDS, None),
    "THREAD_DELETE": (Intents.GUILDS, None),
    "THREAD_MEMBERS_UPDATE": (Intents.GUILDS, None),
    "GUILD_MEMBER_REMOVE": (Intents.GUILD_MEMBERS, None),
    "MESSAGE_CREATE": (Intents.GUILD_MESSAGES, Intents.DIRECT_MESSAGES),
    "MESSAGE_UPDATE": (Intents.GUILD_MESSAGES, Intents.DIRECT_MESSAGES),
    "MESSAGE_DELETE": (Intents.GUILD_MESSAGES, Intents.DIRECT_MESSAGES),
    "MESSAGE_REACTION_ADD": (Intents.GUILD_MESSAGE_REACTIONS, Intents.DIRECT_MESSAGE_REACTIONS),
    "MESSAGE_REACTION_REMOVE": (
        Intents.GUILD_MESSAGE_REACTIONS,
        Intents.DIRECT_MESSAGE_REACTIONS,
    ),
    "TYPING_START": (Intents.GUILD_MESSAGE_TYPING, Intents.DIRECT_MESSAGE_TYPING),
}


def hears(session: Session, event: Event) -> bool:
    """Whether the session asked for such events, and this one is its shard's."""
    in_guild, in_dm = _INTENTS.get(event.name, (None, None))
    needed = in_guild if event.guild_id else in_dm
    return needed is not None and needed in session.intents and session.concerns(event)


def is_blanked(session: Session, event: Event, bot_id: int) -> bool:
    """Whether the message's content is kept from a session without that intent."""
    message = event.message
    if message is None or Intents.MESSAGE_CONTENT in session.intents or not event.guild_id:
        return False
    return message.author.id != bot_id and all(u.id != bot_id for u in message.mentioned)


def ready_json(state: State, session: Session, resume_url: str) -> Json:
    guilds = [g for g in state.guilds_of(state.bot.id) if session.has_guild(g.id)]
    application = {
        "id": str(state.application.id),
        "flags": render.application_flags(state.application),
    }
    return {
        "v": 10,
        "user": render.own_user_json(state.bot),
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": resume_url,
        "shard": [session.shard_id, session.shard_count],
        "application": application,
        "private_channels": [],
        "relationships": [],
        "presences": [],
        "user_settings": {},
        "guild_join_requests": [],
        "geo_ordered_rtc_regions": ["rotterdam"],
        "_trace": ["sandbox"],
    }


def full_guild_json(state: State, guild: Guild, intents: Intents) -> Json:
    """GUILD_CREATE: without the members intent, only the bot itself is among the members."""
    bot = state.bot.id
    everyone = Intents.GUILD_MEMBERS in intents
    shown = [m for m in guild.members.values() if everyone or m.user.id == bot]
    threads = [c for c in _of_guild(state, guild) if c.thread and not c.thread.archived]
    return render.guild_json(guild) | {
        "joined_at": render.timestamp(guild.members[bot].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [render.member_json(member) for member in shown],
        "channels": [render.channel_json(channel) for channel in state.channels_of(guild)],
        "threads": [render.channel_json(c) for c in threads if state.sees_channel(bot, c)],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _of_guild(state: State, guild: Guild) -> list[Channel]:
    return [channel for channel in state.channels.values() if channel.guild_id == guild.id]


def members_chunk_json(guild: Guild, request: Json) -> Json:
    """The answer to REQUEST_GUILD_MEMBERS, in one chunk."""
    prefix = str(request.get("query") or "").lower()
    asked = request.get("user_ids")
    ids = {str(one) for one in asked} if isinstance(asked, list) else {str(asked)}
    members = [
        member
        for member in guild.members.values()
        if (str(member.user.id) in ids if asked else member.user.username.startswith(prefix))
    ]
    chunk: Json = {
        "guild_id": str(guild.id),
        "members": [render.member_json(member) for member in members],
        "chunk_index": 0,
        "chunk_count": 1,
    }
    nonce = request.get("nonce")
    return chunk | ({"nonce": nonce} if isinstance(nonce, str) else {})
