"""Logging in to Discord, and staying connected."""

import asyncio
import logging

import aiohttp
import discord

from bot.client import ComposeClient
from bot.errors import DiscordRejectedToken, SettingsError

LOGIN_RETRY_S = (1, 2, 5, 10, 30)
AUTHENTICATION_FAILED_CLOSE_CODE = 4004
WRONG_SHARDS_CLOSE_CODES = (4010, 4011)

log = logging.getLogger(__name__)


async def log_in(client: ComposeClient, token: str) -> None:
    """Log in, however long Discord can't be reached."""
    attempt = 0
    while True:
        try:
            await client.login(token)
        except discord.LoginFailure as error:
            raise DiscordRejectedToken(
                "Discord rejects the bot's token. Make a new one in the developer portal "
                "(your application > Bot > Reset Token) and set DISCORD_TOKEN"
            ) from error
        except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as e:
            wait_s = LOGIN_RETRY_S[min(attempt, len(LOGIN_RETRY_S) - 1)]
            attempt += 1
            log.warning("Discord can't be reached (%s), trying again in %d s", e, wait_s)
            await asyncio.sleep(wait_s)
        else:
            return


async def stay_connected(client: ComposeClient) -> None:
    """The connection that brings interactions; discord.py reconnects by itself.

    Raises `DiscordRejectedToken` and `SettingsError`.
    """
    try:
        await client.connect(reconnect=True)
    except discord.ConnectionClosed as error:
        if error.code == AUTHENTICATION_FAILED_CLOSE_CODE:
            raise DiscordRejectedToken("Discord's gateway rejects the bot's token") from error
        if error.code in WRONG_SHARDS_CLOSE_CODES:
            raise SettingsError(
                ["SHARD_COUNT is wrong for so many servers, or SHARD_IDS for it (for example: 4)"]
            ) from error
        raise
