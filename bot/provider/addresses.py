"""Which addresses we fetch from. The provider's answers name them, so they are hostile input.

Any public `https` host is fine. Private, link-local, loopback and other non-public addresses are
refused, whatever a name resolves to: the check sits in the resolver, so the address that was
checked is the one that is connected to. Only where the provider's own base address is loopback
(a stand-in on this machine), loopback is allowed too, with plain http.
"""

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.errors import AddressRefused
from bot.provider.raw_address import RawAddress

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# IETF protocol assignments, of which Python knows a part; one cloud has its metadata there.
SPECIAL = ipaddress.ip_network("192.0.0.0/24")


def is_loopback_host(host: str | None) -> bool:
    """Whether a host in an address names this machine, without resolving anything."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _literal(host)
    return address is not None and address.is_loopback


def is_public(address: IpAddress) -> bool:
    """Whether an address is on the public internet, looking through IPv4 carried in IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inner = address.teredo[1]
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    if address in SPECIAL:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class AddressPolicy:
    """What may be fetched, for a given provider base address."""

    def __init__(self, provider_url: str) -> None:
        self._loopback_allowed = is_loopback_host(URL(provider_url).host)

    def check(self, text: str) -> RawAddress:
        """The address, taken apart; raises `AddressRefused` before anything is resolved."""
        return self._checked(RawAddress.parse(text))

    def follow(self, source: RawAddress, location: str) -> RawAddress:
        """Where a redirect leads, if we may go there; raises `AddressRefused`."""
        return self._checked(source.follow(location))

    def _checked(self, address: RawAddress) -> RawAddress:
        local = self._loopback_allowed and is_loopback_host(address.host)
        if address.scheme not in ({"http", "https"} if local else {"https"}):
            raise AddressRefused(f"not an https address: {address.scheme}")
        literal = _literal(address.host)
        if literal is not None:
            self.check_address(literal)
        return address

    def check_address(self, address: IpAddress) -> None:
        """Raises `AddressRefused` unless we may connect there."""
        if self._loopback_allowed and address.is_loopback:
            return
        if not is_public(address):
            raise AddressRefused(f"{address} is not a public address")


class CheckedResolver(AbstractResolver):
    """Resolves names through the system, and hands out only addresses that the policy allows."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of a host; raises `AddressRefused` if even one is not allowed."""
        results = await self._resolver.resolve(host, port, family)
        for result in results:
            self._policy.check_address(ipaddress.ip_address(result["host"].split("%")[0]))
        return results

    async def close(self) -> None:
        """Called by aiohttp; nothing is kept open."""
        await self._resolver.close()


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        return None
