"""The proxy: whether there is one, and whether anybody listens there."""

import asyncio
import contextlib
from collections.abc import Sequence

from yarl import URL

from bot.machine.proxy import unused_proxy
from bot.ops.doctor.findings import Finding, Ill, ok, warn
from bot.settings import Settings

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
