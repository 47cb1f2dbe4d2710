"""The proxy: whether anybody listens there. And PORT: whether nobody does yet."""

import asyncio
import contextlib
import errno
from collections.abc import Sequence

from yarl import URL

from bot.machine.hosting import listening_host
from bot.machine.proxy import unused_proxy
from bot.ops.doctor.findings import Finding, Ill, ok, warn
from bot.settings import Settings
from bot.store.database.engine import sqlite_file
from bot.store.database.instance_lock import a_bot_runs_on

CONNECT_TIMEOUT_S = 5


async def check_proxy(settings: Settings) -> Sequence[Finding]:
    """Nothing is asked of it; whether it lets the bot through shows with what is asked next."""
    proxy = settings.proxy()
    if proxy is None:
        unused = unused_proxy()
        return [warn(unused)] if unused else []
    address = URL(proxy.address)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, writer = await asyncio.open_connection(address.host, address.port)
    except (OSError, TimeoutError) as error:
        why = str(error) or f"no answer within {CONNECT_TIMEOUT_S} s"
        raise Ill(f"{proxy.address} can't be reached ({why}). Check PROXY_URL") from error
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return [ok(f"Discord and the provider are asked through {proxy.address}")]


async def check_port(settings: Settings) -> Sequence[Finding]:
    """Listen there for a moment. A bot that runs on the same SQLite file may have it already."""
    if settings.port is None:
        return []
    place = f"port {settings.port} of {listening_host(settings.host)}"
    try:
        server = await asyncio.start_server(
            lambda *_: None, listening_host(settings.host), settings.port
        )
    except OSError as error:
        file = sqlite_file(settings.database_url)
        if error.errno == errno.EADDRINUSE and file and a_bot_runs_on(file):
            return [ok(f"{place} is taken, most likely by the running bot")]
        raise Ill(
            f"{place} can't be listened on ({error.strerror or error}). Change PORT or HOST"
        ) from error
    server.close()
    await server.wait_closed()
    return [ok(f"{place} is free")]
