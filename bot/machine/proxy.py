"""The proxy that PROXY_URL names: Discord and the provider are asked through it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from yarl import URL

# What other programs go by. We don't: it is easily set for something else, and a proxy can read the
# bot's token in whatever isn't encrypted.
USUAL_NAMES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """An HTTP proxy: its `address` for people, and the `url` that may have a password in it."""

    address: str
    url: str = field(repr=False)

    @classmethod
    def at(cls, url: str) -> Self:
        """From an address as the settings have it, `http://user:password@host:port`."""
        return cls(address=str(URL(url).with_user(None)), url=url)


def through(proxy: Proxy | None) -> dict[str, Any]:
    """The arguments with which aiohttp's sessions and Discord's client use it.

    User and password stay in the address, where aiohttp finds them: the separate argument that
    discord.py has for them is on its way out.
    """
    return {"proxy": proxy.url} if proxy else {}


def unused_proxy(environ: Mapping[str, str] = os.environ) -> str | None:
    """What to say where a proxy is set the usual way only; `None` where none is."""
    found = next((name for name in USUAL_NAMES if environ.get(name)), None)
    if found is None:
        return None
    return f"{found} is set, and the bot does not use it: set PROXY_URL if it needs the proxy"
