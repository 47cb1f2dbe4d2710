"""`python -m bot doctor`: what is wrong, and how to mend it. Changes nothing, and costs nothing."""

import asyncio
import logging
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import discord
import sqlalchemy as sa
from discord.http import Route

from bot.errors import (
    DatabaseUnusable,
    GenerationUnknown,
    KeyRejected,
    OutOfCredits,
    ProviderError,
    SettingsError,
)
from bot.jobs import JobState
from bot.provider.client import Provider
from bot.settings import Settings
from bot.store.database import connect, engine_url, is_current
from bot.store.job_store import JobStore

LOW_DISK_BYTES = 200 * 2**20
CHECK_TIMEOUT_S = 20

Check = Callable[[Settings], Awaitable[str]]


class Ill(Exception):
    """A check failed; the text says what is wrong and how to mend it."""


async def main() -> int:
    """Print a line a check; 0 if all is well, else 1."""
    logging.disable(logging.CRITICAL)  # the lines below say it all
    try:
        settings = Settings.load()
    except SettingsError as error:
        for problem in error.problems:
            _print(False, "settings", problem)
        return 1
    _print(True, "settings", "complete and well-formed")
    well = True
    async for ok, name, text in _run(settings):
        _print(ok, name, text)
        well = well and ok
    return 0 if well else 1


async def _run(settings: Settings) -> AsyncIterator[tuple[bool, str, str]]:
    checks: dict[str, Check] = {
        "database": check_database,
        "disk": check_disk,
        "discord": check_discord,
        "provider": check_provider,
    }
    for name, check in checks.items():
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                yield True, name, await check(settings)
        except Ill as error:
            yield False, name, str(error)
        except TimeoutError:
            yield False, name, f"no answer within {CHECK_TIMEOUT_S} s"


async def check_database(settings: Settings) -> str:
    """Open it, and look whether its schema is ours. A missing SQLite file is made at the start."""
    if _is_missing_file(settings.database_url):
        return "will be created at the first start"
    try:
        engine = connect(settings.database_url)
    except DatabaseUnusable as error:
        raise Ill(str(error)) from error
    try:
        if not await is_current(engine):
            return "can be opened; its tables are brought up to date at the next start"
        store = JobStore(engine, "doctor")
        waiting = await store.count(JobState.QUEUED)
        running = await store.count(JobState.GENERATING)
    except (sa.exc.SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Ill(f"{reason}. Check DATABASE_URL, and that the database is up") from error
    finally:
        await engine.dispose()
    return f"up to date; {waiting} jobs wait, {running} are at the provider"


def _is_missing_file(database_url: str) -> bool:
    url = engine_url(database_url)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


async def check_disk(settings: Settings) -> str:
    """Room for the database; tracks pass through the temporary folder one by one."""
    url = engine_url(settings.database_url)
    folder = _existing_folder(url.database if url.get_backend_name() == "sqlite" else None)
    free_bytes = shutil.disk_usage(folder).free
    text = f"{free_bytes / 2**30:.1f} GB free in {folder}"
    if free_bytes < LOW_DISK_BYTES:
        raise Ill(f"only {text}. Make room")
    return text


def _existing_folder(file: str | None) -> Path:
    """The folder of a file, or the nearest one above it that exists; else the working directory."""
    folder = Path(file).resolve().parent if file else Path.cwd()
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


async def check_discord(settings: Settings) -> str:
    """Log in over REST, and ask for the gateway; nothing is connected."""
    Route.BASE = settings.discord_api_url
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(settings.discord_token.get_secret_value())
            shards, _, limits = await client.http.get_bot_gateway()
        except discord.LoginFailure as error:
            raise Ill(
                "the token is rejected. Make a new one in the developer portal (your application > "
                "Bot > Reset Token) and set DISCORD_TOKEN"
            ) from error
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise Ill(
                f"can't be reached: {error}. Check DISCORD_API_URL and the network"
            ) from error
        starts = limits["remaining"]
        return f"logged in as {client.user}; {shards} shard(s), {starts} gateway starts left today"


async def check_provider(settings: Settings) -> str:
    """Ask for the balance, which costs nothing."""
    key = settings.aimlapi_key.get_secret_value()
    async with Provider.open(settings.aimlapi_url, key) as provider:
        try:
            balance = await provider.balance()
        except KeyRejected as error:
            raise Ill("the key is rejected. Make a new one and set AIMLAPI_KEY") from error
        except OutOfCredits as error:
            raise Ill(f"the account is refused ({error}). Top it up at the provider") from error
        except GenerationUnknown as error:
            raise Ill("there is no AI/ML API at this address. Check AIMLAPI_URL") from error
        except ProviderError as error:
            raise Ill(f"can't be reached: {error}. Check AIMLAPI_URL and the network") from error
    text = f"the key works; {balance.current_balance:.2f} {balance.currency} left"
    if balance.current_balance <= 0:
        raise Ill(f"{text}. Top up the account, or no track can be made")
    return text


def _print(ok: bool, name: str, text: str) -> None:
    sys.stdout.write(f"{'ok   ' if ok else 'WRONG'}  {name}: {text}\n")
