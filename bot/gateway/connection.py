"""Logging in to Discord, staying connected, and registering the commands, each until it works.

Delivering tracks needs the login alone, since it goes over REST. So nothing else comes before it.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import aiohttp
import discord
from discord.http import Route
from discord.user import ClientUser

from bot.client import ComposeClient
from bot.errors import DiscordRejectedToken
from bot.gateway.command_sync import sync_commands
from bot.gateway.shards import Gateway
from bot.readiness import Part
from bot.rest.answers import checked, explained, retry_after_s, said_by_discord

LOGIN_RETRY_S: Final = (1, 2, 5, 10, 30)
ADDRESS_RETRY_S: Final = (1, 2, 5, 10, 30, 60)
COMMANDS_RETRY_S: Final = (2, 5, 30, 120, 600)
ASK_TIMEOUT_S: Final = 60
APPLICATION_TIMEOUT_S: Final = 5

log = logging.getLogger(__name__)


async def keep_trying(
    part: Part,
    attempt: Callable[[], Awaitable[None]],
    waits_s: Sequence[float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Until it succeeds. Waits as given, or longer where the answer asks for it; the last repeats.

    Raises `DiscordRejectedToken`.
    """
    for wait_s in itertools.chain(waits_s, itertools.repeat(waits_s[-1])):
        try:
            await attempt()
        except DiscordRejectedToken:
            raise
        except Exception as error:  # noqa: BLE001 - whatever comes back must not end the bot
            part.fail(explained(error))
            await sleep(max(wait_s, retry_after_s(error)))
        else:
            return


class Login:
    """Finding out whether Discord takes the token, and who we are. All tries share one session."""

    def __init__(self, client: discord.Client, token: str) -> None:
        self._client = client
        self._token = token
        self._has_session = False

    async def attempt(self) -> None:
        """Ask once. Raises `DiscordRejectedToken`; anything else may pass."""
        try:
            answer = await self._ask()
        except (discord.LoginFailure, discord.HTTPException) as error:
            refusal = error.__cause__ if isinstance(error, discord.LoginFailure) else error
            if not isinstance(refusal, discord.HTTPException):
                raise
            if refusal.status == 401 and said_by_discord(refusal):
                raise DiscordRejectedToken(
                    "Discord rejects the bot's token. Make a new one in the developer portal "
                    "(your application > Bot > Reset Token) and set DISCORD_TOKEN"
                ) from error
            raise refusal from None
        user: Any = {"discriminator": "0", "avatar": None, **checked(answer, id=str, username=str)}
        state = self._client._connection
        state.user = ClientUser(state=state, data=user)

    async def _ask(self) -> Any:
        """discord.py opens a new session for each `static_login` and leaves the old one open."""
        http = self._client.http
        if not self._has_session:
            self._has_session = True
            return await http.static_login(self._token)
        http.token = self._token  # which a login that fails takes back
        timeout = aiohttp.ClientTimeout(total=ASK_TIMEOUT_S)
        return await http.request(Route("GET", "/users/@me"), timeout=timeout)


async def log_in(client: ComposeClient, token: str) -> None:
    """Log in, however long Discord can't be reached. Raises `DiscordRejectedToken`."""
    await keep_trying(client.login_part, Login(client, token).attempt, LOGIN_RETRY_S)
    client.login_part.succeed()
    log.info("logged in as %s", client.user)


async def register_commands(client: ComposeClient) -> None:
    """Make Discord show our commands, however often it refuses."""
    own_id = await application_id(client)

    async def attempt() -> None:
        client.command_ids = await sync_commands(
            client.http, own_id, client.tree, client.command_guild_id
        )

    await keep_trying(client.commands_part, attempt, COMMANDS_RETRY_S)
    client.commands_part.succeed()


async def application_id(client: ComposeClient) -> int:
    """As Discord says; where it does not, the bot's own id, which is the same since 2016."""
    try:
        async with asyncio.timeout(APPLICATION_TIMEOUT_S):
            answer = await client.http.application_info()
        application = checked(answer, id=str)
        found_id = int(application["id"])
    except Exception as error:  # noqa: BLE001 - the id is known without it
        log.info("the application can't be asked for: %s", explained(error))
        return client.application_id or (client.user.id if client.user else 0)
    if application.get("interactions_endpoint_url"):
        log.error(
            "Discord sends all commands to an Interactions Endpoint URL, and none to the bot. "
            "Empty that field in the developer portal (your application > General Information)"
        )
    return found_id


async def stay_connected(client: ComposeClient) -> None:
    """The connection that brings interactions, for as long as the process lives.

    Raises `DiscordRejectedToken` and `SettingsError`.
    """
    gateway = Gateway(client)
    await keep_trying(client.gateway_part, gateway.find, ADDRESS_RETRY_S)
    await gateway.run()
