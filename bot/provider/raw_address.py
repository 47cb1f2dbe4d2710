"""Addresses, byte for byte as they came: a signed one does not survive another spelling.

`%3A` and `:` or `%2F` and `/` are the same to most libraries, but not to whoever checks a signature
over them. So an address is only taken apart here (RFC 3986) and never rewritten. What can't be in a
request at all (spaces, controls, anything but ASCII) is percent-encoded. The host is brought into
the one form that is looked up and connected to, so that what is checked is what is used.
"""

import ipaddress
import re
from dataclasses import dataclass, replace

from yarl import URL

from bot.errors import AddressRefused

NAME_LIMIT = 254
PORTS = range(1, 1 << 16)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST_AND_PORT = re.compile(r"(\[[^\[\]@]*\]|[^\[\]:@]*)(?::([0-9]{0,5}))?")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
# A last part like this makes an address of the whole; C libraries also read hexadecimal ones.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSENDABLE = re.compile(r"[^\x21-\x7e]")
# What RFC 3986 has no place for: it could end a link early, and Discord might not take it.
_UNSHOWABLE = re.compile(r'["<>\\^`{|}]')
_AROUND = "".join(map(chr, range(0x21)))


@dataclass(frozen=True, kw_only=True)
class RawAddress:
    """An address of http or the like. `host` is ASCII, in lower case and without brackets."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None

    @classmethod
    def parse(cls, text: str) -> "RawAddress":
        """An absolute address; raises `AddressRefused` for what has no host or a doubtful one."""
        text = text.strip(_AROUND)
        scheme = _SCHEME.match(text)
        if scheme is None or not text.startswith("//", scheme.end()):
            raise AddressRefused("not an absolute address")
        return cls._within(scheme[1].lower(), text[scheme.end() :])

    @classmethod
    def _within(cls, scheme: str, rest: str) -> "RawAddress":
        """What begins with the two slashes before a host."""
        rest, fragment = _cut(rest, "#")
        rest, query = _cut(rest, "?")
        authority, slash, path = rest[2:].partition("/")
        host, port = _host_and_port(authority)
        return cls(
            scheme=scheme,
            host=host,
            port=port,
            path=_sendable(f"/{path}" if slash else "/"),
            query=None if query is None else _sendable(query),
            fragment=None if fragment is None else _sendable(fragment),
        )

    def follow(self, reference: str) -> "RawAddress":
        """What a redirect from here leads to (RFC 3986, 5.2); raises `AddressRefused`."""
        reference = reference.strip(_AROUND)
        if _SCHEME.match(reference):
            return self.parse(reference)
        if reference.startswith("//"):
            return self._within(self.scheme, reference)
        reference, fragment = _cut(reference, "#")
        path, query = _cut(reference, "?")
        path, query = _sendable(path), None if query is None else _sendable(query)
        if not path:
            return replace(self, query=self.query if query is None else query, fragment=fragment)
        if not path.startswith("/"):
            path = _without_dots(self.path[: self.path.rindex("/") + 1] + path)
        return replace(self, path=path, query=query, fragment=fragment)

    @property
    def url(self) -> URL:
        """For aiohttp, which sends a path that is marked as encoded to the letter."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return URL.build(
            scheme=self.scheme, host=host, port=self.port, path=self._target, encoded=True
        )

    @property
    def link(self) -> str:
        """For people: what could end or break a link is percent-encoded."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{host}{port}" + _encoded(_UNSHOWABLE, self._target + fragment)

    @property
    def _target(self) -> str:
        """An empty query is kept: it isn't the same as none."""
        return self.path if self.query is None else f"{self.path}?{self.query}"


def _cut(text: str, sign: str) -> tuple[str, str | None]:
    before, found, after = text.partition(sign)
    return before, after if found else None


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise AddressRefused("an address with a user name in it")
    found = _HOST_AND_PORT.fullmatch(authority)
    if found is None:
        raise AddressRefused("an address without a host that makes sense")
    port = int(found[2]) if found[2] else None
    if port is not None and port not in PORTS:
        raise AddressRefused(f"there is no port {port}")
    return _host(found[1]), port


def _host(text: str) -> str:
    """The host to connect to, which C libraries, browsers and we must all read in the same way.

    Raises `AddressRefused` for hosts in disguise, such as the number 2130706433 for 127.0.0.1.
    """
    if text.startswith("["):
        return _ip_v6(text[1:-1])
    try:
        name = URL.build(scheme="https", host=text).raw_host or ""
    except ValueError as error:  # UnicodeError is one, too
        raise AddressRefused(f"not an address: {error}") from None
    if not _NAME.fullmatch(name) or len(name) > NAME_LIMIT:
        raise AddressRefused("an address without a host that makes sense")
    if _NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2]):
        return _ip_v4(name)
    return name


def _ip_v6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        address = None
    if address is None or address.scope_id is not None:
        raise AddressRefused("not an IPv6 address that all machines reach")
    return str(address)


def _ip_v4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise AddressRefused(f"{text} is an address in disguise") from None


def _sendable(text: str) -> str:
    return _encoded(_UNSENDABLE, text)


def _encoded(signs: re.Pattern[str], text: str) -> str:
    """Percent-encoded as UTF-8. Bytes of a header that aren't come as surrogates from aiohttp."""
    try:
        return signs.sub(lambda sign: _percent(sign[0]), text)
    except UnicodeEncodeError:
        raise AddressRefused("an address with half a surrogate pair in it") from None


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "surrogateescape"))


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4; empty segments stay."""
    kept: list[str] = []
    *folders, last = path[1:].split("/")
    for segment in folders:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/" + "/".join([*kept, "" if last in {".", ".."} else last])
