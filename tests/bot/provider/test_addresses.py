"""Which addresses are fetched from: public https hosts, in no disguise."""

import ipaddress
import socket

import pytest
from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.errors import AddressRefused
from bot.provider.addresses import AddressPolicy, CheckedResolver, is_loopback_host, is_public

PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2001:0:808:808:0:0:80ff:fffe",  # Teredo, for the client 127.0.0.1
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
TRICKS = [
    "https://localhost./x",
    "https://2130706433/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
    "https://127\u30020\u30020\u30021/",
    "https://[::1]/",
    "https://[fe80::1%25eth0]/",
]
REMOTE = "https://api.aimlapi.com"
LOCAL = "http://127.0.0.1:8080"


@pytest.mark.parametrize("address", PUBLIC)
def test_address_is_public_when_it_is_on_the_internet(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_is_refused_when_it_is_not_on_the_internet(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused):
        AddressPolicy(REMOTE).check(f"https://{literal}/output.wav")


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.aimlapi.com/x",
        "ftp://cdn.aimlapi.com/x",
        "file:///etc/passwd",
        "file://cdn.aimlapi.com/etc/passwd",
        "data:audio/wav;base64,AAAA",
        "javascript:alert(1)",
        "//cdn.aimlapi.com/x",
        "/x",
        "x",
        "",
        "https://",
        "https:///x",
        "https://user@cdn.aimlapi.com/x",
        "https://user:secret@cdn.aimlapi.com/x",
        "https://:secret@cdn.aimlapi.com/x",
        "https://cdn.aimlapi.com:99999/x",
        "https://cdn.aimlapi.com:port/x",
        "https://[::1/x",
        "https://\ud800.example/x",
    ],
)
def test_address_is_refused_when_it_is_no_plain_https_address(url: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        AddressPolicy(REMOTE).check(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.aimlapi.com/output.wav?sig=a%2Fb",
        "HTTPS://CDN.example:8443/x",
        "https://8.8.8.8/x",
    ],
)
def test_address_is_taken_when_it_is_public(url: str) -> None:
    assert AddressPolicy(REMOTE).check(url).scheme == "https"


@pytest.mark.parametrize("url", [f"{LOCAL}/x", "http://localhost:1/x", "http://[::1]/x"])
def test_loopback_is_taken_only_when_the_provider_is_there(url: str) -> None:
    assert AddressPolicy(LOCAL).check(url).link == url
    with pytest.raises(AddressRefused):
        AddressPolicy(REMOTE).check(url)


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/", "https://10.0.0.1/", "http://169.254.169.254/", "http://example.com/"],
)
def test_other_addresses_stay_refused_when_the_provider_is_local(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressPolicy(LOCAL).check(url)


@pytest.mark.parametrize(
    "url", [f"https://127.0.0.1.evil.example@{h}/" for h in ("8.8.8.8", "x.example")]
)
def test_user_name_is_refused_when_it_looks_like_a_host(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressPolicy(LOCAL).check(url)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.evil.example", False),
        ("evil-localhost", False),
        ("8.8.8.8", False),
        (None, False),
    ],
)
def test_loopback_host_is_known_without_resolving(host: str | None, loopback: bool) -> None:
    assert is_loopback_host(host) is loopback


# --- the resolver -------------------------------------------------------------------------------


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> CheckedResolver:
    """A resolver on a network where every name has these addresses."""

    async def resolve(
        _self: ThreadedResolver, host: str, port: int = 0, family: int = 0
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    return CheckedResolver(AddressPolicy(REMOTE))


@pytest.mark.parametrize("address", [*NOT_PUBLIC, "fe80::1%eth0"])
async def test_name_is_refused_when_it_resolves_to_a_private_address(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolver = resolving_to(monkeypatch, address)
    with pytest.raises(AddressRefused):
        await resolver.resolve("cdn.example", 443)
    await resolver.close()


async def test_name_is_refused_when_one_of_its_addresses_is_private(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = resolving_to(monkeypatch, "8.8.8.8", "10.0.0.1")
    with pytest.raises(AddressRefused):
        await resolver.resolve("cdn.example", 443)
    await resolver.close()


async def test_name_is_resolved_when_all_its_addresses_are_public(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = resolving_to(monkeypatch, "8.8.8.8", "2606:4700::1111")
    results = await resolver.resolve("cdn.example", 443, socket.AF_INET)
    assert [result["host"] for result in results] == ["8.8.8.8", "2606:4700::1111"]
    await resolver.close()


@pytest.mark.parametrize("url", TRICKS)
async def test_host_in_disguise_is_refused_at_the_latest_when_it_is_resolved(url: str) -> None:
    policy = AddressPolicy(REMOTE)
    resolver = CheckedResolver(policy)
    with pytest.raises((AddressRefused, OSError)):
        await resolver.resolve(policy.check(url).host, 443)
    await resolver.close()
