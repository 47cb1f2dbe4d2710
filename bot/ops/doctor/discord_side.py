"""Discord: the token, the gateway, the commands, and the servers the bot is in."""

from collections.abc import Awaitable, Sequence

from discord.http import Route

from bot.client import ComposeClient
from bot.domain.characters import shortened
from bot.errors import DiscordRejectedToken, NotInServer
from bot.gateway.command_sync import payloads, registered
from bot.gateway.connection import Login, application_id
from bot.gateway.invitation import invitation
from bot.ops.doctor.findings import Finding, Ill, ok, warn
from bot.rest.answers import checked, explained
from bot.settings import Settings
from bot.store.database.engine import sqlite_file
from bot.store.database.instance_lock import a_bot_runs_on

SERVERS_SHOWN = 10
NAME_LIMIT = 40


async def check_discord(settings: Settings) -> Sequence[Finding]:
    """Log in over REST, and ask; nothing is connected, and nothing registered."""
    async with ComposeClient(
        api_url=settings.discord_api_url,
        command_guild_id=settings.command_guild_id,
        allow_user_installs=settings.allow_user_installs,
        covers=settings.offer().covers is not None,
        proxy=settings.proxy(),
    ) as client:
        try:
            await Login(client, settings.discord_token.get_secret_value()).attempt()
        except DiscordRejectedToken as error:
            raise Ill(
                "the token is rejected. Make a new one in the developer portal (your application > "
                "Bot > Reset Token) and set DISCORD_TOKEN"
            ) from error
        except Exception as error:
            raise Ill(
                f"can't be reached: {explained(error)}. Check DISCORD_API_URL and the network"
            ) from error
        await client.load_cogs()
        return [
            *await _found("the gateway can't be asked for", _gateway(client)),
            *await _found("the commands can't be looked at", _commands(client, settings)),
            *await _found("the servers can't be listed", _servers(client, settings)),
            *(
                await _found("the application can't be asked for", _user_installs(client))
                if settings.allow_user_installs
                else ()
            ),
        ]


async def _found(trouble: str, findings: Awaitable[Sequence[Finding]]) -> Sequence[Finding]:
    """What one look finds. The bot works on without what it could not ask for, and tries again."""
    try:
        return await findings
    except NotInServer as error:
        return [warn(str(error))]
    except Exception as error:  # noqa: BLE001 - one refused answer must not hide the others
        return [warn(f"{trouble}: {explained(error)}")]


async def _gateway(client: ComposeClient) -> Sequence[Finding]:
    answer = checked(await client.http.request(Route("GET", "/gateway/bot")), url=str)
    shards, limits = answer.get("shards"), answer.get("session_start_limit")
    left = limits.get("remaining") if isinstance(limits, dict) else "unknown"
    text = f"logged in as {client.user}; {shards} shard(s), {left} gateway starts left today"
    return [ok(text)]


async def _commands(client: ComposeClient, settings: Settings) -> Sequence[Finding]:
    """Whether members see this version's commands where they are meant to."""
    guild_id = settings.command_guild_id
    found = await registered(client.http, await application_id(client), guild_id)
    wanted = await payloads(client.tree)
    missing = sorted(
        {str(command["name"]) for command in wanted} - {str(command["name"]) for command in found}
    )
    names = ", ".join(sorted(str(command["name"]) for command in found))
    if not missing:
        return [ok(f"{len(found)} command(s) registered: {names}")]
    file = sqlite_file(settings.database_url)
    if file and a_bot_runs_on(file):
        return [
            warn(
                f"these commands are not registered: {', '.join(missing)}. The running bot tries "
                "on; its log says why Discord refuses them"
            )
        ]
    if not found:
        return [ok("no commands are registered; the bot does that at its start")]
    return [ok(f"not registered yet: {', '.join(missing)}; the bot does that at its start")]


async def _user_installs(client: ComposeClient) -> Sequence[Finding]:
    """Whether people can add the app to their account, where they are meant to be able to.

    Discord docs: Application > Application Integration Types; key 1 is the user install.
    """
    application = checked(await client.http.request(Route("GET", "/applications/@me")))
    offered = application.get("integration_types_config")
    if offered is None or "1" in offered:
        return []
    return [
        warn(
            "ALLOW_USER_INSTALLS is on, but nobody can add the app to their account. Tick User "
            "Install on the portal's Installation page"
        )
    ]


async def _servers(client: ComposeClient, settings: Settings) -> Sequence[Finding]:
    """Where the bot is, and whether the servers that may use it are among them.

    What it may do there can't be told from here: permissions differ from channel to channel.
    """
    names = {
        guild.id: guild.name async for guild in client.fetch_guilds(limit=None, with_counts=False)
    }
    invite = f"invite it: {invitation(await application_id(client))}"
    if not names:
        return [warn(f"the bot is in no server. You can {invite}")]
    shown = [
        f"{shortened(name, NAME_LIMIT)} ({guild_id})"
        for guild_id, name in list(names.items())[:SERVERS_SHOWN]
    ]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    found = ok(f"in {len(names)} server(s): {', '.join(shown)}{more}")
    absent = sorted(settings.allowed_guild_ids - names.keys())
    return [
        found,
        ok(f"into other servers you can {invite}"),
        *(
            warn(f"ALLOWED_GUILD_IDS names {guild_id}, a server that the bot is not in")
            for guild_id in absent
        ),
    ]
