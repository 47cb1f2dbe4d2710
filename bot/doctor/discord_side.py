"""Discord: the token, the gateway, the commands, and the servers the bot is in."""

from collections.abc import Sequence
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.characters import shortened
from bot.doctor.findings import Finding, Ill, ok, warn
from bot.settings import Settings

SERVERS_SHOWN = 10
NAME_LIMIT = 40


async def check_discord(settings: Settings) -> Sequence[Finding]:
    """Log in over REST, and ask; nothing is connected, and nothing registered."""
    Route.BASE = settings.discord_api_url
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(settings.discord_token.get_secret_value())
            return [
                await _gateway(client),
                await _commands(client, settings.command_guild_id),
                *await _servers(client, settings),
                *(await _user_installs(client) if settings.allow_user_installs else ()),
            ]
        except discord.LoginFailure as error:
            raise Ill(
                "the token is rejected. Make a new one in the developer portal (your application > "
                "Bot > Reset Token) and set DISCORD_TOKEN"
            ) from error
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise Ill(
                f"can't be reached: {error}. Check DISCORD_API_URL and the network"
            ) from error


async def _gateway(client: discord.Client) -> Finding:
    shards, _, limits = await client.http.get_bot_gateway()
    starts = limits["remaining"]
    return ok(f"logged in as {client.user}; {shards} shard(s), {starts} gateway starts left today")


async def _commands(client: discord.Client, guild_id: int | None) -> Finding:
    """Whether members see the commands where they are meant to."""
    application_id = client.application_id or 0
    if guild_id:
        try:
            registered = await client.http.get_guild_commands(application_id, guild_id)
        except (discord.Forbidden, discord.NotFound):
            return warn(
                f"COMMAND_GUILD_ID names server {guild_id}, in which the bot is not. Invite it"
            )
    else:
        registered = await client.http.get_global_commands(application_id)
    if not registered:
        return ok("no commands are registered; the bot does that at its start")
    names = ", ".join(sorted(command["name"] for command in registered))
    return ok(f"{len(registered)} command(s) registered: {names}")


async def _user_installs(client: discord.Client) -> Sequence[Finding]:
    """Whether people can add the app to their account, where they are meant to be able to.

    Discord docs: Application > Application Integration Types; key 1 is the user install.
    """
    application: Any = await client.http.request(Route("GET", "/applications/@me"))
    offered = application.get("integration_types_config")
    if offered is None or "1" in offered:
        return []
    return [
        warn(
            "ALLOW_USER_INSTALLS is on, but nobody can add the app to their account. Tick User "
            "Install on the portal's Installation page"
        )
    ]


async def _servers(client: discord.Client, settings: Settings) -> Sequence[Finding]:
    """Where the bot is, and whether the servers that may use it are among them.

    What it may do there can't be told from here: permissions differ from channel to channel.
    """
    names = {
        guild.id: guild.name async for guild in client.fetch_guilds(limit=None, with_counts=False)
    }
    if not names:
        return [warn("the bot is in no server. Invite it: the README has the address")]
    shown = [
        f"{shortened(name, NAME_LIMIT)} ({guild_id})"
        for guild_id, name in list(names.items())[:SERVERS_SHOWN]
    ]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    found = ok(f"in {len(names)} server(s): {', '.join(shown)}{more}")
    absent = sorted(settings.allowed_guild_ids - names.keys())
    return [
        found,
        *(
            warn(f"ALLOWED_GUILD_IDS names {guild_id}, a server that the bot is not in")
            for guild_id in absent
        ),
    ]
