"""Fetching files from foreign addresses through a proxy, with the same checks as without one.

A proxy that is given a name resolves it by itself, and may reach what we must not. So the name is
resolved and checked here, and the proxy is asked for the IP address that was checked.
"""

import asyncio
import socket
from typing import Any

from yarl import URL

from bot.errors import AudioUnavailable
from bot.provider.addresses import AddressPolicy, CheckedResolver

RESOLVE_TIMEOUT_S = 15.0


class Tunnel:
    """Turns addresses into requests that leave nothing to be resolved."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._resolver = CheckedResolver(policy)

    async def request(self, url: URL, headers: dict[str, str]) -> dict[str, Any]:
        """The arguments of `ClientSession.get` for an address that the policy lets pass.

        Raises `AddressRefused`; `OSError` or `AudioUnavailable` if the name can't be resolved.
        """
        host = url.host or ""
        address = await self._resolve(host, url.port or 0)
        return {
            "url": url.with_host(address),
            "headers": headers | {"Host": url.host_port_subcomponent or host},
            "server_hostname": host,
        }

    async def _resolve(self, host: str, port: int) -> str:
        """One of its addresses, IPv4 if there is one: more proxies can reach that."""
        try:
            async with asyncio.timeout(RESOLVE_TIMEOUT_S):
                found = await self._resolver.resolve(host, port)
        except TimeoutError:
            raise AudioUnavailable(f"{host} could not be resolved in time") from None
        best = min(found, key=lambda one: one["family"] != socket.AF_INET)
        return best["host"].split("%")[0]
